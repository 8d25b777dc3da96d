"""How long each part of the response took, from the opening of the incident."""

from __future__ import annotations

from datetime import datetime, timedelta

from irkit.contract import Frozen
from irkit.incident.state import IncidentState, Phase
from irkit.report.findings import Findings
from irkit.runbook.model import RunbookPhase

_ENDED = {Phase.DONE, Phase.SKIPPED, Phase.OMITTED}
_WORDS = {
    RunbookPhase.CONTAIN: "contained",
    RunbookPhase.MEASURE: "measured",
    RunbookPhase.ERADICATE: "eradicated",
    RunbookPhase.RECOVER: "recovered",
    RunbookPhase.CLOSE: "closed",
}


class PhaseTime(Frozen):
    """One part of the response. ``reached_at`` is None while a step of it is open; ``open_steps`` names those."""

    phase: str
    reached_at: datetime | None
    after: timedelta | None
    done: tuple[str, ...]
    skipped: tuple[str, ...]
    open_steps: tuple[str, ...]
    events: tuple[int, ...]


def containment(found: Findings, state: IncidentState) -> tuple[PhaseTime, ...]:
    """The parts that the runbook has, in the order of a response."""
    return tuple(_time(part, found, state) for part in RunbookPhase if _steps(part, found))


def _steps(part: RunbookPhase, found: Findings) -> list[str]:
    return [str(step.id) for step in found.runbook.steps if step.phase is part]


def _time(part: RunbookPhase, found: Findings, state: IncidentState) -> PhaseTime:
    states = {step: each for step in _steps(part, found) for known, each in state.steps.items() if known == step}
    done = tuple(step for step, each in states.items() if each.phase is Phase.DONE)
    skipped = tuple(step for step, each in states.items() if each.phase is Phase.SKIPPED)
    missing = tuple(step for step in _steps(part, found) if step not in states or states[step].phase not in _ENDED)
    ends = [states[step].ended_at for step in done]
    reached = max((at for at in ends if at is not None), default=None) if not missing else None
    opened = state.opened_at
    return PhaseTime(
        phase=_WORDS[part],
        reached_at=reached,
        after=reached - opened if reached is not None and opened is not None else None,
        done=done,
        skipped=skipped,
        open_steps=missing,
        events=tuple(states[step].last_seq for step in (*done, *skipped)),
    )
