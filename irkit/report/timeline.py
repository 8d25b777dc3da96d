"""The timeline: what happened, by the time at which it happened, each row with the event of the journal behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from irkit.contract import Frozen
from irkit.incident.events import CallsMade, Recorded
from irkit.report.credentials import masked
from irkit.report.milestone import Mark, Milestone
from irkit.report.narration import basis, narration
from irkit.report.statement import Basis

_FROM_OUTSIDE = {Mark.EXPOSED, Mark.USED, Mark.SUCCEEDED}


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


def timeline(records: Sequence[Recorded], milestones: Sequence[Milestone] = ()) -> tuple[Row, ...]:
    """Rows by time, then by place in the journal. ``milestones`` add what happened before the incident was opened."""
    return tuple(sorted([*_journal(records), *_before(milestones)], key=lambda row: (row.at, row.event)))


def _journal(records: Sequence[Recorded]) -> Iterator[Row]:
    for record in records:
        if isinstance(record.event, CallsMade) and not any(call.error for call in record.event.calls):
            continue
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


def _before(milestones: Sequence[Milestone]) -> Iterator[Row]:
    """Milestones that the journal's own rows do not hold: those seen in other records."""
    for each in milestones:
        at = each.earliest or each.latest
        if each.mark in _FROM_OUTSIDE and at is not None and each.events:
            width = each.latest - each.earliest if each.latest and each.earliest else None
            yield Row(
                at=at,
                clock=each.source,
                uncertainty_ms=round(width.total_seconds() * 1000) if width else 0,
                step="",
                who="",
                text=f"{each.mark}" + (" (or later)" if width else ""),
                basis=each.basis,
                event=each.events[0],
            )
