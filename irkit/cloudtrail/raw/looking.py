"""Look at many files at once for one query: batches as records are found, and in the end what was looked at."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import cast

from irkit.cloudtrail.coverage import Counts, Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.met import Met
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw.listed import Chosen
from irkit.cloudtrail.raw.looked import Looked
from irkit.cloudtrail.raw.peeking import outside
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.reading import Part, Reader
from irkit.cloudtrail.raw.sights import NOTHING, Sights, joined, sights_of
from irkit.cloudtrail.raw.workers import CHUNK_FILES, Told, Workers
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress

_READER = "irkit.cloudtrail.raw.reading:Reader"
_DIGITS = 3
_SMALL = 2 << 20
"""So few stored bytes are read in this process: that takes less time than starting others."""
MOST_JOBS = 4
"""More processes take more memory than 300 MB, and no longer help on most disks."""


@dataclass
class _Look:
    """A look in the making."""

    total: int
    total_size: int
    begun: float = field(default_factory=time.monotonic)
    counts: Counts = field(default_factory=Counts)
    skipped: list[Skipped] = field(default_factory=list)
    sights: Sights = NOTHING
    off: dict[str, datetime] = field(default_factory=dict)
    insights: int = 0
    sized: int = 0
    """Events of the blocks whose inflated ``size`` is known."""
    size: int = 0
    passed: int = 0
    """Inflated bytes whose events were not counted."""
    ids: Met = field(default_factory=Met)
    events_of: dict[str, int] = field(default_factory=dict)
    """Of the files that are being read."""
    fruitless: set[str] = field(default_factory=set)

    def hear(self, told: Iterable[Told]) -> Batch:
        """Take in what workers have told."""
        records: list[Record] = []
        for file, part, why in told:
            if part is None:
                self.counts += Counts(files=1, size=file.size)
                if not self.events_of.pop(file.place, 0):
                    self.fruitless.add(file.place)
                if why:
                    self.skipped.append(Skipped(Locator(file.place), why))
                continue
            self._take(file, cast("Part", part), records)
        return Batch(tuple(records), self._progress())

    def _take(self, file: RawFile, part: Part, records: list[Record]) -> None:
        doubles = sum(not self.ids.add(one.event_id) for one in part.records)
        self.counts += Counts(events=part.events, doubles=doubles + part.doubles)
        self.sized += part.events if part.size else 0
        self.size += part.size
        self.passed += part.passed
        self.events_of[file.place] = self.events_of.get(file.place, 0) + part.events + part.passed
        records += part.records
        self.skipped += part.skipped
        self.insights += part.insights
        # Samples may miss the first and the last event; no record that is given lies beyond what is told.
        seen = joined((part.sights, sights_of(part.records))) if part.records else part.sights
        self.sights = joined((self.sights, seen))
        if file.place not in self.off and (at := outside(file.place, seen)) is not None:
            self.off[file.place] = at

    def _progress(self) -> Progress:
        counts = self.counts
        left = None
        if self.total_size and counts.size:
            left = (time.monotonic() - self.begun) * (self.total_size - counts.size) / counts.size
        return Progress("files", counts.files, self.total, counts.events + self._uncounted(), counts.size, left)

    def _uncounted(self) -> int:
        """About how many events were passed over without counting them, by the size of the others."""
        return self.passed * self.sized // self.size if self.size else 0

    def looked(self) -> Looked:
        """What it has come to."""
        fruitless = frozenset(one.at.place for one in self.skipped) & self.fruitless
        counts = self.counts
        if self.passed:
            about = counts.events + self._uncounted()
            counts = replace(counts, events=round(about, _DIGITS - len(str(about))), is_estimate=True)
        off = tuple(self.off.items())
        return Looked(counts, tuple(self.skipped), self.sights, off, self.insights, fruitless)


class Crew:
    """The processes of one look, started as soon as there is enough for them to read. Close it.

    ``jobs`` is their number; by default that of the processors, at least 2, and none where little is to be read.
    Processes that start before all files are listed hold no list: what a fork inherits counts as its memory.
    """

    def __init__(self, query: Query, jobs: int | None) -> None:
        self._query, self._jobs = query, jobs
        self._workers: Workers | None = None

    def expect(self, size: int) -> None:
        """So many bytes are to be read, or more."""
        if self._workers is None and not _is_little(size, self._jobs):
            self._workers = self.workers(CHUNK_FILES)

    def workers(self, most: int) -> Workers:
        """Those that are started, else new ones; ``most`` files are given to each at once."""
        jobs = self._jobs or min(max(os.cpu_count() or 2, 2), MOST_JOBS)
        return self._workers or Workers(_READER, self._query, jobs, most)

    def close(self) -> None:
        """End them."""
        if self._workers is not None:
            self._workers.close()


def look_at_files(
    files: Iterable[RawFile], query: Query, jobs: int | None = None, crew: Crew | None = None
) -> Generator[Batch, None, Looked]:
    """Give the matching records as they are found, in the order of the files as far as several processes keep it.

    ``files`` may come one by one, as they are downloaded: each is taken when a process has time for it. ``jobs`` are
    those of ``Crew``; one whose processes have started already may be given. Closing the generator ends them.
    """
    known = files if isinstance(files, Chosen) else None
    look = _Look(len(known), known.size) if known is not None else _Look(0, 0)
    if known is not None and _is_little(known.size_to_read, jobs):
        for told in _here(files, query):
            yield look.hear(told)
        return look.looked()
    coming = iter(files)
    if known is None:
        first = next(coming, None)
        if first is None:
            return look.looked()  # of a bucket nothing new came: no process is started for that
        coming = chain((first,), coming)
    # Files that come one by one are not waited for while others could be read.
    workers = (crew or Crew(query, jobs)).workers(CHUNK_FILES if known is not None else 1)
    reading = workers.read(coming)
    try:
        for each in reading:
            yield look.hear(each)
    finally:
        reading.close()
        workers.close()
    return look.looked()


def _is_little(size: int, jobs: int | None) -> bool:
    """Whether so many bytes are read in this process."""
    return size <= (_SMALL if jobs is None else 0)


def _here(files: Iterable[RawFile], query: Query) -> Iterator[list[Told]]:
    reader = Reader(query)
    for file in files:
        for part in reader.read(file):
            yield [Told(file, part)]
        yield [Told(file, None)]
