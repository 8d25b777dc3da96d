"""Puts CloudTrail records into an incident's timeline: one event of the journal each, at the record's own time.

The event cites the record: its id, who, what, from where, the locator of the raw record, and the SHA-256 of its text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.questions.target import target
from irkit.cloudtrail.record import Record
from irkit.incident.events import CitedRecord, NoteAdded, Recorded
from irkit.incident.journal import Happened
from irkit.wiring.session import Session

CLOCK = "CloudTrail"
_WITHIN_MS = 1000
"""CloudTrail's times are whole seconds (user guide, "Record contents": eventTime)."""


class Added(NamedTuple):
    """What was put into the timeline, and how many records were in it before."""

    records: tuple[Recorded, ...]
    known: int


def add_to_timeline(
    session: Session, records: Sequence[Record], raw: Callable[[Record], str] | None = None, why: str = ""
) -> Added:
    """Journal each record once, oldest first.

    ``raw`` fetches the text of a record that has none (one that comes from a store). Raises ``JournalUnwritable``.
    """
    known = cited(session)
    fresh = {one.event_id: one for one in records if one.event_id not in known}
    added = []
    for one in sorted(fresh.values(), key=lambda each: (each.at, each.event_id)):
        text = one.text or (raw(one) if raw is not None else "")
        event = NoteAdded(text=told(one, why), cited=citation(one, text))
        added.append(session.journal.append(event, actor=session.me, happened=Happened(one.at, CLOCK, _WITHIN_MS)))
    return Added(tuple(added), len({one.event_id for one in records}) - len(fresh))


def cited(session: Session) -> frozenset[str]:
    """The event ids of the records that are in the timeline."""
    events = [record.event for record in session.journal.records()]
    return frozenset(each.cited.event_id for each in events if isinstance(each, NoteAdded) and each.cited is not None)


def told(one: Record, why: str = "") -> str:
    """``kms:Decrypt by svc-deploy from 203.0.113.9: prod/payments/db (AccessDenied); why``."""
    what = f": {found}" if (found := target(one)) else ""
    ended = f" ({one.error})" if one.error else ""
    place = f" from {one.ip}" if one.ip else ""
    return f"{one.call} by {who(one)}{place}{what}{ended}" + (f"; {why}" if why else "")


def citation(one: Record, text: str) -> CitedRecord:
    """What the journal says of a record whose raw text is ``text``."""
    return CitedRecord(
        event_id=one.event_id,
        call=one.call,
        who=who(one),
        key_id=one.key_id,
        ip=one.ip,
        agent=one.agent,
        error=one.error,
        account=one.account,
        region=one.region,
        target=target(one),
        locator=one.locator.text,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else "",
    )
