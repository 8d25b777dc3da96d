"""CloudTrail Lake, for those who have it: it is closed to new customers since 31 May 2026.

Existing event data stores go on (AWS: "CloudTrail Lake availability change"). Its SQL is Trino's, its columns those of
"Supported SQL schemas for event data stores" (CloudTrail user guide): times are timestamps, parameters and answers maps
of texts. Tested against a server that speaks the documented protocol; not exercised against AWS.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from irkit.clients.cloudtrail_lake import LONGEST, RUNNING, Lake, LakeQuery, LakeState, LakeStore
from irkit.clients.trails import TrailTold
from irkit.cloudtrail.ask_again import ask_again
from irkit.cloudtrail.athena.column import COLUMNS, PATH, as_json, record_of_row
from irkit.cloudtrail.athena.estimate import size_text
from irkit.cloudtrail.athena.narrowing import Dialect, narrowed, said_columns
from irkit.cloudtrail.athena.statement import refuse_long
from irkit.cloudtrail.coverage import Counts, Coverage, Skipped
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.selectors import recorded
from irkit.cloudtrail.source import Batch, Progress
from irkit.cloudtrail.trails import Trail, notes
from irkit.errors import Denied, IrkitError, NotFound, OutsideError, Throttled, Unreachable, UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from irkit.clients.clients import Clients

PRICE_A_GB = 0.005
"""US dollars for 10^9 bytes scanned: the list price, an assumption that is told with it."""
CLOSED = (
    "CloudTrail Lake takes no new customers since 31 May 2026; the trail's bucket (s3://...) or Athena have the same"
)
_MAPS = ("requestparameters", "responseelements", "additionaleventdata", "serviceeventdetails")
_TEXT = {each: f"json_format(CAST({each} AS json))" for each in _MAPS}
_LAKE = Dialect(
    "TIMESTAMP ",
    " ",
    tuple(_TEXT[each] for each in _MAPS[:3]),
    answers=(_TEXT["responseelements"], _TEXT["serviceeventdetails"]),
    most_windows=20,
    most_calls=100,
)
_STORE = re.compile(r"(?:arn:aws[\w-]*:cloudtrail:(?P<region>[\w-]+):\d{12}:eventdatastore/)?(?P<id>[0-9a-f-]{36})")
_POLICY = re.compile(r"(?:document|policy|policytext)$", re.IGNORECASE)
_TEXTS = "Lake holds parameters as texts: a number or a truth of a record is a text in its answers"
_NEVER = ("what the event data store was not told to record, most data events among it",)
_BEGAN = datetime(2022, 1, 5, tzinfo=UTC)
"""CloudTrail Lake began; a store may hold older events that were copied into it, but then has its own time."""
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.2, 5.0, 1.6


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def lake_statement(query: Query, store: str) -> str:
    """The SQL of a query on a store (its id). Raises ``UsageError`` when it is longer than Lake takes.

    It narrows; ``Query.matches`` decides.
    """
    narrowing = narrowed(query, _LAKE)
    conditions = "\n  AND ".join(narrowing.conditions)
    where = f"\nWHERE {conditions}" if conditions else ""
    more = said_columns(_LAKE) if narrowing.said else ()
    text = f"SELECT {', '.join((*_columns(), *more))}\nFROM {store}{where}"
    if narrowing.said:
        names = ", ".join(column.name for column in COLUMNS)
        either = "\n   OR ".join(narrowing.said)
        text = f"SELECT {names}\nFROM (\n{text}\n)\nWHERE {either}"
    refuse_long(text, LONGEST)
    return text


def _columns() -> Iterator[str]:
    for column in COLUMNS:
        yield as_json(column.name) if column.name in _MAPS else column.given


class CloudTrailLake:
    """An event data store as a source of records. ``pause`` waits between looks at a running statement."""

    def __init__(self, clients: Clients, store: str, pause: Callable[[float], None] = _pause) -> None:
        """``store`` is an event data store's ARN or id. Raises ``UsageError`` for anything else."""
        found = _STORE.fullmatch(store)
        if found is None:
            msg = f"{store!r} is no ARN and no id of an event data store"
            raise UsageError(msg, hint="aws cloudtrail list-event-data-stores tells them")
        self._clients = clients
        self._store = found["id"]
        self._region = found["region"] or ""
        self._pause = pause

    @property
    def label(self) -> str:
        """``CloudTrail Lake store 0123...``."""
        return f"CloudTrail Lake store {self._store}"

    @cached_property
    def store(self) -> LakeStore:
        """What AWS tells of the store. Raises ``NotFound``, ``OutsideError`` for one that takes no queries."""
        try:
            one = self._client.store(self._store, self._region)
        except (Denied, Unreachable, Throttled):
            raise
        except OutsideError as error:
            raise NotFound(f"there is no {self.label}: {error.message}", hint=CLOSED) from error
        if one.status not in {"ENABLED", "STOPPED_INGESTION"}:
            msg = f"{self.label} takes no queries: it is {one.status or 'of no status'}"
            raise OutsideError(msg, hint=CLOSED)
        return one

    def statement(self, query: Query) -> str:
        """The SQL that would run. Raises ``UsageError``."""
        return lake_statement(query, self._store)

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As ``Source.look``: closing it cancels the statement."""
        asked_at = self._clients.now()
        store = self.store
        ended = yield from self._ran(self.statement(query))
        skipped: list[Skipped] = []
        given, not_seen = 0, {}
        pages = self._client.results(ended.id, self._region)
        try:
            for rows in pages:
                read = tuple(self._records(rows, skipped))
                given += len(rows)
                matching = tuple(one for one in read if query.matches(one))
                yield Batch(matching, Progress("rows", given, ended.matched, given, ended.scanned))
        except OutsideError as error:
            if not given:
                raise
            not_seen = {self.label: f"read until row {given:,}: {error.message}"}
        within = query.span or Window(store.created_at or _BEGAN, asked_at)
        return Coverage(
            regions=query.regions or (("all",) if store.is_multi_region else (self._here,)),
            start=within.start,
            end=within.end,
            asked_at=asked_at,
            not_seen=not_seen,
            sources=(self.label,),
            accounts=query.accounts,
            skipped=tuple(skipped),
            notes=(*self._notes(store, within, asked_at), _TEXTS, _cost(ended)),
            counts=Counts(size=ended.scanned, events=given),
            never=_NEVER,
        )

    @property
    def _client(self) -> Lake:
        return self._clients.lake

    @property
    def _here(self) -> str:
        return self._region or self._clients.config.aws.region

    def _ran(self, statement: str) -> Generator[Batch, None, LakeQuery]:
        query_id = self._client.start(statement, self._region)
        is_running, wait = True, _FIRST_PAUSE
        try:
            while True:
                one = ask_again(lambda: self._client.query(query_id, self._region), self._pause)
                is_running = one.state in RUNNING
                if not is_running:
                    break
                yield Batch((), Progress("bytes", one.scanned, 0, 0, one.scanned))
                self._pause(wait)
                wait = min(wait * _GROWTH, _LONGEST_PAUSE)
        finally:
            if is_running:
                # That it failed stands among the calls; what made us leave is to be told.
                with suppress(OutsideError):
                    self._client.cancel(query_id, self._region)
        if one.state is not LakeState.FINISHED:
            raise _failure(one)
        return one

    def _records(self, rows: tuple[Mapping[str, str], ...], skipped: list[Skipped]) -> Iterator[Record]:
        place = f"lake:{self._store}"
        for row in rows:
            fields: dict[str, str | None] = {**row, **{name: _opened(row.get(name)) for name in _MAPS}, PATH: place}
            try:
                read = record_of_row(fields)
            except OutsideError as error:
                skipped.append(Skipped(Locator(place), f"event {row.get('eventid', 'without id')}: {error.message}"))
                continue
            if read.unread:
                why = f"{', '.join(read.unread)} of event {read.record.event_id} is no JSON"
                skipped.append(Skipped(Locator(place), why))
            yield read.record

    def _notes(self, store: LakeStore, within: Window, now: datetime) -> Iterator[str]:
        told = TrailTold(arn=store.arn, name=store.name, is_multi_region=True, home_region=self._here)
        yield from notes(Trail(told, recorded=recorded(store.selectors)), now)
        if store.status == "STOPPED_INGESTION":
            yield f"{self.label} takes in no more events"
        if not store.is_multi_region:
            yield f"{self.label} holds events of {self._here} alone"
        if store.created_at and within.start < store.created_at:
            yield f"{self.label} was made at {iso(store.created_at)}: older events only if copied into it"


def _opened(text: str | None) -> str | None:
    """A map of texts as the JSON that it was: what a value holds that is an object or a list is one again.

    A policy is a text in a record too, so it stays one.
    """
    if not text:
        return None
    try:
        held: JsonValue = json.loads(text)
    except ValueError:
        return text
    if not isinstance(held, dict):
        return text
    return json.dumps({name: value if _POLICY.search(name) else _value(value) for name, value in held.items()})


def _value(value: JsonValue) -> JsonValue:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            inner: JsonValue = json.loads(value)
        except ValueError:
            return value
        return inner
    return value


def _cost(ended: LakeQuery) -> str:
    dollars = ended.scanned / 1e9 * PRICE_A_GB
    return (
        f"Lake scanned {size_text(ended.scanned)} (about ${dollars:,.4f} at ${PRICE_A_GB} for a GB),"
        f" statement {ended.id}"
    )


def _failure(one: LakeQuery) -> IrkitError:
    told = one.reason or f"no more than {one.state} is told"
    match one.state:
        case LakeState.TIMED_OUT:
            return OutsideError(f"Lake gave up after an hour: {told}", hint="ask for a shorter time")
        case LakeState.CANCELLED:
            return OutsideError(f"the query was cancelled: {told}", hint="somebody stopped it; ask again")
        case _:
            return OutsideError(f"Lake could not answer: {told}", hint=f"the statement's id is {one.id}")
