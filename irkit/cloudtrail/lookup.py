"""Ask CloudTrail's event history for one attribute's value, in the regions given, and say what was not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from irkit.clients.cloudtrail import Attribute
from irkit.cloudtrail.coverage import Counts, Coverage
from irkit.cloudtrail.event_history import read_all
from irkit.cloudtrail.history_plan import Look, kept_spans
from irkit.cloudtrail.history_reader import Reader
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Found, in_order

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


@dataclass(frozen=True)
class Question:
    """One attribute's value within a span of time: more than one attribute cannot be asked for."""

    attribute: Attribute
    value: str
    start: datetime
    end: datetime

    @classmethod
    def of_key(cls, key_id: str, start: datetime, end: datetime) -> Question:
        """Everything that was signed with a key."""
        return cls(Attribute.ACCESS_KEY_ID, key_id, start, end)


def look_up(clients: Clients, question: Question, regions: Sequence[str] = ()) -> Found:
    """Ask all regions (the configured ones when none are given), each at the pace that AWS allows it.

    A region that fails is written into the coverage. Raises its ``OutsideError`` when all of them fail.
    """
    asked = tuple(regions) or clients.config.aws.asked_regions
    now = clients.now()
    spans = kept_spans(Query(windows=(Window(question.start, question.end),)), now)
    looks = (Look(question.attribute, question.value),)
    readers = [Reader(clients.cloudtrail, region, looks, spans, Query()) for region in asked if spans]
    records: list[Record] = []
    for batch in read_all(readers):
        records.extend(batch.records)
        if batch.progress.events:
            told = f"{batch.progress.events} events, {batch.progress.done} of {len(asked)} regions done"
            clients.progress(f"cloudtrail:LookupEvents {question.attribute}={question.value}: {told}")
    errors = [one.error for one in readers if one.error is not None]
    if errors and len(errors) == len(asked):
        raise errors[0]
    missed = {one.region: one.why for one in readers if one.why}
    skipped = tuple(each for one in readers for each in one.skipped)
    counts = Counts(events=sum(one.events for one in readers))
    coverage = Coverage(asked, question.start, question.end, now, missed, skipped=skipped, counts=counts)
    return Found(in_order(records), coverage)
