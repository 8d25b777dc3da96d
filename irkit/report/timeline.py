"""The timeline: what happened, by the time at which it happened, each row with the event of the journal behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum

from irkit.contract import Frozen
from irkit.incident.events import (
    CallsMade,
    DecisionGiven,
    EffectDone,
    EffectFailed,
    EffectIntended,
    Event,
    IncidentAborted,
    IncidentClosed,
    IncidentOpened,
    NoteAdded,
    OrderRefused,
    Recorded,
    RunnerStarted,
    RunnerStopped,
    StepDone,
    StepFailed,
    StepId,
    StepSkipped,
    StepStarted,
    StepUndone,
)
from irkit.incident.life import Stage
from irkit.incident.lives import lives
from irkit.report.credentials import masked
from irkit.report.milestone import Mark, Milestone
from irkit.report.narration import basis, narration
from irkit.report.spans import utc
from irkit.report.statement import Basis

_CLOCKS = {Mark.EXPOSED: "git or AWS", Mark.USED: "CloudTrail", Mark.SUCCEEDED: "CloudTrail"}
"""The milestones that the journal's own rows do not hold, and whose clocks tell them."""
_KEY = (
    *(IncidentOpened, IncidentAborted, IncidentClosed, NoteAdded, DecisionGiven, OrderRefused),
    *(EffectDone, EffectFailed, StepFailed, StepSkipped, StepUndone),
)
_LAST = frozenset({Stage.PROVEN_DEAD, Stage.ALIVE_AGAIN})


class Detail(StrEnum):
    """How much of the journal a timeline tells."""

    ALL = "all"
    KEY = "key"
    """What changed the world or went wrong, what people wrote down, and who died or came to life again."""
    MAIN = "main"
    """Without beginnings, intents, single calls, and the end of a step whose proof is told.

    The end of one that took several attempts is there: it tells the whole.
    """


class Row(Frozen):
    """One row. ``at`` is when it happened by ``clock``, to within ``uncertainty_ms``; ``event`` is what backs it."""

    at: datetime
    clock: str
    uncertainty_ms: int
    step: str
    who: str
    text: str
    basis: Basis
    event: int


def timeline(
    records: Sequence[Recorded], milestones: Sequence[Milestone] = (), detail: Detail = Detail.ALL
) -> tuple[Row, ...]:
    """Rows by time, within a second by place in the journal, since clocks differ.

    ``milestones`` add what happened before the incident was opened.
    """
    acted = {record.event.step for record in records if isinstance(record.event, EffectDone)}
    match detail:
        case Detail.ALL:
            told = records
        case Detail.MAIN:
            told = [record for record in records if _is_main(record.event, acted)]
        case Detail.KEY:
            told = [record for record in records if isinstance(record.event, _KEY)]
    stages = _LAST if detail is Detail.KEY else frozenset(Stage)
    return tuple(sorted([*_journal(told), *_turns(records, stages), *_before(milestones)], key=_place))


def _place(row: Row) -> tuple[datetime, int]:
    return row.at.replace(microsecond=0), row.event


def _is_main(event: Event, acted: AbstractSet[StepId]) -> bool:
    match event:
        case CallsMade() | EffectIntended() | RunnerStarted() | RunnerStopped():
            return False
        case StepStarted():
            return event.attempt > 1
        case StepDone():
            return event.step not in acted or event.attempt > 1
        case _:
            return True


def _journal(records: Sequence[Recorded]) -> Iterator[Row]:
    for record in records:
        yield Row(
            at=record.at,
            clock=record.at_source,
            uncertainty_ms=record.at_uncertainty_ms,
            step=str(getattr(record.event, "step", None) or ""),
            who=record.actor.name,
            text=masked(narration(record.event)),
            basis=basis(record.event),
            event=record.seq,
        )


def _turns(records: Sequence[Recorded], stages: AbstractSet[Stage]) -> Iterator[Row]:
    """Each turn to one of these stages in the life of a credential, but that it came to be known."""
    for life in lives(records):
        for turn in (each for each in life.turns[1:] if each.stage in stages):
            yield Row(
                at=turn.at,
                clock=turn.clock,
                uncertainty_ms=0,
                step="",
                who="",
                text=masked(f"{life.name}: {turn.stage} ({turn.why})"),
                basis=Basis.OBSERVED,
                event=turn.seq,
            )


def _before(milestones: Sequence[Milestone]) -> Iterator[Row]:
    for each in milestones:
        at = each.earliest or each.latest
        if each.mark in _CLOCKS and at is not None and each.events:
            later = f" (at some time until {utc(each.latest)})" if each.latest and each.latest != at else ""
            yield Row(
                at=at,
                clock=_CLOCKS[each.mark],
                uncertainty_ms=0,
                step="",
                who="",
                text=f"{each.mark}{later}",
                basis=each.basis,
                event=each.events[0],
            )
