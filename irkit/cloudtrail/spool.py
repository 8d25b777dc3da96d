"""Things too many for memory, on numbered shelves in one file that has no name: it goes with the process."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Generic, TypeVar

from irkit.errors import OutsideError

T = TypeVar("T")


class Spool(Generic[T]):
    """Shelves on disk. Each gives back what was put on it, in that order, as often as it is asked. Close it."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is on a disk with room. Raises ``OutsideError`` when nothing can be written there."""
        self._folder = folder
        self._shelves: dict[int, list[tuple[int, int]]] = {}
        self._size = 0
        try:
            self._file = TemporaryFile(dir=folder)  # noqa: SIM115 -- close() lets go of it
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
        data = pickle.dumps(several, pickle.HIGHEST_PROTOCOL)
        try:
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error
        self._shelves.setdefault(shelf, []).append((self._size, len(data)))
        self._size += len(data)

    def taken(self, shelf: int) -> Iterator[T]:
        """What is on a shelf, read as it is asked for."""
        for at, size in self._shelves.get(shelf, ()):
            several: Sequence[T] = pickle.loads(os.pread(self._file.fileno(), size, at))  # noqa: S301 -- written above
            yield from several

    def close(self) -> None:
        """Let go of the file, which is gone then."""
        self._file.close()

    def _unwritable(self, error: OSError) -> OutsideError:
        return OutsideError(
            f"an answer that does not fit into memory cannot be kept in {self._folder}: {error.strerror}",
            hint="make room there, or narrow the question (--since, --key, --arn, --call)",
        )
