"""The form that starts a runbook: its mode, and one field for each input. A secret becomes a ``Secret`` at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import JsonValue
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Select, Static

from irkit.errors import InputMissing, UsageError
from irkit.incident.events import Mode
from irkit.runbook import model
from irkit.runbook.model import InputKind
from irkit.secret import Secret
from irkit.tui.desk import RunbookCard
from irkit.tui.headline import mode_word
from irkit.tui.messages import StartAsked
from irkit.tui.printable import printable
from irkit.tui.screens.dialog import Modal

_SAYS = {
    Mode.LIVE: "LIVE: effects reach the real account, each after its approval",
    Mode.DRY_RUN: "DRY-RUN: reads the real account, shows every plan, carries none out",
    Mode.DRILL: "DRILL: a rehearsal cloud on this machine",
}


_YES, _NO = "yes", "no"


class StartScreen(Modal[StartAsked | None]):
    """Gives what to start, or None. Nothing is started by enter in a field: only by the button."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, card: RunbookCard) -> None:
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        """The runbook, the modes, the inputs, two buttons."""
        book = self._card.runbook
        with Vertical(classes="dialog tall") as box:
            box.border_title = f"Start {book.name}"
            with VerticalScroll(classes="form", can_focus=False):
                yield Static(Text(printable(book.summary or book.title)), markup=False)
                yield Select(
                    [(_SAYS[mode], mode) for mode in self._card.modes],
                    value=self._card.modes[0],
                    allow_blank=False,
                    compact=True,
                    id="mode",
                )
                for one in book.inputs.values():
                    yield from _field(one)
            yield Static("", id="heard", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Start", id="yes", variant="primary")

    def on_mount(self) -> None:
        """Begin at the mode."""
        self.query_one("#mode").focus()

    @on(Select.Changed, "#mode")
    def _name_mode(self) -> None:
        """The button says what it starts."""
        self.query_one("#yes", Button).label = f"Start {mode_word(self._mode())}"

    def _mode(self) -> Mode:
        return Mode(str(self.query_one("#mode", Select).value))

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    @on(Button.Pressed, "#yes")
    def _start(self) -> None:
        try:
            inputs = dict(self._given())
        except UsageError as error:
            self.query_one("#heard", Static).update(f"{error.message}  {error.hint}")
            return
        for one in self.query(Input):
            one.value = ""
        self.dismiss(StartAsked(self._card.runbook.name, inputs, self._mode()))

    def _given(self) -> Iterator[tuple[str, JsonValue | Secret]]:
        for one in self._card.runbook.inputs.values():
            value = self._value(one)
            if value is not None:
                yield one.name, value
            elif one.required:
                self.query_one(f"#input-{one.name}").focus()
                raise InputMissing(f"{one.title} is needed.", hint=f"for example {one.example}" if one.example else "")

    def _value(self, one: model.Input) -> JsonValue | Secret:
        widget = self.query_one(f"#input-{one.name}")
        if isinstance(widget, Select):
            return _selected(one, widget)
        return _parsed(one, widget.value.strip()) if isinstance(widget, Input) else None


def _field(one: model.Input) -> ComposeResult:
    """The field that fits an input's kind."""
    needed = "" if one.required else "  (may be left empty)"
    yield Static(Text.assemble((printable(one.title), "bold"), (needed, "dim")), markup=False)
    widget_id = f"input-{one.name}"
    match one.kind:
        case InputKind.FLAG:
            answer = _YES if one.default is True else _NO
            yield Select([(_YES, _YES), (_NO, _NO)], value=answer, allow_blank=False, compact=True, id=widget_id)
        case InputKind.CHOICE:
            default = str(one.default) if one.default is not None else Select.NULL
            yield Select([(option, option) for option in one.options], value=default, compact=True, id=widget_id)
        case InputKind.SECRET:
            yield Input(password=True, placeholder="held in memory only", id=widget_id)
        case _:
            yield Input(value=_shown(one.default), placeholder=one.example, id=widget_id)


def _selected(one: model.Input, widget: Select[str]) -> JsonValue:
    if widget.is_blank():
        return None
    return widget.value == _YES if one.kind is InputKind.FLAG else str(widget.value)


def _shown(default: JsonValue) -> str:
    if default is None:
        return ""
    return ", ".join(map(str, default)) if isinstance(default, list) else str(default)


def _parsed(one: model.Input, text: str) -> JsonValue | Secret:
    """What was typed, by the input's kind; None when nothing was. Raises ``UsageError``."""
    if not text:
        return None
    match one.kind:
        case InputKind.SECRET:
            return Secret(text)
        case InputKind.NUMBER:
            if not text.removeprefix("-").isdecimal():
                raise UsageError(f"{one.title} must be a whole number.")
            return int(text)
        case InputKind.LIST:
            return [part.strip() for part in text.split(",") if part.strip()]
        case _:
            return text
