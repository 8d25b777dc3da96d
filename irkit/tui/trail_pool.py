"""Sources for a screen: one that keeps what it has seen, and one that ends when it is told to or has enough."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from sys import intern
from threading import Event

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress, Source, is_by_attribute
from irkit.tui.trail_view import contained

_KEPT = 100_000
"""Records kept in all; the looks of longest ago go first."""
_BATCH = 2_000
_REST = "the rest"
_BEGINNING = datetime(2013, 11, 1, tzinfo=UTC)
"""CloudTrail's own first month: no record is older."""


@dataclass(frozen=True)
class _Look:
    query: Query
    records: tuple[Record, ...]
    coverage: Coverage


class Pool:
    """A source over another: a look that an earlier whole one contains is answered from memory, at once.

    Used by one thread at a time. ``forget`` makes it ask again.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._looks: list[_Look] = []

    @property
    def label(self) -> str:
        """The other's."""
        return self._source.label

    @property
    def is_by_attribute(self) -> bool:
        """Whether the other is."""
        return is_by_attribute(self._source)

    def forget(self) -> None:
        """Ask the other source from now on."""
        self._looks.clear()

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """From memory, or from the other source."""
        held = next((each for each in reversed(self._looks) if contained(query, each.query)), None)
        if held is not None:
            return (yield from _again(held, query))
        records: list[Record] = []
        look = self._source.look(query)
        with closing(look):
            while True:
                try:
                    batch = next(look)
                except StopIteration as end:
                    coverage: Coverage = end.value
                    break
                records.extend(batch.records)
                yield batch
        self._keep(_Look(query, tuple(records), coverage))
        return coverage

    def _keep(self, look: _Look) -> None:
        if len(look.records) > _KEPT:
            return
        self._looks.append(look)
        while sum(len(each.records) for each in self._looks) > _KEPT:
            self._looks.pop(0)


def _again(held: _Look, query: Query) -> Generator[Batch, None, Coverage]:
    total = len(held.records)
    for at in range(0, total, _BATCH):
        part = held.records[at : at + _BATCH]
        seen = min(total, at + _BATCH)
        yield Batch(tuple(one for one in part if query.matches(one)), Progress("events", seen, total, seen))
    return _narrowed(held.coverage, query)


def _narrowed(coverage: Coverage, query: Query) -> Coverage:
    if (span := query.span) is None:
        return coverage
    return replace(
        coverage, start=max(coverage.start, span.start), end=max(coverage.start, min(coverage.end, span.end))
    )


class Bounded:
    """A source over another that ends early, and says so in its coverage: when it has ``most`` records, or is stopped.

    Made for one question, whose looks share the bound. ``whole`` is how many records keep their raw text; later ones
    are read again where they lie, when they are looked at.
    """

    def __init__(self, source: Source, most: int, now: Callable[[], datetime], whole: int) -> None:
        self.stopped = Event()
        self.ended = ""
        """Why it ended early; empty while it has not."""
        self._source = source
        self._most = most
        self._whole = whole
        self._now = now
        self._given = 0

    @property
    def label(self) -> str:
        """The other's."""
        return self._source.label

    @property
    def is_by_attribute(self) -> bool:
        """Whether the other is."""
        return is_by_attribute(self._source)

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """The other's batches, until the bound."""
        look = self._source.look(query)
        with closing(look):
            while not self._is_over():
                try:
                    batch = next(look)
                except StopIteration as end:
                    coverage: Coverage = end.value
                    return coverage
                records = batch.records[: self._most - self._given]
                self._given += len(batch.records)
                yield batch._replace(records=records if self._given <= self._whole else tuple(map(lean, records)))
        return self._cut(query)

    def _is_over(self) -> bool:
        if self.stopped.is_set():
            self.ended = self.ended or "stopped by you"
        elif self._given >= self._most:
            self.ended = (
                f"only the first {self._most:,} events that were found are loaded: narrow the filters or the time"
            )
        return bool(self.ended)

    def _cut(self, query: Query) -> Coverage:
        """Nothing is known to be covered by a look that did not end."""
        now = self._now()
        span = query.span
        start, end = (min(span.start, now), span.end) if span else (_BEGINNING, now)
        return Coverage((), start, end, now, {_REST: self.ended}, (self._source.label,), never=())


def lean(one: Record) -> Record:
    """A record in less memory: without its text where that can be read again, and with texts in common held once."""
    return one._replace(
        text="" if one.locator.offset >= 0 else one.text,
        source=intern(one.source),
        name=intern(one.name),
        region=intern(one.region),
        ip=intern(one.ip),
        agent=intern(one.agent),
        error=intern(one.error),
        principal_type=intern(one.principal_type),
        principal_arn=intern(one.principal_arn),
        principal=intern(one.principal),
        key_id=intern(one.key_id),
        invoked_by=intern(one.invoked_by),
        account=intern(one.account),
        caller_account=intern(one.caller_account),
        principal_id=intern(one.principal_id),
        issuer_arn=intern(one.issuer_arn),
        version=intern(one.version),
        category=intern(one.category),
        locator=one.locator._replace(place=intern(one.locator.place)),
    )
