"""What a front shows of each step: one mark, a few words, a duration, and what holds it back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from irkit.engine.approval import approvers, gate
from irkit.engine.orders import not_undoable
from irkit.engine.ready import waits_for
from irkit.incident.events import Direction, Mode
from irkit.incident.state import IncidentState, ItemPhase, Phase, StepState
from irkit.runbook.model import Runbook, RunbookPhase, Step, StepId


class Mark(StrEnum):
    """The one thing to know of a step; each front has a glyph, a word and a colour for it."""

    TODO = "to come"
    GATE = "irreversible"
    """To come, and behind an irreversible gate."""
    RUNNING = "running"
    WAITS_FOR_YOU = "waits for you"
    DONE = "done"
    PREVIEWED = "previewed"
    FAILED = "failed"
    POSTPONED = "undelivered"
    SKIPPED = "skipped"
    OMITTED = "left out"
    IN_DOUBT = "in doubt"
    UNDONE = "undone"


@dataclass(frozen=True)
class StepView:
    """One step as a front shows it.

    ``words`` fit a row (``412 events``, ``YOU``, ``undo: U``); ``waits_for`` are the steps that hold it back;
    ``approvals_given`` of ``approvals_needed`` count people, for the current plan only.
    """

    step: StepId
    title: str
    mark: Mark
    words: str
    elapsed: timedelta | None
    waits_for: tuple[StepId, ...]
    approvals_needed: int
    approvals_given: int
    phase: RunbookPhase | None


_REACHED = {Phase.DONE, Phase.OMITTED}
_MARKS = {
    Phase.STARTED: Mark.RUNNING,
    Phase.ASKING: Mark.WAITS_FOR_YOU,
    Phase.VERIFYING: Mark.RUNNING,
    Phase.DONE: Mark.DONE,
    Phase.PREVIEWED: Mark.PREVIEWED,
    Phase.FAILED: Mark.FAILED,
    Phase.POSTPONED: Mark.POSTPONED,
    Phase.SKIPPED: Mark.SKIPPED,
    Phase.OMITTED: Mark.OMITTED,
    Phase.IN_DOUBT: Mark.IN_DOUBT,
    Phase.UNDONE: Mark.UNDONE,
}


def views(
    runbook: Runbook, state: IncidentState, now: datetime, irreversible: frozenset[StepId] = frozenset()
) -> tuple[StepView, ...]:
    """All steps, in file order. ``irreversible`` names the steps whose action is, before they have a plan."""
    return tuple(_view(step, state, now, irreversible) for step in runbook.steps)


def _view(step: Step, state: IncidentState, now: datetime, irreversible: frozenset[StepId]) -> StepView:
    current = state.step(step.id)
    needed, given = _approvals(step, state, current)
    mark = _mark(step.id, current, needed - given, irreversible)
    return StepView(
        step=step.id,
        title=step.title,
        mark=mark,
        words=_words(current, mark, needed, given),
        elapsed=_elapsed(current, now),
        waits_for=waits_for(step, state) if current.phase is Phase.TODO else (),
        approvals_needed=needed,
        approvals_given=given,
        phase=step.phase,
    )


def _approvals(step: Step, state: IncidentState, current: StepState) -> tuple[int, int]:
    if current.phase not in {Phase.PLANNED, Phase.APPLYING} or state.opened is None:
        return 0, 0
    wanted = gate(current, step.approve or 0, state.opened.quorum)
    mode: Mode = state.opened.mode
    return wanted.people, min(wanted.people, len(approvers(current, mode, wanted)))


def _mark(step: StepId, current: StepState, missing: int, irreversible: frozenset[StepId]) -> Mark:
    if current.phase is Phase.TODO:
        return Mark.GATE if step in irreversible else Mark.TODO
    if current.phase in {Phase.PLANNED, Phase.APPLYING}:
        return Mark.WAITS_FOR_YOU if missing > 0 and current.phase is Phase.PLANNED else Mark.RUNNING
    return Mark.RUNNING if current.phase is Phase.DONE and current.undo_asked else _MARKS[current.phase]


def _words(current: StepState, mark: Mark, needed: int, given: int) -> str:
    match mark:
        case Mark.GATE:
            return "IRREVERSIBLE"
        case Mark.WAITS_FOR_YOU if current.phase is Phase.ASKING:
            return "YOU  answer"
        case Mark.WAITS_FOR_YOU:
            changes = sum(len(plan.changes) for plan in current.plans)
            people = f"{given} of {needed} approvals" if needed > 1 else f"{changes} change{'s' * (changes != 1)}"
            return f"YOU  {'undo: ' if current.direction is Direction.UNDO else ''}{people}"
        case Mark.RUNNING:
            return _progress(current)
        case Mark.FAILED | Mark.POSTPONED | Mark.IN_DOUBT:
            return f"{mark.value}: {current.error}" if current.error else mark.value
        case Mark.SKIPPED | Mark.OMITTED:
            return current.reason
        case Mark.DONE:
            undo = "undo: U  " if not not_undoable(current) else ""
            return undo + current.summary
        case _:
            return "" if mark is Mark.TODO else mark.value


def _progress(current: StepState) -> str:
    doing = {Phase.STARTED: "", Phase.PLANNED: "approved", Phase.APPLYING: "applying", Phase.VERIFYING: "proving"}
    word = "undoing" if current.undo_asked else doing.get(current.phase, "")
    if len(current.items) > 1:
        ended = {ItemPhase.APPLIED, ItemPhase.PROVEN} if current.phase is Phase.APPLYING else {ItemPhase.PROVEN}
        return f"{word} {sum(item.phase in ended for item in current.items)}/{len(current.items)}".strip()
    return word


def _elapsed(current: StepState, now: datetime) -> timedelta | None:
    if current.started_at is None:
        return None
    return (current.ended_at or now) - current.started_at


def phase_ended_at(runbook: Runbook, state: IncidentState, phase: RunbookPhase) -> datetime | None:
    """When the last step of a part of the response was done.

    None while one is not done or left out by the runbook itself: a part with a failed, skipped, undone or previewed
    step is not reached. None also when the runbook has no such part. As in the report, what was left out does not
    count: that nothing is left to do is known later than the last thing was done.
    """
    steps = [state.step(step.id) for step in runbook.steps if step.phase is phase]
    if not steps or any(step.ended_at is None or step.phase not in _REACHED for step in steps):
        return None
    done = [step for step in steps if step.phase is Phase.DONE]
    return max(step.ended_at for step in done or steps if step.ended_at is not None)
