"""A filterable list: for help, which runs entries and says why one is off, and for finding a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from irkit.tui.printable import printable
from irkit.tui.screens.dialog import Modal


@dataclass(frozen=True)
class Choice:
    """One entry. ``off`` is why it cannot be chosen now; such an entry is dimmed and shows the reason."""

    id: str
    title: str
    says: str = ""
    off: str = ""


class PickScreen(Modal[str | None]):
    """Gives the id of the chosen entry, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], legend: str = "") -> None:
        super().__init__()
        self._legend = legend
        self._title = title
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        """A field to type into, the entries, and what the highlighted one does."""
        with Vertical(classes="dialog tall") as box:
            box.border_title = self._title
            yield Input(placeholder="filter", id="filter")
            yield OptionList(id="choices", markup=False)
            yield Static(id="says", markup=False)
            if self._legend:
                yield Static(Text(self._legend, "dim"), markup=False)

    def on_mount(self) -> None:
        """Begin with all entries."""
        self._fill("")

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        listed = self.query_one(OptionList)
        listed.clear_options()
        shown = [c for c in self._choices if all(w in f"{c.title} {c.says}".casefold() for w in words)]
        listed.add_options([Option(_row(choice), id=choice.id) for choice in shown])
        listed.highlighted = 0 if shown else None

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        chosen = self._by_id(event.option.id)
        if chosen is not None:
            off = f"\noff now: {chosen.off}" if chosen.off else ""
            self.query_one("#says", Static).update(Text(printable(chosen.says) + off))

    @on(Input.Submitted, "#filter")
    def _enter(self) -> None:
        listed = self.query_one(OptionList)
        if listed.highlighted is not None:
            self._choose(listed.get_option_at_index(listed.highlighted).id)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._choose(event.option.id)

    def _choose(self, option: str | None) -> None:
        chosen = self._by_id(option)
        if chosen is None:
            return
        if chosen.off:
            self.notify(f"{chosen.title.strip()}: {chosen.off}", severity="warning", markup=False)
            return
        self.dismiss(chosen.id)

    def action_move(self, by: int) -> None:
        """Move the highlight while the field keeps the keyboard."""
        listed = self.query_one(OptionList)
        if listed.option_count:
            listed.highlighted = max(0, min(listed.option_count - 1, (listed.highlighted or 0) + by))

    def _by_id(self, option: str | None) -> Choice | None:
        return next((choice for choice in self._choices if choice.id == option), None)


def _row(choice: Choice) -> Text:
    if choice.off:
        return Text.assemble((printable(choice.title), "dim"), (f"   off: {printable(choice.off)}", "dim italic"))
    return Text(printable(choice.title))
