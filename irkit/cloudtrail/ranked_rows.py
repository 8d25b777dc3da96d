"""The rows of an answer that is too large for memory: on disk, in order, read as often as they are written."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Generic, TypeVar

from irkit.cloudtrail.parted import parted
from irkit.cloudtrail.spool import Place, Spool

T = TypeVar("T")
Rank = tuple[object, ...]
"""What rows are ordered by."""
_AT_ONCE = 64
"""So many ranks of one run come into memory together: there are hundreds of runs."""
_SORTED = 100_000
"""So much is sorted in memory."""


class RankedRows(Generic[T]):
    """Rows in the order of their ranks; of equal ranks, those of an earlier run are first. Close it."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is on a disk with room. Raises ``OutsideError``, as ``add`` does."""
        self._folder = folder
        self._rows: Spool[T] = Spool(folder)
        self._ranks: Spool[tuple[Rank, Place]] = Spool(folder)
        self._run = 0
        self._last: Rank | None = None
        self._count = 0

    def add(self, run: Iterable[tuple[Rank, T]]) -> None:
        """Rows with their ranks, in order. What begins where the run before ended is one run with it."""
        is_first = True
        places = ((rank, self._rows.keep(row)) for rank, row in run)
        while several := list(islice(places, _AT_ONCE)):
            if is_first and self._last is not None and several[0][0] < self._last:
                self._run += 1
            is_first, self._last = False, several[-1][0]
            self._ranks.put(self._run, several)
            self._count += len(several)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        """Each row, read when its turn comes: it may name thousands of ids."""
        runs = map(self._ranks.taken, self._ranks.shelves)
        return (self._rows.kept(place) for _, place in heapq.merge(*runs, key=itemgetter(0)))

    def reordered(self, rank: Callable[[T], Rank]) -> RankedRows[T]:
        """The same rows by another rank; those of equal ranks keep their order. Close it."""
        found: RankedRows[T] = RankedRows(self._folder)
        for several in parted(self, _SORTED):
            found.add(sorted(((rank(row), row) for row in several), key=itemgetter(0)))
        return found

    def close(self) -> None:
        """Let go of the rows on disk."""
        self._rows.close()
        self._ranks.close()
