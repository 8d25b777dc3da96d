"""A source of files with a store before it: what is stored is asked by SQL, and only the rest is read raw."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from irkit.cloudtrail.births import Birth
from irkit.cloudtrail.coverage import NO_FILE, Coverage
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.walking import stamp
from irkit.cloudtrail.source import Batch, Progress, Source
from irkit.cloudtrail.store.ahead import Ahead
from irkit.cloudtrail.store.entries import Part
from irkit.cloudtrail.store.given import births_given
from irkit.cloudtrail.store.holdings import Holdings
from irkit.cloudtrail.store.manifest import StoreBroken
from irkit.cloudtrail.store.stored import coverage, in_words, looking, owners
from irkit.errors import IrkitError, OutsideError

if TYPE_CHECKING:
    import duckdb

    from irkit.cloudtrail.store.building import Built


class Filed(Source, Protocol):
    """A source whose records lie in files (or objects) that a store can hold, each with a stamp."""

    def without(self, known: Callable[[RawFile], bool], recalled: Callable[[RawFile], RawFile] | None = None) -> Source:
        """The same, but for the content of files that are known: their names count, they are not read.

        ``recalled`` gives each other file, with what is told of it where nothing of it can be read.
        They are the files that there are now, whatever comes later.
        """

    def now(self) -> Filed:
        """The same as it is now: files that come later are not seen, where all are looked for at once."""

    def stamps(self) -> Mapping[str, str]:
        """Of the files that were found, by their places; those that were not may be there too."""

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
        with closing(self.ready()) as ready:
            return (yield from ready.look(query))

    @contextmanager
    def steady(self) -> Iterator[Source]:
        """The same as it is now, opened once for several looks."""
        with closing(self.ready()) as ready:
            yield ready

    def ready(self) -> Ready:
        """Opened for looks. Close it."""
        return Ready(self.raw, self.folder)

    def build(self, processes: int = 2) -> Generator[Progress, None, Built]:
        """Add to the store what is not in it. Raises as ``building`` does."""
        from irkit.cloudtrail.store.building import ToAdd, building  # its processes: a question does without

        files = (ToAdd(each.place, Path(each.path), each.size, each.stamp) for each in self.raw.files())
        return (yield from building(self.folder, files, processes))


class Ready:
    """A source and its store as they are at one moment, opened. One thread uses it, and closes it."""

    def __init__(self, raw: Filed, folder: Path) -> None:
        self._raw = raw
        self._folder = folder
        self._error: IrkitError | None = None
        """Why the store is not used."""
        self._held: _Held | None = None
        with ExitStack() as opening:
            try:
                self._held = self._opened(opening)
            except IrkitError as error:
                self._error = error
            else:
                self._open = opening.pop_all()
                return
        self._open = ExitStack()

    def _opened(self, opening: ExitStack) -> _Held | None:
        holdings = Holdings.opened(self._folder)
        if holdings is None:
            return None
        opening.enter_context(closing(holdings))
        if not holdings.parts:
            return None
        ahead = opening.enter_context(closing(Ahead()))
        raw = self._raw.now()
        stamps = holdings.stamps()
        states = _states(stamps, raw.stamps())
        if changed := [place for place, state in states.items() if state is State.CHANGED]:
            holdings = holdings.without(changed)
            stamps = holdings.stamps()
        held = _Held(holdings, raw, stamps, Counter(states.values())[State.GONE], ahead)
        opening.callback(held.close)
        return held

    def close(self) -> None:
        """Let go of the store."""
        self._open.close()

    @property
    def label(self) -> str:
        """That of the source."""
        return self._raw.label

    @property
    def stored(self) -> Holdings | None:
        """What is used of the store; None where it is not used."""
        return None if self._held is None else self._held.holdings

    def owners(self, query: Query) -> tuple[str, ...]:
        """ARNs of whose the keys of a query are, when one look brings little else; empty when that is not known."""
        if self._held is None:
            return ()
        try:
            with in_words(self._folder):
                return owners(self._held.engine(query), self._held.holdings, query)
        except IrkitError:
            return ()  # the look itself tells what is wrong with the store

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As the look of ``Cached``."""
        if self._held is None:
            return (yield from self._all_raw(query, self._error))
        try:
            with in_words(self._folder):
                yield from looking(self._held.engine(query), self._held.holdings, query)
        except StoreBroken as error:
            return (yield from self._all_raw(query, error))
        return (yield from self._unstored(self._held, query))

    def given(self, query: Query) -> tuple[Birth, ...] | None:
        """As ``TellsBirths`` has it."""
        return None if self._held is None else births_given(self._held.holdings, query)

    def unstored(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As ``look``, but for the records that are in the store: the coverage is that of all."""
        if self._held is None:
            return (yield from self._all_raw(query, self._error))
        return (yield from self._unstored(self._held, query))

    def _unstored(self, held: _Held, query: Query) -> Generator[Batch, None, Coverage]:
        stored = coverage(held.holdings, query)
        held.settle()
        try:
            seen = yield from held.rest.look(query)
        except OutsideError as error:
            return replace(stored, not_seen={**stored.not_seen, self.label: error.message})
        return _joined(seen, stored, held)

    def _all_raw(self, query: Query, error: IrkitError | None) -> Generator[Batch, None, Coverage]:
        if self._held is not None:
            self._held.settle()
        seen = yield from self._raw.look(query)
        return seen if error is None else replace(seen, notes=(*seen.notes, f"the store was not used: {error.message}"))


class _Held:
    """What is used of a store, the files that are not in it, and how many of its own are no longer there."""

    def __init__(self, holdings: Holdings, raw: Filed, stamps: Mapping[str, str], gone: int, ahead: Ahead) -> None:
        self.holdings = holdings
        self.gone = gone
        self._ahead = ahead
        self.stamps = stamps
        self.rest = raw.without(lambda file: stamps.get(file.place) == file.stamp, self._recalled)
        self._engine: duckdb.DuckDBPyConnection | None = None
        self._parts: tuple[Part, ...] = ()

    def engine(self, query: Query) -> duckdb.DuckDBPyConnection:
        """An engine over the parts that may hold events of a query, or more of them."""
        parts = self.holdings.touched(query)
        if self._engine is None or not set(parts) <= set(self._parts):
            self.close()
            self._engine, self._parts = self.holdings.over(self._ahead.taken(), query), parts
        return self._engine

    def settle(self) -> None:
        """Before raw files are read: processes are forked for it."""
        self._ahead.settle()

    def _recalled(self, file: RawFile) -> RawFile:
        known = self.holdings.unread.get(file.place)
        return file if known is None or known.stamp != file.stamp else file._replace(told=known.told)

    def close(self) -> None:
        """Let go of the engine."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None


class State(StrEnum):
    """How a stored file is today; an object of a bucket is not looked at (its ETag is part of its listing)."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


def _states(stamps: Mapping[str, str], there: Mapping[str, str]) -> dict[str, State]:
    """Of the files in a store; ``there`` are stamps that need not be looked for again."""
    return {
        place: State.SAME if there.get(place) == held else _state(place, held)
        for place, held in stamps.items()
        if "://" not in place
    }


def _state(place: str, held: str) -> State:
    try:
        return State.SAME if stamp(os.stat(place)) == held else State.CHANGED  # noqa: PTH116 many thousands of them
    except OSError:
        return State.GONE


def _joined(seen: Coverage, stored: Coverage, held: _Held) -> Coverage:
    """Of what was read raw, whose names tell of all files, and of what came from the store."""
    joined = seen.joined(stored)
    notes = [*seen.notes, *stored.notes, f"files read from the store: {stored.counts.files}"]
    if held.gone:
        notes.append(f"files that are no longer there, whose events come from the store alone: {held.gone}")
    there = {scope.region for scope in held.holdings.scopes}
    known = (each for each in stored.skipped if each.at.place in held.stamps)
    return replace(
        joined,
        accounts=tuple(sorted(joined.accounts)),
        regions=tuple(sorted(joined.regions)),
        asked_at=max(seen.asked_at, stored.asked_at),
        # Files may hold events of another region than their names say.
        not_seen={part: why for part, why in joined.not_seen.items() if why != NO_FILE or part not in there},
        sources=seen.sources,
        skipped=tuple(sorted((*seen.skipped, *known), key=attrgetter("at", "why"))),
        notes=tuple(notes),
        never=seen.never,
    )
