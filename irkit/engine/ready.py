"""What the runner may do next. Pure: the runbook and the fold in, moves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from irkit.engine.approval import shut
from irkit.engine.omission import unmet
from irkit.incident.events import Direction, Mode
from irkit.incident.state import IncidentState, ItemPhase, Phase, StepState
from irkit.runbook.graph import needed, needs
from irkit.runbook.model import Runbook, Step, StepId
from irkit.runbook.refs import Missing, holds, resolve

SATISFIES = {Phase.DONE, Phase.SKIPPED, Phase.OMITTED, Phase.PREVIEWED}
"""The phases of a step that let those that need it go on."""
ENDED = {*SATISFIES, Phase.UNDONE}


class Kind(StrEnum):
    """What a move is."""

    START = "start"
    UNDO = "undo"
    APPLY = "apply"
    VERIFY = "verify"
    PROBE = "probe"
    OMIT = "omit"
    PREVIEW = "preview"


@dataclass(frozen=True)
class Move:
    """One thing the runner may do now to one step."""

    kind: Kind
    step: StepId
    because: str = ""


def ready(runbook: Runbook, state: IncidentState, now: datetime) -> tuple[Move, ...]:
    """The moves that nothing holds back, in file order. None once the incident is aborted or closed."""
    if state.opened is None or state.aborted is not None or state.closed is not None:
        return ()
    moves = (_move(step, state, now) for step in runbook.steps)
    return tuple(move for move in moves if move is not None)


def waits_for(step: Step, state: IncidentState) -> tuple[StepId, ...]:
    """The steps that hold a step back; one that it only comes ``after`` does so no more once it has failed.

    One whose undo is asked for and not begun holds nothing back: what it did stands, and nobody can stop a containment
    by asking for an undo.
    """
    strict = needed(step)
    held = (need for need in needs(step) if not _satisfies(state.step(need)))
    return tuple(need for need in held if need in strict or state.step(need).phase is not Phase.FAILED)


def _satisfies(need: StepState) -> bool:
    stands = need.direction is Direction.UNDO and need.phase in {Phase.STARTED, Phase.PLANNED}
    return need.phase in SATISFIES or stands


def results(state: IncidentState) -> Mapping[StepId, JsonValue]:
    """The results of the steps that have one: a mapping, or a list of them for a ``for_each`` step."""
    return {
        step_id: list(map(dict, step.results)) if step.many else dict(step.results[0])
        for step_id, step in state.steps.items()
        if step.results is not None and (step.many or step.results)
    }


def ended(runbook: Runbook, state: IncidentState) -> bool:
    """Whether every step has come to its end and no undo is asked for."""
    steps = [state.step(step.id) for step in runbook.steps]
    return all(step.phase in ENDED and not step.undo_asked for step in steps)


def _move(step: Step, state: IncidentState, now: datetime) -> Move | None:
    current = state.step(step.id)
    match current.phase:
        case Phase.TODO:
            return None if waits_for(step, state) else _begin(step, state)
        case Phase.POSTPONED:
            return _postponed(step, current, now)
        case Phase.PLANNED | Phase.APPLYING:
            return _carry_out(step, current, state)
        case Phase.VERIFYING:
            return Move(Kind.VERIFY, step.id)
        case Phase.IN_DOUBT if any(i.phase is ItemPhase.IN_DOUBT and not i.probed for i in current.items):
            return Move(Kind.PROBE, step.id)
        case Phase.DONE if current.undo_asked:
            return Move(Kind.UNDO, step.id)
        case _:
            return None


def _begin(step: Step, state: IncidentState) -> Move:
    if step.when is not None:
        outcome = holds(step.when, results(state))
        if isinstance(outcome, Missing) or not outcome:
            value = resolve(step.when.ref, results(state), {})
            return Move(Kind.OMIT, step.id, unmet(step.when, value, state))
    return Move(Kind.START, step.id)


def _postponed(step: Step, current: StepState, now: datetime) -> Move | None:
    if current.again_at is not None and now < current.again_at:
        return None
    doubtful = any(item.phase is ItemPhase.IN_DOUBT for item in current.items)
    return Move(Kind.PROBE if doubtful else Kind.START, step.id)


def _carry_out(step: Step, current: StepState, state: IncidentState) -> Move | None:
    """Apply when the gate is open; in a dry run the plan was the end of it."""
    if not any(item.phase is ItemPhase.TODO for item in current.items):
        return None
    dry = state.opened is not None and state.opened.mode is Mode.DRY_RUN
    if dry and current.direction is Direction.DO and any(plan.changes for plan in current.plans):
        return Move(Kind.PREVIEW, step.id)
    return None if shut(state, step.id, step.approve or 0) else Move(Kind.APPLY, step.id)
