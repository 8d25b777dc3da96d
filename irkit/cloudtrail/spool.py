"""Things too many for memory, on numbered shelves in one file that has no name: it goes with the process."""

from __future__ import annotations

import os
import pickle
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Generic, TypeVar

from irkit.errors import OutsideError

T = TypeVar("T")
Place = tuple[int, int]
"""Where a thing begins in the file, and how long it is there."""
_BUFFER = 1 << 18


class Spool(Generic[T]):
    """Shelves on disk. Each gives back what was put on it, in that order, as often as it is asked. Close it."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is on a disk with room. Raises ``OutsideError`` when nothing can be written there."""
        self._folder = folder
        self._shelves: dict[int, array[int]] = {}
        """Places one behind the other: there are as many as shelves times spans."""
        self._size = 0
        self._is_flushed = True
        try:
            self._file = TemporaryFile(dir=folder, buffering=_BUFFER)  # noqa: SIM115 -- close() lets go of it
        except OSError as error:
            raise self._unwritable(error) from error

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._size

    @property
    def shelves(self) -> tuple[int, ...]:
        """The numbers of those that something was put on."""
        return tuple(self._shelves)

    def put(self, shelf: int, several: Sequence[T]) -> None:
        """Put things behind those that are there; all of one call come into memory together later.

        Raises ``OutsideError`` when the disk is full.
        """
        self._shelves.setdefault(shelf, array("q")).extend(self._written(several))

    def keep(self, one: T) -> Place:
        """Put one thing on no shelf; where it lies. Raises as ``put``."""
        return self._written(one)

    def taken(self, shelf: int) -> Iterator[T]:
        """What is on a shelf, read as it is asked for."""
        places = iter(self._shelves.get(shelf, ()))
        for place in zip(places, places, strict=True):
            several: Sequence[T] = pickle.loads(self._read(place))  # noqa: S301 -- written here
            yield from several

    def kept(self, place: Place) -> T:
        """What lies at a place."""
        one: T = pickle.loads(self._read(place))  # noqa: S301 -- written here
        return one

    def close(self) -> None:
        """Let go of the file, which is gone then."""
        self._file.close()

    def _written(self, what: object) -> Place:
        data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
        try:
            self._file.write(data)
        except OSError as error:
            raise self._unwritable(error) from error
        place = self._size, len(data)
        self._size += len(data)
        self._is_flushed = False
        return place

    def _read(self, place: Place) -> bytes:
        if not self._is_flushed:
            try:
                self._file.flush()
            except OSError as error:
                raise self._unwritable(error) from error
            self._is_flushed = True
        at, size = place
        return os.pread(self._file.fileno(), size, at)

    def _unwritable(self, error: OSError) -> OutsideError:
        return OutsideError(
            f"an answer that does not fit into memory cannot be kept in {self._folder}: {error.strerror}",
            hint="make room there, or narrow the question (--since, --key, --arn, --call)",
        )
