"""The values of one field with their counts, to choose one from: only it, or all but it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from irkit.tui.screens.dialog import Modal
from irkit.tui.trail_cells import apart, counted, fitted, wide, words
from irkit.tui.trail_view import Sense

_MOST = 500
_BAR = 12
_WIDEST = 78
"""Of a dialog (``irkit.tcss``)."""
_AROUND = 4 + 2 + 2 + 9 + 1 + _BAR + 1
"""What of it is the border, the edges of an option, a scroll bar, the count and the bar."""
_LONGEST = 400


class Picked(NamedTuple):
    """A value, and whether to keep only it or to leave it out."""

    value: str
    sense: Sense


class _Filter(Input):
    """A field that leaves ``!`` to the screen, whatever has been typed."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the field takes a key for itself."""
        return character != "!" and super().check_consume_key(key, character)


class ValuesScreen(Modal[Picked | None]):
    """Type to filter; enter keeps only the value, ``!`` leaves it out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
        Binding("exclamation_mark", "leave_out", show=False, priority=True),
    ]

    def __init__(self, field: str, found: Sequence[tuple[str, int]]) -> None:
        super().__init__()
        self._field = field
        self._found = found
        self._listed: list[tuple[str, int]] = []
        self._keys = ""

    def compose(self) -> ComposeResult:
        """A field to type into, and the values."""
        with Vertical(classes="dialog tall") as box:
            box.border_title = f"{self._field}: {counted(len(self._found), 'value')} of what is loaded"
            yield _Filter(placeholder="filter", id="filter")
            yield OptionList(id="values", markup=False)
            yield Static(id="says", markup=False)

    def on_mount(self) -> None:
        """Begin with all values."""
        self._fill("")

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        sought = text.casefold().split()
        matching = [each for each in self._found if all(one in words(each[0]).casefold() for one in sought)]
        self._listed = matching[:_MOST]
        values = self.query_one(OptionList)
        values.clear_options()
        most = max((count for _, count in self._found), default=1)
        shown = apart([words(value) or "(empty)" for value, _ in self._listed], self._room)
        values.add_options(
            [Option(_row(text, count, most)) for text, (_, count) in zip(shown, self._listed, strict=True)]
        )
        values.highlighted = 0 if self._listed else None
        more = f"{len(matching) - _MOST:,} more: type to filter   " if len(matching) > _MOST else ""
        self._keys = f"{more}enter only this   ! all but this   esc back"
        self._tell("")

    @property
    def _room(self) -> int:
        """Cells for a value; one that is cut stands whole below the list when it is chosen."""
        return max(20, min(_WIDEST, int(self.app.size.width * 0.96)) - _AROUND)

    def _tell(self, value: str) -> None:
        shown = words(value)
        whole = f"{shown[:_LONGEST]}\n" if wide(shown) > self._room else ""
        self.query_one("#says", Static).update(Text.assemble(whole, (self._keys, "dim")))

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._tell(self._listed[event.option_index][0] if event.option_index < len(self._listed) else "")

    @on(Input.Submitted, "#filter")
    def _enter(self) -> None:
        self._pick(Sense.ONLY)

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self._pick(Sense.ONLY)

    def action_leave_out(self) -> None:
        """All but the highlighted value."""
        self._pick(Sense.NOT)

    def action_move(self, by: int) -> None:
        """Move the highlight while the field keeps the keyboard."""
        values = self.query_one(OptionList)
        if self._listed:
            values.highlighted = max(0, min(len(self._listed) - 1, (values.highlighted or 0) + by))

    def _pick(self, sense: Sense) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None:
            self.dismiss(Picked(self._listed[at][0], sense))


def _row(shown: str, count: int, most: int) -> Text:
    bar = "█" * max(1, round(_BAR * count / most))
    return Text.assemble(f"{count:>9,} ", (fitted(bar, _BAR), "cyan"), f" {shown}", no_wrap=True)
