"""Ask CloudTrail's event history in all configured regions at once, and say what was not seen."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.cloudtrail import Attribute
from irkit.cloudtrail.coverage import KEPT, Coverage
from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.source import Found, in_order
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_TOLD_EVERY = 50
_MOST_AT_ONCE = 16


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


@dataclass
class _RegionAnswer:
    """One region's answer; ``why`` says why it is not whole."""

    region: str
    records: list[Record] = field(default_factory=list)
    why: str = ""


def look_up(clients: Clients, question: Question, regions: Sequence[str] = ()) -> Found:
    """Ask all regions (the configured ones when none are given), each at the pace that AWS allows it.

    A region that fails is written into the coverage. Raises its ``OutsideError`` when all of them fail.
    """
    asked = tuple(regions) or clients.config.aws.asked_regions
    now = clients.now()
    failures: list[OutsideError] = []

    def ask(region: str) -> _RegionAnswer:
        answer = _RegionAnswer(region)
        try:
            _ask(clients, question, answer, now)
        except OutsideError as error:
            failures.append(error)
            answer.why = error.message
        return answer

    with ThreadPoolExecutor(max_workers=min(len(asked), _MOST_AT_ONCE)) as pool:
        answers = list(pool.map(ask, asked))
    if len(failures) == len(asked):
        raise failures[0]
    missed = {answer.region: answer.why for answer in answers if answer.why}
    coverage = Coverage(asked, question.start, question.end, now, missed)
    return Found(in_order(one for answer in answers for one in answer.records), coverage)


def _ask(clients: Clients, question: Question, answer: _RegionAnswer, now: datetime) -> None:
    # AWS refuses a start that lies before what it keeps.
    start = max(question.start, now - KEPT + timedelta(minutes=1))
    for text in clients.cloudtrail.lookup(answer.region, question.attribute, question.value, start, question.end):
        answer.records.append(record(text))
        if len(answer.records) % _TOLD_EVERY == 0:
            clients.progress(f"cloudtrail:LookupEvents {answer.region}: {len(answer.records)} events so far")
