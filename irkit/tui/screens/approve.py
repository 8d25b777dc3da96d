"""The approval dialogs, by danger. Both repeat what will change and the hash of the plan that is approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from irkit.contract import Plan
from irkit.counted import counted
from irkit.incident.events import Actor, Direction, PlanHash, StepId
from irkit.tui.pages import changes, field, revived, told
from irkit.tui.printable import printable
from irkit.tui.screens.dialog import Dialog

_MOST = 8
_SOON = 0.001
"""Seconds; a timer of Textual cannot be of none."""


@dataclass(frozen=True)
class Approving:
    """What a person is about to approve."""

    step: StepId
    plans: Sequence[Plan]
    plan_hash: PlanHash
    direction: Direction
    me: Actor
    needed: int
    given: Sequence[str]
    """Who approved already."""
    phrase: str = ""
    asker: str = ""
    """Who asked for an undo that gives life back to what was cut; they do not count."""
    refused: Sequence[str] = ()
    """Who tried to approve it against the rules, in words."""

    @property
    def count(self) -> int:
        """How many things change."""
        return sum(len(plan.changes) for plan in self.plans)


def facts(one: Approving) -> Text:
    """Target, count, what feels it, undo, hash, who."""
    rows = [Text(printable(plan.summary), "bold") for plan in one.plans[:_MOST]]
    if one.asker:
        rows.append(field("Asked by", f"{one.asker}, who does not count: it gives life back to what was cut", "yellow"))
    rows += [field("Refused", each, "bold red") for each in one.refused]
    rows += changes(one.plans, _MOST)
    rows += [Text(), field("Count", f"{one.count} change{'s' * (one.count != 1)}")]
    rows += [*revived(one.plans), field("Feels it", told(plan.blast for plan in one.plans))]
    rows += [field("Undo", told(plan.undo for plan in one.plans))]
    rows += [field("Plan", one.plan_hash[:16]), field("As", one.me.name)]
    if one.needed > 1 or one.asker:
        by = f": {', '.join(one.given)}" if one.given else ""
        rows.append(field("Needs", f"{counted(one.needed, 'person', 'people')}, {len(one.given)} so far{by}"))
    return Text("\n").join(rows)


class ApproveScreen(Dialog[bool]):
    """A reversible effect: Cancel has the focus; ``y``, or Tab Enter, says yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "Cancel"),
        Binding("y", "answer(True)", "Yes"),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self, approving: Approving) -> None:
        super().__init__()
        self._approving = approving

    def compose(self) -> ComposeResult:
        """What will change, and two buttons."""
        what = "the undo" if self._approving.direction is Direction.UNDO else "this plan"
        with Vertical(classes="dialog") as box:
            box.border_title = f"Run {what} of {self._approving.step}?"
            box.border_subtitle = "y runs it · pgdn reads on · esc cancels"
            with VerticalScroll(classes="facts", can_focus=False):
                yield Static(facts(self._approving), markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Yes, run it \\[y]", id="yes", variant="warning")

    def on_mount(self) -> None:
        """Doing nothing is the default."""
        self.query_one("#cancel").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:  # noqa: FBT001 - Textual's actions take what the binding writes
        """Close with an answer."""
        self.dismiss(yes)


class ApproveFinalScreen(Dialog[str | None]):
    """An irreversible effect: gives the phrase as it was typed, or None.

    No button is the default, enter in the field does nothing, and for ``deaf`` after it opens nothing here takes a key
    (but escape, which is safe), so that nothing typed for another screen is taken for an answer.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, approving: Approving, deaf: timedelta) -> None:
        super().__init__()
        self._approving = approving
        self._deaf = deaf
        self.listening = False

    def compose(self) -> ComposeResult:
        """What will change, the phrase to type, and two buttons of which none is the default."""
        with Vertical(classes="dialog final") as box:
            box.border_title = f"IRREVERSIBLE: {self._approving.step}"
            box.border_subtitle = "type it, tab to the button, enter · pgdn reads on · esc cancels"
            with VerticalScroll(classes="facts", can_focus=False):
                yield Static(facts(self._approving), markup=False)
            phrase = (printable(self._approving.phrase), "bold")
            yield Static(Text.assemble("To approve, type the phrase: ", phrase), markup=False)
            yield Input(id="phrase", disabled=True)
            yield Static("", id="heard", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", disabled=True)
                yield Button("Approve for good", id="yes", variant="error", disabled=True)

    def on_mount(self) -> None:
        """Listen after the deaf time."""
        self.query_one("#heard", Static).update("keys typed ahead are dropped…")
        self.set_timer(max(self._deaf.total_seconds(), _SOON), self._listen)

    def _listen(self) -> None:
        self.listening = True
        self.query_one("#heard", Static).update("")
        self.query_one("#cancel").disabled = False
        self.query_one("#phrase").disabled = False
        self.query_one("#phrase").focus()

    @on(Input.Changed, "#phrase")
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = event.value != self._approving.phrase

    @on(Input.Submitted, "#phrase")
    def _no_default(self) -> None:
        self.query_one("#heard", Static).update("enter approves nothing: Tab to a button")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        typed = self.query_one("#phrase", Input).value
        self.dismiss(typed if event.button.id == "yes" and typed == self._approving.phrase else None)
