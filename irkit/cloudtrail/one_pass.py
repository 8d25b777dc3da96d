"""Reads files once for both looks of a question by access key: the key's calls, and those made for its owner.

A question by key asks a second time, by the identity that the first look found (``questions/asking.py``). Files that
are read whole for the first are not read whole again: as soon as a record tells the identity, the look begins anew for
key *or* identity, and what belongs to the second look alone is kept in memory until that is asked.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from irkit.cloudtrail.births import Birth
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query, Window, is_call
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress, Source, TellsBirths

MOST_HELD = 100_000
"""So many records are kept; of more, none: the second look reads the files again."""
EARLY = 0.05
"""Of the files: when the identity is found later than that, reading on costs less than beginning anew."""
_AROUND = timedelta(minutes=1)
"""A service acts for its caller seconds after the call: that may be after the end of what is asked for."""
_MOST_KEYS = 3
_FRESH_SECONDS = 60.0
"""After so long unasked, what is kept is forgotten: files may have come since."""


@dataclass(frozen=True)
class _Held:
    """What one pass saw of a query: every record of ``seen`` is among ``records``."""

    seen: Query
    records: tuple[Record, ...]
    coverage: Coverage


@dataclass
class _Memory:
    """What the last pass saw, and when that was asked for last."""

    held: _Held | None = None
    used_at: float = 0.0

    @property
    def is_fresh(self) -> bool:
        """Whether it was asked for of late."""
        return time.monotonic() - self.used_at < _FRESH_SECONDS


class Knowing(Source, TellsBirths, Protocol):
    """A source that is opened."""

    def owners(self, query: Query) -> tuple[str, ...]:
        """ARNs of whose the keys of a query are; empty when it is better to ask twice."""

    def close(self) -> None:
        """Let go of it."""


class OnePass:
    """A source of files that remembers what the second look of a question by key will ask.

    ``ready`` opens a source that knows before it looks whose a key is. Without it the look begins, and begins anew.
    """

    def __init__(self, raw: Source, ready: Callable[[], Knowing] | None = None) -> None:
        self._raw = raw
        self._ready = ready
        self._memory = _Memory()
        self._opened: Knowing | None = None

    @property
    def label(self) -> str:
        """That of the files."""
        return self._raw.label

    def reads_all(self, query: Query) -> bool:
        """Whether the files are read for this: there is no store of them, and it is not kept."""
        return self._ready is None and self._opened is None and self._kept(query) is None

    @contextmanager
    def steady(self) -> Iterator[Source]:
        """The same, opened once for several looks, where it is opened at all."""
        if self._ready is None:
            yield self
            return
        with closing(self._ready()) as ready:
            if not self._memory.is_fresh:
                self._memory.held = None
            held = OnePass(ready)
            held._memory, held._opened = self._memory, ready
            yield held

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As the files' own look."""
        memory = self._memory
        if (kept := self._kept(query)) is not None:
            memory.used_at = time.monotonic()
            records = tuple(matching(query, kept.records))
            yield Batch(records, Progress("files", kept.coverage.counts.files, kept.coverage.counts.files))
            return kept.coverage
        held = memory.held
        if self._opened is not None and held is not None:
            return (yield from self._rest(self._opened, query, held))
        memory.held = None
        if not _is_by_key(query):
            return (yield from self._raw.look(query))
        if self._opened is not None:
            return (yield from self._known(self._opened, query))
        if self._ready is not None:
            with closing(self._ready()) as ready:
                return (yield from self._known(ready, query))
        arns, coverage = yield from self._peek(query)
        return (yield from self._pass(self._raw, query, arns)) if coverage is None else coverage

    def given(self, query: Query) -> tuple[Birth, ...] | None:
        """As ``TellsBirths`` has it: what the source that is open knows."""
        return None if self._opened is None else self._opened.given(query)

    def unstored(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As ``TellsBirths`` has it."""
        return self.look(query) if self._opened is None else self._opened.unstored(query)

    def _kept(self, query: Query) -> _Held | None:
        """What has all that is asked for; None when nothing has, or it is old."""
        memory = self._memory
        is_usable = self._opened is not None or memory.is_fresh
        return memory.held if memory.held is not None and is_usable and _holds(memory.held.seen, query) else None

    def _rest(self, source: Source, query: Query, held: _Held) -> Generator[Batch, None, Coverage]:
        """What is kept of some of the callers; only the others are looked for."""
        mine = replace(query, arns=tuple(each for each in query.arns if each in held.seen.arns))
        if not _holds(held.seen, mine):
            return (yield from source.look(query))
        records = tuple(matching(mine, held.records))
        yield Batch(records, Progress("rows", len(records), 0, len(records)))
        others = tuple(each for each in query.arns if each not in mine.arns)
        return (yield from source.look(replace(query, arns=others)))

    def _known(self, ready: Knowing, query: Query) -> Generator[Batch, None, Coverage]:
        arns = ready.owners(replace(query, windows=_around(query.windows)))
        return (yield from self._pass(ready, query, arns) if arns else ready.look(query))

    def _peek(self, query: Query) -> Generator[Batch, None, tuple[tuple[str, ...], Coverage | None]]:
        """Look until the key's identity is known; to the end when it is found late, or not at all."""
        look = self._raw.look(query)
        is_early = True
        with closing(look):
            while True:
                try:
                    batch = next(look)
                except StopIteration as end:
                    coverage: Coverage = end.value
                    return (), coverage
                yield batch
                progress = batch.progress
                is_early = is_early and bool(progress.total) and progress.done <= EARLY * progress.total
                arns = tuple(dict.fromkeys(one.principal_arn for one in batch.records if one.principal_arn))
                if is_early and arns:
                    return arns, None

    def _pass(self, source: Source, query: Query, arns: tuple[str, ...]) -> Generator[Batch, None, Coverage]:
        """One look for key or identity; what is of the identity is kept."""
        wide = Query(
            windows=_around(query.windows),
            accounts=query.accounts,
            regions=query.regions,
            any_of=(Query(arns=arns), replace(query, windows=(), accounts=(), regions=())),
        )
        kept: list[Record] | None = []
        texts: dict[str, str] = {}
        look = source.look(wide)
        with closing(look):
            while True:
                try:
                    batch = next(look)
                except StopIteration as end:
                    coverage: Coverage = end.value
                    break
                # What is kept here, and in the answer too, is one object: a third of what raw records hold they share.
                records = [one.sharing(texts) if one.text else one for one in batch.records]
                if kept is not None:
                    kept += [one for one in records if one.principal_arn in arns or one.issuer_arn in arns]
                    kept = kept if len(kept) <= MOST_HELD else None
                yield Batch(tuple(one for one in records if query.matches(one)), batch.progress)
        if query.span is not None:
            coverage = replace(coverage, start=query.span.start, end=query.span.end)
        if kept is not None:
            self._memory.held = _Held(replace(wide, arns=arns, any_of=()), tuple(kept), coverage)
            self._memory.used_at = time.monotonic()
        return coverage


def _around(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The windows, wider; they may be open to an end of time."""
    first, last = datetime.min.replace(tzinfo=UTC) + _AROUND, datetime.max.replace(tzinfo=UTC) - _AROUND
    return tuple(Window(max(each.start, first) - _AROUND, min(each.end, last) + _AROUND) for each in windows)


def matching(query: Query, records: Iterable[Record]) -> Iterator[Record]:
    """Those that a query matches: as ``Query.matches``, whatever number of windows and calls it names."""
    windows = _apart(query.windows)
    starts = [each.start for each in windows]
    known: dict[tuple[str, str], bool] = {}
    rest = replace(query, windows=(), calls=())
    for one in records:
        if windows:
            at = bisect_right(starts, one.at) - 1
            if at < 0 or not windows[at].holds(one.at):
                continue
        if query.calls:
            is_asked = known.get((one.source, one.name))
            if is_asked is None:
                is_asked = known[one.source, one.name] = any(is_call(one, each) for each in query.calls)
            if not is_asked:
                continue
        if rest.matches(one):
            yield one


def _apart(windows: Iterable[Window]) -> list[Window]:
    """The same moments in windows that do not overlap, in order."""
    found: list[Window] = []
    for each in sorted(windows):
        if found and each.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(found[-1].end, each.end))
        elif each.start < each.end:
            found.append(each)
    return found


def _is_by_key(query: Query) -> bool:
    """Whether a query is by few keys and by no other mark of who called: then a look by identity follows."""
    others = (query.arns, query.users, query.sessions, query.source_identities, query.ips, query.agents)
    return 0 < len(query.keys) <= _MOST_KEYS and not any((*others, query.event_ids, query.any_of))


def _holds(seen: Query, query: Query) -> bool:
    """Whether everything that a query matches is among what was seen."""
    return (
        bool(query.arns)
        and set(query.arns) <= set(seen.arns)
        and _is_part(query.accounts, seen.accounts)
        and _is_part(query.regions, seen.regions)
        and (not seen.windows or (bool(query.windows) and all(_within(each, seen.windows) for each in query.windows)))
    )


def _is_part(some: tuple[str, ...], of: tuple[str, ...]) -> bool:
    return not of or (bool(some) and set(some) <= set(of))


def _within(one: Window, windows: tuple[Window, ...]) -> bool:
    return any(each.start <= one.start and one.end <= each.end for each in windows)
