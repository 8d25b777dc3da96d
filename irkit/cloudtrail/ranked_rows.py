"""The rows of an answer that is too large for memory: on disk, in order, read as often as they are written."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from irkit.cloudtrail.parted import parted, weight
from irkit.cloudtrail.spool import Place, Spool

T = TypeVar("T")
Rank = tuple[object, ...]
"""What rows are ordered by."""
_TOGETHER = 300
"""Rows of so much weight are written together, a dozen most often: of each run, these come into memory at once, and
there are hundreds of runs. To write and read each alone took a third of an answer's time."""
_SORTED = 100_000
"""So much is sorted in memory."""


class _Written(NamedTuple):
    """Ranks, in order, and where the rows of these lie together."""

    ranks: tuple[Rank, ...]
    rows: Place


class RankedRows(Generic[T]):
    """Rows in the order of their ranks; of equal ranks, those of an earlier run are first. Close it."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is on a disk with room. Raises ``OutsideError``, as ``add`` does."""
        self._folder = folder
        self._rows: Spool[list[T]] = Spool(folder)
        self._ranks: Spool[_Written] = Spool(folder)
        self._run = 0
        self._last: Rank | None = None
        self._count = 0

    def add(self, run: Iterable[tuple[Rank, T]]) -> None:
        """Rows with their ranks, in order. What begins where the run before ended is one run with it."""
        is_first = True
        for several in parted(run, _TOGETHER, _heavy):
            if is_first and self._last is not None and several[0][0] < self._last:
                self._run += 1
            is_first, self._last = False, several[-1][0]
            place = self._rows.keep([row for _, row in several])
            self._ranks.put(self._run, [_Written(tuple(rank for rank, _ in several), place)])
            self._count += len(several)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        """Each row, read when its turn comes: it may name thousands of ids."""
        runs = map(self._ordered, self._ranks.shelves)
        return (kept.row(number) for _, kept, number in heapq.merge(*runs, key=itemgetter(0)))

    def _ordered(self, run: int) -> Iterator[tuple[Rank, _Kept[T], int]]:
        """Each rank of a run, and how its row is had."""
        for ranks, place in self._ranks.taken(run):
            kept = _Kept(self._rows, place)
            yield from ((rank, kept, number) for number, rank in enumerate(ranks))

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


@dataclass
class _Kept(Generic[T]):
    """Rows that were written together; they are read when the first of them is asked for."""

    spool: Spool[list[T]]
    place: Place
    rows: list[T] | None = None

    def row(self, number: int) -> T:
        """One of them."""
        if self.rows is None:
            self.rows = self.spool.kept(self.place)
        return self.rows[number]


def _heavy(pair: tuple[Rank, object]) -> int:
    return weight(pair[1]) + 1
