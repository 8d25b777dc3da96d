"""The form that starts a runbook: its mode, and one field for each input. A secret becomes a ``Secret`` at once."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, RadioButton, RadioSet, Select, Static, Switch

from irkit.errors import InputMissing, UsageError
from irkit.incident.events import Mode
from irkit.runbook import model
from irkit.runbook.model import InputKind
from irkit.secret import Secret
from irkit.tui.desk import RunbookCard
from irkit.tui.messages import StartAsked
from irkit.tui.printable import printable

_SAYS = {
    Mode.LIVE: "LIVE: effects reach the real account, each after its approval",
    Mode.DRY_RUN: "DRY-RUN: reads the real account, shows every plan, carries none out",
    Mode.DRILL: "DRILL: a rehearsal cloud on this machine",
}


class StartScreen(ModalScreen[StartAsked | None]):
    """Gives what to start, or None. Nothing is started by enter in a field: only by the button."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Cancel")]

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
                with RadioSet(id="mode"):
                    for at, mode in enumerate(self._card.modes):
                        yield RadioButton(Text(_SAYS[mode]), value=at == 0)
                for one in book.inputs.values():
                    yield from _field(one)
            yield Static("", id="heard", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Start", id="yes", variant="primary")

    def on_mount(self) -> None:
        """Begin at the mode."""
        self.query_one("#mode").focus()

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
        mode = self._card.modes[max(0, self.query_one("#mode", RadioSet).pressed_index)]
        for one in self.query(Input):
            one.value = ""
        self.dismiss(StartAsked(self._card.runbook.name, inputs, mode))

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
        if isinstance(widget, Switch):
            return widget.value
        if isinstance(widget, Select):
            return None if widget.is_blank() else str(widget.value)
        return _parsed(one, widget.value.strip()) if isinstance(widget, Input) else None


def _field(one: model.Input) -> ComposeResult:
    """The field that fits an input's kind."""
    needed = "" if one.required else "  (may be left empty)"
    yield Static(Text.assemble((printable(one.title), "bold"), (needed, "dim")), markup=False)
    widget_id = f"input-{one.name}"
    match one.kind:
        case InputKind.FLAG:
            yield Switch(value=one.default is True, id=widget_id)
        case InputKind.CHOICE:
            default = str(one.default) if one.default is not None else Select.NULL
            yield Select([(option, option) for option in one.options], value=default, id=widget_id)
        case InputKind.SECRET:
            yield Input(password=True, placeholder="held in memory only", id=widget_id)
        case _:
            yield Input(value=_shown(one.default), placeholder=one.example, id=widget_id)


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
