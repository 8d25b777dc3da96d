"""What a human may order. Screens, commands and the scripted people of a drill all go through here.

An order is checked under the journal's write lock against the state of that moment, then appended. It carries
nothing out: the runner does, when it sees the event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from irkit.contract import Effect, Standing
from irkit.engine.approval import ApprovalAgainstRules, approval_guard
from irkit.engine.ready import ended
from irkit.errors import Refused, UsageError
from irkit.incident import events as ev
from irkit.incident.events import Actor, Direction, Event, PlanHash, Recorded, Resolution, StepId
from irkit.incident.journal import Journal
from irkit.incident.state import IncidentState, ItemPhase, Phase, StepState
from irkit.runbook.model import Runbook, Step

RETRIABLE = {Phase.FAILED, Phase.SKIPPED, Phase.PREVIEWED, Phase.UNDONE, Phase.PLANNED, Phase.POSTPONED, Phase.OMITTED}
ATTEMPTS_BEFORE_SKIP = 2
"""So often must something carried out have failed to be proven before it may be left at that; else nothing goes on."""
SKIPPABLE = {Phase.TODO, Phase.PLANNED, Phase.FAILED, Phase.ASKING, Phase.POSTPONED, Phase.UNDONE}


class OrderRefused(Refused):
    """The order does not fit the state of things; the message says why."""


@dataclass(frozen=True)
class Orders:
    """The orders of one person on one incident."""

    journal: Journal
    runbook: Runbook
    actor: Actor

    def approve(self, step: StepId, plan_hash: PlanHash, phrase: str = "") -> Recorded:
        """Approve one plan, by its hash; an irreversible one with its phrase. A try against the rules is journalled.

        Raises:
            ApprovalInvalid: another plan, a wrong phrase, no plan, or the same person again.
            DryRun: a dry run carries nothing out.
        """
        strengthened = self._step(step).approve or 0
        guard = approval_guard(step, plan_hash, phrase, self.actor, strengthened)
        given = ev.ApprovalGiven(step=step, plan_hash=plan_hash, phrase_typed=bool(phrase))
        try:
            return self.journal.append(given, actor=self.actor, guard=guard)
        except ApprovalAgainstRules as refusal:
            self._keep(ev.OrderRefused(step=step, plan_hash=plan_hash, why=refusal.message.removeprefix(f"{step}: ")))
            raise

    def _keep(self, refused: ev.OrderRefused) -> None:
        """Write down what was tried; the same once."""
        tried = self.journal.state().refused
        if not any(each.event == refused and each.actor == self.actor for each in tried):
            self.journal.append(refused, actor=self.actor)

    def decide(self, step: StepId, answer: Mapping[str, JsonValue], reason: str = "") -> Recorded:
        """Answer a human step; ``answer`` is the action's ``Result``: ``{"choice": "purge", "reason": "..."}``."""
        seen = self.journal.state().head
        given = ev.DecisionGiven(step=step, answer=answer, reason=reason, head_seen=seen)
        return self._order(given, step, lambda now: "" if now.phase is Phase.ASKING else "it asks nothing now")

    def skip(self, step: StepId, reason: str) -> Recorded:
        """Leave a step out, or give its undo up.

        What was carried out and not proven must be retried first; if that fails too, it can be left.
        """
        if not reason.strip():
            raise UsageError("a skip needs a reason", hint="the postmortem's reader will ask")
        now = self.journal.state().step(step)
        direction = Direction.DO if now.phase is Phase.UNDONE else now.direction
        return self._order(ev.StepSkipped(step=step, reason=reason.strip(), direction=direction), step, not_skippable)

    def retry(self, step: StepId, reason: str = "") -> Recorded:
        """Try a step again; an effect in doubt is only probed again."""
        return self._order(ev.RetryAsked(step=step, reason=reason), step, not_retriable)

    def undo(self, step: StepId, reason: str = "") -> Recorded:
        """Ask that a done effect be undone. The undo is planned and approved like any effect."""
        return self._order(ev.UndoAsked(step=step, reason=reason), step, not_undoable)

    def resolve(self, step: StepId, item: int, resolution: Resolution) -> Recorded:
        """Settle an effect in doubt, after irkit probed."""
        state = self.journal.state().step(step)

        def reason(now: StepState) -> str:
            if (now.attempt, now.direction) != (state.attempt, state.direction):
                return "it was begun anew since you looked"
            return not_resolvable(now, item, resolution)

        resolved = ev.DoubtResolved(
            step=step,
            attempt=state.attempt,
            item=item if state.many else None,
            direction=state.direction,
            resolution=resolution,
        )
        return self._order(resolved, step, reason)

    def note(self, text: str, step: StepId | None = None) -> Recorded:
        """Write something down."""
        if not text.strip():
            raise UsageError("an empty note says nothing")
        return self.journal.append(ev.NoteAdded(text=text.strip(), step=step), actor=self.actor)

    def abort(self, reason: str) -> Recorded:
        """Stop the runbook: nothing more is begun. What is under way is finished and journalled."""
        if not reason.strip():
            raise UsageError("an abort needs a reason")

        def guard(state: IncidentState) -> None:
            if state.aborted is not None or state.closed is not None:
                raise OrderRefused("the incident has ended already")

        return self.journal.append(ev.IncidentAborted(reason=reason.strip()), actor=self.actor, guard=guard)

    def close(self) -> Recorded:
        """Close an incident that has come to its end; after it only notes are taken.

        Raises:
            OrderRefused: a step has not ended, and the runbook was not aborted.
        """

        def guard(state: IncidentState) -> None:
            if state.closed is not None:
                raise OrderRefused("the incident is closed already")
            if state.aborted is None and not ended(self.runbook, state):
                raise OrderRefused("not every step has ended", hint="skip what is left, with a reason, or abort")

        aborted = self.journal.state().aborted
        outcome = f"aborted: {aborted}" if aborted is not None else "every step has ended"
        return self.journal.append(ev.IncidentClosed(outcome=outcome), actor=self.actor, guard=guard)

    def _order(self, event: Event, step: StepId, refusal: Callable[[StepState], str]) -> Recorded:
        self._step(step)

        def guard(state: IncidentState) -> None:
            if state.opened is None or state.aborted is not None or state.closed is not None:
                raise OrderRefused("the incident is not open")
            if reason := refusal(state.step(step)):
                raise OrderRefused(f"{step}: {reason}")

        return self.journal.append(event, actor=self.actor, guard=guard)

    def _step(self, step: StepId) -> Step:
        try:
            return self.runbook.step(step)
        except KeyError:
            known = ", ".join(s.id for s in self.runbook.steps)
            raise UsageError(f"the runbook has no step {step!r}", hint=f"it has: {known}") from None


def not_skippable(now: StepState) -> str:
    """Why a step cannot be skipped now; empty when it can."""
    if now.phase not in SKIPPABLE:
        return f"it is {now.phase.value}"
    if now.undo_asked:
        return "its undo is under way"
    carried_out = any(item.phase in {ItemPhase.APPLIED, ItemPhase.PROVEN} for item in now.items)
    if carried_out and now.phase is not Phase.UNDONE and now.attempt < ATTEMPTS_BEFORE_SKIP:
        return "part of it was carried out: retry it first, so that what was done is proven"
    return ""


def not_retriable(now: StepState) -> str:
    """Why a step cannot be retried now; empty when it can."""
    if now.phase is Phase.IN_DOUBT or now.phase in RETRIABLE or is_proof(now):
        return ""
    return f"it is {now.phase.value}"


def is_proof(now: StepState) -> bool:
    """Whether it has looked whether credentials live: what is dead may not stay so, so it can be looked at again."""
    told = now.results or ()
    return now.phase is Phase.DONE and now.effect is Effect.READ and any(result.get("sightings") for result in told)


def not_undoable(now: StepState) -> str:
    """Why a step cannot be undone now; empty when it can."""
    if now.phase is not Phase.DONE:
        return f"it is {now.phase.value}"
    if now.undo_asked:
        return "its undo is asked for already"
    if now.effect is not Effect.REVERSIBLE:
        return f"it is {now.effect or 'no effect'}: there is nothing irkit could undo"
    if not now.can_revert:
        return "what it did cannot be undone"
    return "" if now.receipts else "it changed nothing"


def not_resolvable(now: StepState, item: int, resolution: Resolution) -> str:
    """Why an effect in doubt cannot be settled so; empty when it can."""
    if now.phase is not Phase.IN_DOUBT or item >= len(now.items) or now.items[item].phase is not ItemPhase.IN_DOUBT:
        return "it is not in doubt"
    doubtful = now.items[item]
    if not doubtful.probed:
        return "irkit has not looked yet"
    if resolution is Resolution.WAS_DONE and (doubtful.found is None or doubtful.standing is not Standing.IN_PLACE):
        return "the probe did not find it in place"
    if resolution is Resolution.WAS_NOT_DONE and doubtful.standing is not Standing.UNTOUCHED:
        return "the probe did not find it untouched; plan again instead"
    return ""
