"""Files that were found, by the hundred thousand: 110 bytes each, where a ``RawFile`` of its own takes some 700."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

from irkit.cloudtrail.raw.raw_file import RawFile

_NANO = 10**9


def stamped(size: int, changed_ns: int) -> str:
    """What changes when a file does, of its size and its time of change in nanoseconds since 1970."""
    return f"{size}-{changed_ns}"


class Listed:
    """Paths, sizes and times of change, numbered as they were added. Names stand end to end, each folder once."""

    def __init__(self) -> None:
        self._folders: list[str] = []
        self._folder_of = array("I")
        self._names = bytearray()
        self._ends = array("Q")
        self._sizes = array("q")
        self._seconds = array("q")
        """Of the time of change; with ``_nanos``, as one number of nanoseconds may not fit into 8 bytes."""
        self._nanos = array("I")

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, path: str, seen: os.stat_result) -> None:
        """One more file."""
        folder, slash, name = path.rpartition("/")
        folder += slash
        if not self._folders or self._folders[-1] != folder:
            self._folders.append(folder)
        self._folder_of.append(len(self._folders) - 1)
        self._names += os.fsencode(name)
        self._ends.append(len(self._names))
        self._sizes.append(seen.st_size)
        seconds, nanos = divmod(seen.st_mtime_ns, _NANO)
        self._seconds.append(seconds)
        self._nanos.append(nanos)

    def path(self, number: int) -> str:
        """Where a file lies: its place, too."""
        begin = self._ends[number - 1] if number else 0
        return self._folders[self._folder_of[number]] + os.fsdecode(bytes(self._names[begin : self._ends[number]]))

    def size(self, number: int) -> int:
        """Its bytes as stored."""
        return self._sizes[number]

    def stamp(self, number: int) -> str:
        """As ``stamped`` has it."""
        return stamped(self._sizes[number], self._seconds[number] * _NANO + self._nanos[number])

    def file(self, number: int) -> RawFile:
        """Made anew each time."""
        path = self.path(number)
        return RawFile(path, self._sizes[number], path, stamp=self.stamp(number))

    def __iter__(self) -> Iterator[RawFile]:
        return map(self.file, range(len(self)))


class Chosen(Sequence[RawFile]):
    """Some of the files listed, in an order; each made when it is asked for, as ``recalled`` gives it."""

    def __init__(self, listed: Listed, numbers: Iterable[int], recalled: Callable[[RawFile], RawFile]) -> None:
        self._listed = listed
        self._numbers = array("I", numbers)
        self._recalled = recalled

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> RawFile: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[RawFile]: ...
    def __getitem__(self, at: int | slice) -> RawFile | Sequence[RawFile]:
        if isinstance(at, slice):
            return Chosen(self._listed, self._numbers[at], self._recalled)
        return self._recalled(self._listed.file(self._numbers[at]))
