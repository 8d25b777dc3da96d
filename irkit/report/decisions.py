"""What people decided, why, and what was known then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from irkit.contract import Frozen
from irkit.incident import events as ev
from irkit.incident.answer_words import answer_words
from irkit.incident.events import Recorded
from irkit.report.credentials import masked
from irkit.report.findings import Findings


class Decision(Frozen):
    """One decision. ``known`` is the number of the last event on the screen then; None when that was not recorded."""

    at: datetime
    by: str
    step: str
    question: str
    answer: str
    reason: str
    known: int | None
    event: int


def decisions(found: Findings) -> tuple[Decision, ...]:
    """Answers, approvals, skips, resolutions of doubt and the like, in order."""
    by_hash = {record.hash: record.seq for record in found.records}
    return tuple(_decisions(found.records, found, by_hash))


def _decisions(records: Sequence[Recorded], found: Findings, by_hash: dict[str, int]) -> Iterator[Decision]:
    plans: dict[str, int] = {}
    for record in records:
        event = record.event
        if isinstance(event, ev.StepPlanned):
            plans[event.plan_hash] = record.seq
        told = _told(event)
        if told is None:
            continue
        step, answer, reason = told
        known = by_hash.get(event.head_seen) if isinstance(event, ev.DecisionGiven) and event.head_seen else None
        if isinstance(event, ev.ApprovalGiven):
            known = plans.get(event.plan_hash)
        yield Decision(
            at=record.at,
            by=f"{record.actor.name} ({record.actor.kind})",
            step=step,
            question=found.title(step) if step else "the incident",
            answer=masked(answer),
            reason=masked(reason),
            known=known,
            event=record.seq,
        )


def _told(event: ev.Event) -> tuple[str, str, str] | None:
    match event:
        case ev.DecisionGiven():
            return event.step, answer_words(event.answer), event.reason or str(event.answer.get("reason") or "")
        case ev.ApprovalGiven():
            typed = ", phrase typed" if event.phrase_typed else ""
            return event.step, f"approved plan {event.plan_hash[:12]}{typed}", ""
        case ev.StepSkipped():
            return event.step, "undo given up" if event.direction is ev.Direction.UNDO else "skipped", event.reason
        case ev.RetryAsked():
            return event.step, "try again", event.reason
        case ev.UndoAsked():
            return event.step, "undo", event.reason
        case ev.DoubtResolved():
            return event.step, f"in doubt: {event.resolution.replace('_', ' ')}", ""
        case ev.IncidentAborted():
            return "", "abort the runbook", event.reason
        case _:
            return None
