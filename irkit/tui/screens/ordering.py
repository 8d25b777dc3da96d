"""The orders a person can give for the selected step, with their dialogs. Shared by the screens of an incident.

Every order is sent by a thread worker and journalled there; its outcome comes back as a message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from rich.text import Text
from textual import on

from irkit.contract import Effect
from irkit.engine.approval import OTHERS, approvers, gate
from irkit.engine.offers import Order
from irkit.engine.view import Mark
from irkit.errors import IrkitError
from irkit.incident.events import Direction, Resolution, StepId
from irkit.incident.refusal_words import refusals
from irkit.incident.state import ItemPhase, Phase, StepState
from irkit.tui.board import Board, Reading
from irkit.tui.desk import Question
from irkit.tui.headline import all_over
from irkit.tui.keys import keys, reasons
from irkit.tui.messages import OrderRefused, OrderTaken
from irkit.tui.pages import Subject, field
from irkit.tui.printable import printable
from irkit.tui.screens.approve import ApproveFinalScreen, ApproveScreen, Approving
from irkit.tui.screens.decide import Answer, DecideScreen
from irkit.tui.screens.doubt import DoubtScreen
from irkit.tui.screens.placed import PlacedScreen
from irkit.tui.screens.reason import Asking, Need, ReasonScreen

HOW_ON = "[r] plans it again, [s] leaves it at that and goes on without it"
"""How a step that failed or was undone lets others go on."""
_SKIPS = "What needs this step goes on as if it had been done."
_KEEPS = "What the step did stands. The undo can be asked for again."


class OrderingScreen(PlacedScreen):
    """A screen with a selected step of one incident."""

    def __init__(self, board: Board) -> None:
        super().__init__(board.look)
        self.board = board

    @property
    def selected(self) -> StepId:
        """The step that orders are for."""
        raise LookupError

    @property
    def words(self) -> str:
        """How to come back to the incident, or, when every step has ended, how to write its postmortem."""
        reading = self.board.reading
        if reading is None or reading.state.opened is None:
            return ""
        incident = reading.state.opened.incident
        if all_over(reading.views):
            return f"Every step of {incident} has ended. The postmortem: irkit report {incident}"
        return f"Come back with: irkit resume {incident}"

    def off(self) -> Mapping[str, str]:
        """By the engine's offers for the selected step."""
        return reasons(keys(self.place), self.board.offers(self.selected))

    def subject(self, reading: Reading) -> Subject:
        """The selected step, for its pages."""
        step, desk = self.selected, self.board.desk
        promised = (
            Effect.IRREVERSIBLE if step in desk.irreversible else Effect.REVERSIBLE if step in desk.reversible else None
        )
        return Subject(desk.runbook, reading.state, reading.view(step), self.board.offers(step), promised=promised)

    # -- sending -------------------------------------------------------------------------------------------------

    def send(self, words: str, order: Callable[[], object], answers: StepId | None = None) -> None:
        """Give an order in a thread; its outcome is posted back. ``answers`` is the step that waits for it, if any."""
        self.run_worker(partial(self._send, words, order, answers), thread=True, group="orders")

    def _send(self, words: str, order: Callable[[], object], answers: StepId | None) -> None:
        try:
            order()
        except IrkitError as error:
            self.post_message(OrderRefused(words, error))
        else:
            self.post_message(OrderTaken(words, answers))

    @on(OrderTaken)
    def _taken(self, message: OrderTaken) -> None:
        self.say(message.words)

    @on(OrderRefused)
    def _refused(self, message: OrderRefused) -> None:
        hint = f"\n{message.error.hint}" if message.error.hint else ""
        self.refuse(f"{message.words}: refused: {message.error.message}{hint}")

    def _open(self, order: Order) -> StepState | None:
        """The selected step's state when an order can be given; else says why not."""
        reading = self.board.reading
        if reading is None:
            self.refuse("the journal is still being read")
            return None
        if reason := self.board.offers(self.selected)[order]:
            self.refuse(f"{order.value} {self.selected}: {reason}")
            return None
        return reading.state.step(self.selected)

    # -- approve, decide, resolve --------------------------------------------------------------------------------

    def action_answer(self) -> None:
        """Whatever the step waits for: approval, decision or resolution."""
        offered = self.board.offers(self.selected)
        if offered.get(Order.DECIDE) == "":
            self.action_decide()
        elif offered.get(Order.RESOLVE) == "":
            self.action_resolve()
        elif self.board.reading and self.board.reading.view(self.selected).mark in {Mark.FAILED, Mark.UNDONE}:
            self.refuse(f"{self.selected} has no plan that waits: {HOW_ON}")
        else:
            self.action_approve()

    def action_approve(self) -> None:
        """Ask for approval of exactly the plan that is on the screen."""
        now, reading = self._open(Order.APPROVE), self.board.reading
        if now is None or now.plan_hash is None or reading is None or reading.state.opened is None:
            return
        step, opened = self.selected, reading.state.opened
        wanted = gate(now, self.board.desk.runbook.step(step).approve or 0, opened.quorum)
        given = tuple(sorted(approvers(now, opened.mode, wanted)))
        me = self.board.desk.me
        approving = Approving(
            step, now.plans, now.plan_hash, now.direction, me, wanted.people, given, wanted.phrase,
            asker=wanted.asker.name if wanted.asker else "",
            refused=tuple(f"{one.who} {one.what}" for one in refusals(reading.state, step)),
        )  # fmt: skip
        if wanted.phrase:
            dialog = ApproveFinalScreen(approving, self.look.type_ahead)
            self.app.push_screen(dialog, lambda phrase: self._approve(approving, phrase))
        else:
            self.app.push_screen(ApproveScreen(approving), lambda yes: self._approve(approving, "" if yes else None))

    def _approve(self, approving: Approving, phrase: str | None) -> None:
        if phrase is None:
            return
        approve = self.board.desk.orders.approve
        order = partial(approve, approving.step, approving.plan_hash, phrase)
        self.send(f"approved {approving.step}", order, approving.step)

    def action_decide(self) -> None:
        """Ask the question of a human step; it is read in a thread, for it resolves references."""
        if self._open(Order.DECIDE) is not None:
            step = self.selected
            self.run_worker(partial(self._ask, step), thread=True, group="questions")

    def _ask(self, step: StepId) -> None:
        try:
            question = self.board.desk.question(step)
        except IrkitError as error:
            self.post_message(OrderRefused(f"decide {step}", error))
        else:
            self.app.call_from_thread(self._show_question, step, question)

    def _show_question(self, step: StepId, question: Question) -> None:
        def decided(answer: Answer | None) -> None:
            if answer is not None:
                decide = self.board.desk.orders.decide
                self.send(f"answered {step}", partial(decide, step, answer.result, answer.reason), step)

        self.app.push_screen(DecideScreen(step, question, self.board.desk.me), decided)

    def action_resolve(self) -> None:
        """Ask how to go on with the first effect in doubt."""
        now, step = self._open(Order.RESOLVE), self.selected
        if now is None:
            return
        at = next(at for at, item in enumerate(now.items) if item.phase is ItemPhase.IN_DOUBT)

        def resolved(resolution: Resolution | None) -> None:
            if resolution is not None:
                resolve = self.board.desk.orders.resolve
                self.send(f"resolved {step}", partial(resolve, step, at, resolution), step)

        self.app.push_screen(DoubtScreen(step, now.plans[at], now.items[at]), resolved)

    # -- skip, undo, retry, note, abort ---------------------------------------------------------------------------

    def action_skip(self) -> None:
        """Ask for the reason, then skip; of an undo, give it up."""
        step, now = self.selected, self._open(Order.SKIP)
        if now is None:
            return
        told, asking = f"skipped {step}", Asking(f"Skip {step}?", Text(_SKIPS), "Why", "Skip")
        if now.direction is Direction.UNDO and now.phase is not Phase.UNDONE:
            told, asking = (
                f"gave up the undo of {step}",
                Asking(f"Give up the undo of {step}?", Text(_KEEPS), "Why", "Give up"),
            )
        self._ask_reason(asking, lambda why: self.send(told, partial(self.board.desk.orders.skip, step, why)))

    def action_undo(self) -> None:
        """Show the receipt and how the plan says it can be undone, ask why, then ask for the undo."""
        step, now = self.selected, self._open(Order.UNDO)
        if now is None:
            return
        facts = Text("\n").join(
            [
                *(field("Receipt", receipt.summary) for receipt in now.receipts),
                *(field("Undo", plan.undo) for plan in now.plans),
                Text(_how_undone(now), "dim"),
            ]
        )
        self._ask_reason(
            Asking(f"Undo {step}?", facts, "Why", "Plan the undo"),
            lambda why: self.send(f"asked to undo {step}", partial(self.board.desk.orders.undo, step, why)),
        )

    def action_retry(self) -> None:
        """Try again at once: its plan, if it has one, is asked for again anyway."""
        step = self.selected
        if self._open(Order.RETRY) is not None:
            self.send(f"trying {step} again", partial(self.board.desk.orders.retry, step))

    def action_note(self) -> None:
        """Write a note at the selected step."""
        step = self.selected
        self._ask_reason(
            Asking("Note", Text(f"goes into the journal at {step}", "dim"), "Text", "Write"),
            lambda text: self.send("noted", partial(self.board.desk.orders.note, text, step)),
        )

    def action_abort(self) -> None:
        """Ask for the reason, then stop the runbook."""
        if self._open(Order.ABORT) is None or self.board.reading is None:
            return
        running = ", ".join(view.step for view in self.board.reading.running()) or "nothing"
        facts = Text(f"Nothing more is begun, and nothing is undone. Finished first: {printable(running)}.", "bold red")
        self._ask_reason(
            Asking("Abort the whole runbook?", facts, "Why", "Abort for good"),
            lambda why: self.send("aborted", partial(self.board.desk.orders.abort, why)),
        )

    def _ask_reason(self, asking: Asking, then: Callable[[str], None]) -> None:
        def answered(text: str | None) -> None:
            if text is not None and (text or asking.need is Need.OPTIONAL):
                then(text)

        self.app.push_screen(ReasonScreen(asking), answered)

    # -- copying ---------------------------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Ids only, never a value."""
        reading = self.board.reading
        if reading is None or reading.state.opened is None:
            return
        now = reading.state.step(self.selected)
        ids = [reading.state.opened.incident, self.selected, now.plan_hash or ""]
        ids += [request for receipt in now.receipts for request in receipt.request_ids]
        text = " ".join(one for one in ids if one)
        self.app.copy_to_clipboard(text)
        self.say(f"sent to terminal: {text}")


def _how_undone(now: StepState) -> str:
    if now.has_cut:
        return (
            f"The undo is planned first. It gives life back to what was cut, so {OTHERS} must approve"
            " its plan, from another login than yours, before anything changes."
        )
    return "The undo is planned first; you approve that plan before anything changes."
