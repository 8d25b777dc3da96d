"""The one question on the way out, asked only while something runs in this process."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from irkit.tui.screens.dialog import Modal


class LeaveScreen(Modal[bool]):
    """Stay has the focus; ``y`` leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "Stay"),
        Binding("y", "answer(True)", "Leave"),
    ]

    def __init__(self, running: str, asks: str) -> None:
        super().__init__()
        self._what = running
        self._asks = asks

    def compose(self) -> ComposeResult:
        """What is running, and what becomes of it."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._asks
            yield Static(
                f"Running now: {self._what}.\n\nNothing recorded is lost. An effect under way is finished first; "
                "a reading starts over when you resume.",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button("Stay", id="cancel")
                yield Button("Leave \\[y]", id="yes")

    def on_mount(self) -> None:
        """Staying is the default."""
        self.query_one("#cancel").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:  # noqa: FBT001 - Textual's actions take what the binding writes
        """Close with an answer."""
        self.dismiss(yes)
