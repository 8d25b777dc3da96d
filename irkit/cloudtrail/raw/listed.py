"""Files that were found, by the hundred thousand: 110 bytes each, where a ``RawFile`` of its own takes some 700."""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, repeat
from typing import overload

from irkit.cloudtrail.raw.raw_file import RawFile

_NANO = 10**9
_ENCODING, _ERRORS = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()


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

    def add(self, folder: str, several: Mapping[str, os.stat_result]) -> None:
        """Files of a folder, by their names; its path ends with a slash, or is empty."""
        self._folders.append(folder)
        self._folder_of.extend(repeat(len(self._folders) - 1, len(several)))
        names = list(map(os.fsencode, several))
        self._ends.extend(list(accumulate(map(len, names), initial=len(self._names)))[1:])
        self._names += b"".join(names)
        self._sizes.extend([seen.st_size for seen in several.values()])
        changed = [divmod(seen.st_mtime_ns, _NANO) for seen in several.values()]
        self._seconds.extend([seconds for seconds, _ in changed])
        self._nanos.extend([nanos for _, nanos in changed])

    def folder(self, number: int) -> str:
        """The folder of a file, with its slash."""
        return self._folders[self._folder_of[number]]

    def name(self, number: int) -> str:
        """Its name there."""
        begin = self._ends[number - 1] if number else 0
        return self._names[begin : self._ends[number]].decode(_ENCODING, _ERRORS)

    def path(self, number: int) -> str:
        """Where a file lies: its place, too."""
        return self.folder(number) + self.name(number)

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

    def __init__(
        self, listed: Listed, numbers: Iterable[int], recalled: Callable[[RawFile], RawFile] | None = None
    ) -> None:
        self._listed = listed
        self._numbers = array("I", numbers)
        self._recalled = recalled

    @property
    def size(self) -> int:
        """Of all, in bytes as stored."""
        return sum(map(self._listed.size, self._numbers))

    @property
    def size_to_read(self) -> int:
        """Of those that are to be read: nothing is told of them."""
        return self.size if self._recalled is None else sum(file.size for file in self if not file.told)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> RawFile: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[RawFile]: ...
    def __getitem__(self, at: int | slice) -> RawFile | Sequence[RawFile]:
        if isinstance(at, slice):
            return Chosen(self._listed, self._numbers[at], self._recalled)
        file = self._listed.file(self._numbers[at])
        return file if self._recalled is None else self._recalled(file)
