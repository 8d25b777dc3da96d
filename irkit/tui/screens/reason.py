"""A dialog that asks for a line of text: the reason of a skip, an undo or an abort, or a note."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from irkit.tui.screens.dialog import Dialog


class Need(StrEnum):
    """Whether the text may be left empty."""

    REQUIRED = "required"
    OPTIONAL = "optional"


@dataclass(frozen=True)
class Asking:
    """What is asked: the dialog's title, what to know before answering, the field's name, the button's verb."""

    title: str
    facts: Text
    label: str
    verb: str
    need: Need = Need.REQUIRED


class ReasonScreen(Dialog[str | None]):
    """Gives the text, without blanks around it; None when cancelled. Enter sends it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self._asking = asking

    def compose(self) -> ComposeResult:
        """What to know, a field, two buttons."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._asking.title
            if self._asking.facts.plain:
                with VerticalScroll(classes="facts", can_focus=False):
                    yield Static(self._asking.facts, markup=False)
            yield Static(self._asking.label, markup=False)
            yield Input(id="text")
            yield Static("", id="heard", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel")
                yield Button(self._asking.verb, id="yes", variant="primary")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#text").focus()

    @on(Input.Submitted, "#text")
    def _send(self) -> None:
        text = self.query_one("#text", Input).value.strip()
        if not text and self._asking.need is Need.REQUIRED:
            self.query_one("#heard", Static).update("a text is needed: the postmortem's reader will ask")
            return
        self.dismiss(text)

    @on(Button.Pressed, "#yes")
    def _yes(self) -> None:
        self._send()

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)
