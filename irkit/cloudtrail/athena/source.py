"""CloudTrail's files through Athena: for what outgrows one machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from irkit.clients.athena import Execution, Row, Where, WorkGroup
from irkit.cloudtrail.athena.column import OBJECTS, PATH, record_of_row
from irkit.cloudtrail.athena.days import FIRST
from irkit.cloudtrail.athena.delivered import last_delivered, words
from irkit.cloudtrail.athena.estimate import Estimate, estimated, price, size_text
from irkit.cloudtrail.athena.partitions import accounts, partitions, regions
from irkit.cloudtrail.athena.running import run
from irkit.cloudtrail.athena.seen_sql import seen_rows, seen_statement
from irkit.cloudtrail.athena.shape import RowPath, Shape
from irkit.cloudtrail.athena.statement import Statement, notes, statement
from irkit.cloudtrail.athena.table import Finding, Weight, findings, shape_of
from irkit.cloudtrail.coverage import Counts, Coverage, Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.seen import Seen
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress
from irkit.cloudtrail.trails import trail_notes
from irkit.errors import OutsideError, Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.clients.glue import GlueTable

_UNLIMITED = "name a workgroup that limits it (BytesScannedCutoffPerQuery), have one made, or do without (--no-limit)"
_PATH = "$path"
_UNKNOWN = re.compile(r"""(?:Referenced column|Column) ["']([\w$.]+)["'] (?:not found|cannot be resolved)""")
_GUESSED = "{'"
_Compiler = Callable[[Query, Shape, date], Statement]
NEVER = ("what the trail was not told to record is not in it, most data events among that",)


class Cutoff(StrEnum):
    """Whether a workgroup must limit what one statement may scan."""

    DEMANDED = "demanded"
    WAIVED = "waived"


def _agree(estimate: Estimate) -> None:
    """Whatever it costs; the workgroup's limit stands."""


@dataclass(frozen=True)
class Spot:
    """Which table is asked, and how statements are run."""

    table: str
    database: str = "default"
    workgroup: str = "primary"
    output: str = ""
    """An S3 folder for results; empty for the workgroup's own."""
    region: str = ""
    """Of the table; empty for the configured one."""
    cutoff: Cutoff = Cutoff.DEMANDED
    accounts: tuple[str, ...] = ()
    """To ask when a query names none: a table with injected accounts demands some."""

    @property
    def where(self) -> Where:
        """For the client."""
        return Where(self.workgroup, self.database, self.output, self.region)


class Athena:
    """A CloudTrail table of Athena as a source of records.

    SQL narrows, ``Query.matches`` decides, so an answer is the same as of the files themselves. ``agree`` hears the
    estimate before a statement runs, and stops it by raising; without it nothing is listed and nothing estimated.
    """

    def __init__(self, clients: Clients, spot: Spot, agree: Callable[[Estimate], None] | None = None) -> None:
        self.spot = spot
        self._clients = clients
        self._agree = agree or _agree
        self._asks = agree is not None
        self._learnt: dict[str, frozenset[str]] = {"gone": frozenset(), "nested": frozenset()}
        self._estimates: dict[tuple[str, ...], Estimate] = {}

    @property
    def label(self) -> str:
        """``Athena table default.cloudtrail``."""
        return f"Athena table {self.spot.database}.{self.spot.table}"

    @cached_property
    def described(self) -> GlueTable:
        """The table as Glue describes it. Raises ``NotFound``, ``Denied``."""
        return self._clients.glue.table(self.spot.database, self.spot.table, self.spot.region)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the table, the worst first."""
        return findings(self.described)

    @cached_property
    def shape(self) -> Shape:
        """What a query needs to know of the table. Raises ``OutsideError`` when its answers would be wrong."""
        wrong = [one for one in self.findings if one.weight is Weight.WRONG]
        if wrong:
            msg = f"the {self.label} cannot be asked: {'; '.join(one.what for one in wrong)}"
            raise OutsideError(msg, hint=wrong[0].hint)
        return shape_of(self.described)

    @cached_property
    def workgroup(self) -> WorkGroup:
        """The workgroup. Raises ``Refused`` when it lacks a limit that is demanded, ``OutsideError`` when it is off."""
        one = self._clients.athena.workgroup(self.spot.workgroup, self.spot.region)
        self.refuse_unfit(one)
        return one

    def refuse_unfit(self, one: WorkGroup) -> None:
        """Raise when statements may not be run in a workgroup: as ``workgroup``."""
        if not one.is_enabled:
            msg = f"Athena's workgroup {one.name} is disabled"
            raise OutsideError(msg, hint="enable it, or name another workgroup")
        if one.engine.endswith("version 2"):
            msg = f"Athena's workgroup {one.name} uses {one.engine}, whose JSON has no names of fields"
            raise OutsideError(msg, hint="set the workgroup to engine version 3")
        if one.cutoff is None and self.spot.cutoff is Cutoff.DEMANDED:
            msg = f"Athena's workgroup {one.name} does not limit what a statement may scan: one could cost without end"
            raise Refused(msg, hint=_UNLIMITED)
        if not one.output and not self.spot.output:
            msg = f"Athena's workgroup {one.name} has no place for results"
            raise OutsideError(msg, hint="name an S3 folder for results (s3://bucket/folder/)")

    def statement(self, query: Query) -> Statement:
        """The SQL that would run. Raises ``UsageError``, ``OutsideError`` when the table cannot answer it."""
        return statement(self._told(query), self._known, self._clients.now().date())

    def estimate(self, query: Query) -> Estimate:
        """What the query would scan and cost, by a listing of its partitions; each listing is made once."""
        told, today = self._told(query), self._clients.now().date()
        within = partitions(told, self.shape, today)
        if within not in self._estimates:
            self._estimates[within] = estimated(self._clients.s3, told, self.shape, today)
        return replace(self._estimates[within], cutoff=self.workgroup.cutoff)

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As ``Source.look``. Also raises ``Refused`` when the workgroup's limit would be, or was, passed."""
        asked_at = self._clients.now()
        total = self._agreed(query, statement)
        ended = yield from self._ran(query, total, statement)
        pages = self._clients.athena.results(ended.id, self.spot.region)
        first = next(pages)
        if not self._known.nested and _has_objects(*first):
            self._learnt["nested"] = OBJECTS
            ended = yield from self._ran(query, total, statement)
            pages = self._clients.athena.results(ended.id, self.spot.region)
            first = next(pages)
        skipped: list[Skipped] = []
        given, not_seen = 0, {}
        try:
            for names, rows in chain((first,), pages):
                read = tuple(_records((_fields(names, row) for row in rows), self._known.nested, skipped))
                given += len(rows)
                matching = tuple(one for one in read if query.matches(one))
                yield Batch(matching, Progress("rows", given, 0, given, ended.scanned))
        except OutsideError as error:
            not_seen = {self.label: f"read until row {given:,}: {error.message}"}
        coverage = self._coverage(query, asked_at, ended, (given, tuple(skipped)))
        return replace(coverage, not_seen=not_seen)

    def count_seen(self, query: Query) -> Generator[Batch, None, tuple[tuple[Seen, ...], Coverage]]:
        """The rows of ``questions.seen`` without their records, counted by Athena in one scan (``Follow.ALONE``).

        Raises ``UsageError`` when SQL alone cannot decide the query; else as ``look``.
        """
        asked_at = self._clients.now()
        ended = yield from self._ran(query, self._agreed(query, seen_statement), seen_statement)
        pages = self._clients.athena.results(ended.id, self.spot.region)
        found = seen_rows(_fields(names, row) for names, rows in pages for row in rows)
        events = sum(row.count for row in found if row.what == "who")
        return found, self._coverage(query, asked_at, ended, (events, ()))

    def _told(self, query: Query) -> Query:
        """The query with the accounts that a table must be told."""
        if query.accounts or not self.spot.accounts:
            return query
        return replace(query, accounts=self.spot.accounts)

    def _agreed(self, query: Query, made: _Compiler) -> int:
        """The bytes to be scanned, 0 when nobody asked. Raises what stops it."""
        cutoff = self.workgroup.cutoff
        if not self._asks:
            return 0
        estimate = replace(self.estimate(query), statement=self._text(query, made))
        if estimate.is_cut_off:
            msg = f"{estimate.text}; workgroup {self.spot.workgroup} ends a statement at {cutoff:,} bytes"
            raise Refused(msg, hint="ask for a shorter time, fewer accounts or regions, or raise the workgroup's limit")
        self._agree(estimate)
        return estimate.size

    @property
    def _known(self) -> Shape:
        """The table as described, less what the engine said that it has not."""
        gone = self._learnt["gone"]
        return replace(
            self.shape,
            path=RowPath.UNKNOWN if _PATH in gone else RowPath.KNOWN,
            has=self.shape.has - gone,
            nested=self.shape.nested | self._learnt["nested"],
        )

    def _ran(self, query: Query, total: int, made: _Compiler) -> Generator[Batch, None, Execution]:
        """The query's statement, run to its end; progress is in bytes scanned.

        A column that the engine does not know, whatever the catalog says, is left out of the next try: a statement
        that fails to be understood costs nothing.
        """
        while True:
            try:
                return (yield from self._watched(self._text(query, made), total))
            except OutsideError as error:
                gone = _UNKNOWN.search(error.message)
                name = gone[1].lower() if gone else ""
                if name not in {_PATH, *self._known.has} or name in self._learnt["gone"]:
                    raise
                self._learnt["gone"] |= {name}

    def _text(self, query: Query, made: _Compiler) -> str:
        return made(self._told(query), self._known, self._clients.now().date()).text

    def _watched(self, text: str, total: int) -> Generator[Batch, None, Execution]:
        running = run(self._clients.athena, text, self.spot.where)
        try:
            while True:
                one = next(running)
                yield Batch((), Progress("bytes", one.scanned, total, 0, one.scanned))
        except StopIteration as end:
            execution: Execution = end.value
            return execution
        finally:
            running.close()

    def _coverage(
        self, query: Query, asked_at: datetime, ended: Execution, read: tuple[int, tuple[Skipped, ...]]
    ) -> Coverage:
        shape = self.shape
        within = query.span or Window(datetime.combine(shape.first or FIRST, time(), UTC), asked_at)
        listed = self._estimates.get(partitions(self._told(query), shape, self._clients.now().date()))
        given, skipped = read
        cost = f"Athena scanned {size_text(ended.scanned)} (about ${price(ended.scanned):,.4f}), statement {ended.id}"
        return Coverage(
            regions=query.regions or shape.regions or ("all that the table holds",),
            start=within.start,
            end=within.end,
            asked_at=last_delivered(listed, within, asked_at),
            sources=(self.label,),
            accounts=query.accounts or self.spot.accounts or shape.accounts,
            skipped=skipped,
            notes=(
                *_limits(self._told(query), shape, within),
                *words(listed, query, within, asked_at),
                *self._notes,
                cost,
            ),
            counts=Counts(size=ended.scanned, events=given),
            never=NEVER,
        )

    @property
    def _notes(self) -> Iterable[str]:
        """What limits every answer of the table."""
        yield from notes(self._known)
        if _PATH in self._learnt["gone"]:
            yield "the engine does not say which file a record is from"
        yield from (one.what for one in self.findings if "not projected" in one.what)
        yield from self._trail_notes

    @cached_property
    def _trail_notes(self) -> tuple[str, ...]:
        """What the trails that fill the bucket record."""
        bucket = self.shape.location.removeprefix("s3://").partition("/")[0]
        return trail_notes(self._clients, bucket) if bucket else ()


def _fields(names: tuple[str, ...], row: Row) -> Mapping[str, str | None]:
    """A row by its columns' names, in small letters as Athena gives them."""
    return {name.lower(): value for name, value in zip(names, row, strict=True)}


def _has_objects(names: tuple[str, ...], rows: tuple[Row, ...]) -> bool:
    """Whether the engine took texts of JSON for objects, whose own text is no JSON: they must be asked for as such."""
    places = [place for place, name in enumerate(names) if name.lower() in OBJECTS]
    return any((row[place] or "").startswith(_GUESSED) for row in rows for place in places)


def _limits(query: Query, shape: Shape, within: Window) -> Iterable[str]:
    """What the table's projection leaves out of a query."""
    if shape.first and within.start.date() < shape.first:
        yield f"the table {shape.label} begins at {shape.first}: NOTHING BEFORE IT was read"
    if shape.last and within.end.date() > shape.last:
        yield f"the table {shape.label} ends at {shape.last}: NOTHING AFTER IT was read"
    for what, asked, has in (
        ("account", accounts(query, shape), shape.accounts),
        ("region", regions(query, shape), shape.regions),
    ):
        gone = sorted(set(asked) - set(has)) if has else []
        if gone:
            yield f"the table {shape.label} does not hold {what} {', '.join(gone)}"


def _records(
    rows: Iterable[Mapping[str, str | None]], nested: frozenset[str], skipped: list[Skipped]
) -> Iterable[Record]:
    for row in rows:
        place = Locator(row.get(PATH) or "a row of Athena")
        try:
            read = record_of_row(row, nested)
        except OutsideError as error:
            skipped.append(Skipped(place, error.message))
            continue
        if read.unread:
            skipped.append(Skipped(place, f"{', '.join(read.unread)} of event {read.record.event_id} is no JSON"))
        yield read.record
