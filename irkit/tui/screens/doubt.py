"""The dialog of an effect in doubt: what was intended, what a probe saw, and how to go on."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from irkit.contract import Plan, Standing
from irkit.incident.events import Resolution, StepId
from irkit.incident.state import ItemState
from irkit.tui.pages import changes, field
from irkit.tui.printable import printable
from irkit.tui.screens.dialog import Dialog

_STANDS = {
    Standing.UNTOUCHED: "untouched: as before the plan",
    Standing.IN_PLACE: "in place: as the plan wants it",
    Standing.BETWEEN: "neither: half done, or someone moved it",
    None: "unknown: the probe itself failed",
}
_LABELS = {
    Resolution.WAS_DONE: "It was done",
    Resolution.WAS_NOT_DONE: "It was not done",
    Resolution.PLAN_AGAIN: "Plan again",
}


def able(item: ItemState) -> tuple[Resolution, ...]:
    """The ways on that fit what the probe saw; planning again always does."""
    ways = [Resolution.PLAN_AGAIN]
    if item.found is not None and item.standing is Standing.IN_PLACE:
        ways.append(Resolution.WAS_DONE)
    if item.standing is Standing.UNTOUCHED:
        ways.append(Resolution.WAS_NOT_DONE)
    return tuple(resolution for resolution in Resolution if resolution in ways)


class DoubtScreen(Dialog[Resolution | None]):
    """Gives the resolution, or None. irkit never runs such an effect again by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, step: StepId, plan: Plan, item: ItemState) -> None:
        super().__init__()
        self._step = step
        self._plan = plan
        self._item = item

    def compose(self) -> ComposeResult:
        """Intended, seen, and a button for each way on that fits."""
        rows = [
            field("Intended", self._plan.summary),
            *changes([self._plan]),
            Text(),
            field("Probe", _STANDS[self._item.standing], "bold"),
            field("Saw", printable(self._item.seen)),
        ]
        with Vertical(classes="dialog") as box:
            box.border_title = f"IN DOUBT: {self._step}"
            with VerticalScroll(classes="facts", can_focus=False):
                yield Static(Text("\n").join(rows), markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel")
                for resolution in able(self._item):
                    yield Button(_LABELS[resolution], id=resolution.value)

    def on_mount(self) -> None:
        """Doing nothing is the default."""
        self.query_one("#cancel").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(next((one for one in Resolution if one.value == event.button.id), None))
