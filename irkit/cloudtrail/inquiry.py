"""A question as an action asks it: its parameters, what every result says beside its rows, and the evidence kept.

The rows that go into the journal are bounded; the evidence file has every record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.event_history import IAM as IAM  # noqa: PLC0414 - what the usual source needs
from irkit.cloudtrail.patience import Patience
from irkit.cloudtrail.places import EVENT_HISTORY, Reach, opened
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Answer, Follow, Question
from irkit.cloudtrail.raw_text import raw_texts
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Source
from irkit.contract import Frozen
from irkit.errors import UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.clients.evidence import EvidenceFile

MOST_ROWS = 200
"""How many rows a result holds; the evidence has the records of all."""
MOST_RECORDS = 300_000
"""More records are not held in memory, nor in one file of evidence."""
MOST_EVENTS = 20
"""How many event ids a row of a result names; the first."""
_TOLD_EVERY = 50
_ONE_LINE = {ord("\n"): " ", ord("\r"): " "}
_Row = TypeVar("_Row", bound=BaseModel)
_Asked_co = TypeVar("_Asked_co", covariant=True)


EventIds = Annotated[tuple[str, ...], BeforeValidator(lambda ids: tuple(ids)[:MOST_EVENTS])]
"""The first event ids behind a row."""


class Inquiry(Frozen):
    """Who and what is asked about, when, and where to look.

    Values of one field are alternatives; fields that are given must all hold. It looks back ``hours``, or from
    ``since``, and up to ``until``, or now. ``sources`` are written as for ``irkit trail --from``; none: the configured
    ones, else the event history of all regions. ``regions`` none means all.
    """

    key_ids: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    hours: Annotated[int, Field(ge=1, le=366 * 24)] = 24 * 14
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    follow: Follow = Follow.MADE_FOR
    sources: tuple[str, ...] = ()

    def query(self, now: datetime) -> Query:
        """The query that it is."""
        end = self.until or now
        start = self.since or end - timedelta(hours=self.hours)
        return Query(
            windows=(Window(start, end),),
            keys=self.key_ids,
            arns=self.arns,
            users=self.users,
            sessions=self.sessions,
            ips=self.ips,
            calls=self.calls,
            mentions=self.mentions,
            accounts=self.accounts,
            regions=self.regions,
        )


class Listing(Frozen):
    """What every answer says beside its rows. ``rows`` counts all of them, also those that only the evidence tells."""

    rows: int
    records: int
    not_seen: tuple[str, ...]
    trusted_until: datetime
    coverage: str
    evidence: str
    sha256: str


@dataclass(frozen=True)
class Inquired(Generic[_Asked_co]):
    """An answer, and the evidence that was kept of it."""

    answer: Answer[_Asked_co]
    evidence: EvidenceFile
    coverage: str

    @property
    def found(self) -> dict[str, object]:
        """The fields of ``Listing``."""
        return {
            "rows": len(self.answer.rows),
            "records": len(self.answer.records),
            "not_seen": missed(self.answer.coverage),
            "trusted_until": self.answer.coverage.trusted_until,
            "coverage": self.coverage,
            "evidence": self.evidence.path,
            "sha256": self.evidence.sha256,
        }

    def told(self, row: type[_Row]) -> tuple[_Row, ...]:
        """The first rows as models of an action's own, which have some of the fields."""
        return tuple(row.model_validate(each, from_attributes=True) for each in self.answer.rows[:MOST_ROWS])


def inquire(clients: Clients, question: Question[_Asked_co], params: Inquiry) -> Inquired[_Asked_co]:
    """Ask, and keep the records as evidence. Raises ``OutsideError`` when nothing of the source answers."""
    source = source_of(clients, params.sources)
    answer = ask(source, question, params.query(clients.now()), params.follow, told_to(clients, question.id))
    coverage = "; ".join((answer.coverage.text, *answer.notes))
    kept = keep(clients, f"cloudtrail-{question.id}.jsonl", answer.records, question.title, coverage)
    return Inquired(answer, kept, coverage)


def source_of(clients: Clients, texts: Sequence[str] = (), patience: Patience = Patience.QUESTION) -> Source:
    """The source that is named; without a name the configured one, else the event history."""
    named = tuple(texts) or clients.config.cloudtrail.source or (EVENT_HISTORY,)
    settings = clients.config.cloudtrail
    reach = Reach(lambda: clients, accounts=settings.accounts, role=settings.role, patience=patience)
    return opened(named, reach)


def told_to(clients: Clients, question: str) -> Callable[[Batch], None]:
    """Tells the Activity pane how far a look is, every so many records."""
    found = 0

    def hear(batch: Batch) -> None:
        nonlocal found
        before, found = found, found + len(batch.records)
        if found > MOST_RECORDS:
            hint = "ask for a shorter time, fewer calls, or one key; irkit trail streams and counts what is more"
            raise UsageError(f"more than {MOST_RECORDS:,} records match: an incident cannot hold them", hint=hint)
        if found // _TOLD_EVERY > before // _TOLD_EVERY:
            done = batch.progress
            of = f" of {done.total}" if done.total else ""
            clients.progress(f"cloudtrail {question}: {found} records, {done.done}{of} {done.unit}")

    return hear


def missed(coverage: Coverage) -> tuple[str, ...]:
    """The parts that did not answer, and the files that could not be read."""
    return (*sorted(coverage.not_seen), *(each.at.text for each in coverage.skipped))


def keep(clients: Clients, name: str, records: Sequence[Record], what: str, coverage: str) -> EvidenceFile:
    """Keep the raw records, one a line. One whose text is not to be had is a line that says where it lies."""
    return clients.evidence.keep(
        name,
        _lines(clients, records),
        what=f"{what}: CloudTrail records, one a line",
        count=len(records),
        coverage=coverage,
    )


def _lines(clients: Clients, records: Sequence[Record]) -> Iterator[bytes]:
    texts = raw_texts((one for one in records if not one.text), lambda: clients)
    for one in records:
        text = one.text or texts.get(one.event_id)
        if not text:
            text = json.dumps({"eventID": one.event_id, "locator": one.locator.text, "notRead": "not to be had"})
        yield f"{text.translate(_ONE_LINE)}\n".encode("utf-8", "surrogatepass")
