"""A source of files with a store before it: what is stored is asked by SQL, and only the rest is read raw."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.walking import stamp
from irkit.cloudtrail.source import Batch, Progress, Source
from irkit.cloudtrail.store.holdings import Holdings
from irkit.cloudtrail.store.manifest import StoreBroken
from irkit.cloudtrail.store.stored import coverage, in_words, looking, owners
from irkit.errors import IrkitError, OutsideError

if TYPE_CHECKING:
    import duckdb

    from irkit.cloudtrail.store.building import Built


class Filed(Source, Protocol):
    """A source whose records lie in files (or objects) that a store can hold, each with a stamp."""

    def without(self, known: Callable[[RawFile], bool]) -> Source:
        """The same, but for the content of files that are known: their names count, they are not read."""

    def files(self) -> Iterable[RawFile]:
        """The files that can be stored now, with path and stamp; none is read or fetched for it."""


class Cached:
    """The records of a source; those of files that are in the store, and have not changed, come from there."""

    def __init__(self, raw: Filed, folder: Path) -> None:
        self.raw = raw
        self.folder = folder

    @property
    def label(self) -> str:
        """That of the source."""
        return self.raw.label

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """What is stored first, then what is read raw. A store that cannot be read is noted, and all is read raw."""
        with closing(self.ready(query)) as ready:
            return (yield from ready.look(query))

    def ready(self, query: Query) -> Ready:
        """Opened for looks within the windows of a query. Close it."""
        return Ready(self.raw, self.folder, query)

    def build(self, processes: int = 2) -> Generator[Progress, None, Built]:
        """Add to the store what is not in it. Raises as ``building`` does."""
        from irkit.cloudtrail.store.building import ToAdd, building  # its processes: a question does without

        files = (ToAdd(each.place, Path(each.path), each.size, each.stamp) for each in self.raw.files())
        return (yield from building(self.folder, files, processes))


class Ready:
    """A source and its store as they are at one moment, opened. One thread uses it, and closes it."""

    def __init__(self, raw: Filed, folder: Path, within: Query) -> None:
        self._raw = raw
        self._folder = folder
        self._within = within.windows
        self._error: IrkitError | None = None
        """Why the store is not used."""
        self._held: _Held | None = None
        with ExitStack() as opening:
            try:
                self._held = self._opened(opening, Query(windows=within.windows))
            except IrkitError as error:
                self._error = error
            else:
                self._open = opening.pop_all()
                return
        self._open = ExitStack()

    def _opened(self, opening: ExitStack, within: Query) -> _Held | None:
        holdings = Holdings.opened(self._folder)
        if holdings is None:
            return None
        opening.enter_context(closing(holdings))
        if not holdings.parts:
            return None
        states = _states(holdings.stamps())
        usable = holdings.without(place for place, state in states.items() if state is State.CHANGED)
        with in_words(self._folder):
            engine = opening.enter_context(closing(usable.engine(within)))
        return _Held(usable, engine, Counter(states.values())[State.GONE])

    def close(self) -> None:
        """Let go of the store."""
        self._open.close()

    @property
    def label(self) -> str:
        """That of the source."""
        return self._raw.label

    def owners(self, query: Query) -> tuple[str, ...]:
        """ARNs of whose the keys of a query are, when these did little else; empty when that is not known."""
        if self._held is None:
            return ()
        try:
            with in_words(self._folder):
                return owners(self._held.engine, Query(windows=self._within, keys=query.keys))
        except IrkitError:
            return ()  # the look itself tells what is wrong with the store

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As the look of ``Cached``."""
        if self._held is None:
            return (yield from self._all_raw(query, self._error))
        holdings = self._held.holdings
        try:
            with in_words(self._folder):
                yield from looking(self._held.engine, holdings, query)
        except StoreBroken as error:
            return (yield from self._all_raw(query, error))
        return (yield from self._unstored(holdings, self._held.gone, query))

    def unstored(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As ``look``, but for the records that are in the store: the coverage is that of all."""
        if self._held is None:
            return (yield from self._all_raw(query, self._error))
        return (yield from self._unstored(self._held.holdings, self._held.gone, query))

    def _unstored(self, holdings: Holdings, gone: int, query: Query) -> Generator[Batch, None, Coverage]:
        stamps = holdings.stamps()
        stored = coverage(holdings, query)
        rest = self._raw.without(lambda file: stamps.get(file.place) == file.stamp)
        try:
            seen = yield from rest.look(query)
        except OutsideError as error:
            return replace(stored, not_seen={**stored.not_seen, self.label: error.message})
        return _joined(seen, stored, frozenset(stamps), gone)

    def _all_raw(self, query: Query, error: IrkitError | None) -> Generator[Batch, None, Coverage]:
        seen = yield from self._raw.look(query)
        return seen if error is None else replace(seen, notes=(*seen.notes, f"the store was not used: {error.message}"))


class _Held(NamedTuple):
    """What is used of a store, and how many of its files are no longer there."""

    holdings: Holdings
    engine: duckdb.DuckDBPyConnection
    gone: int


class State(StrEnum):
    """How a stored file is today; an object of a bucket is not looked at (its ETag is part of its listing)."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


def _states(stamps: Mapping[str, str]) -> dict[str, State]:
    return {place: _state(place, held) for place, held in stamps.items() if "://" not in place}


def _state(place: str, held: str) -> State:
    try:
        return State.SAME if stamp(os.stat(place)) == held else State.CHANGED  # noqa: PTH116 many thousands of them
    except OSError:
        return State.GONE


def _joined(seen: Coverage, stored: Coverage, known: frozenset[str], gone: int) -> Coverage:
    """Of what was read raw, whose names tell of all files, and of what came from the store."""
    joined = seen.joined(stored)
    notes = [*seen.notes, f"files read from the store: {stored.counts.files}"]
    if gone:
        notes.append(f"files that are no longer there, whose events come from the store alone: {gone}")
    return replace(
        joined,
        accounts=tuple(sorted(joined.accounts)),
        regions=tuple(sorted(joined.regions)),
        asked_at=max(seen.asked_at, stored.asked_at),
        sources=seen.sources,
        skipped=(*seen.skipped, *(each for each in stored.skipped if each.at.place in known)),
        notes=tuple(notes),
        never=seen.never,
    )
