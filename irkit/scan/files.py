"""Files and folders of the disk, looked at in parallel."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from irkit.scan.detect.detector import Detector, Looked, Text
from irkit.scan.finding import Skipped
from irkit.scan.ignored import ignored_below
from irkit.scan.large import LARGE_BYTES, look_at_chunks
from irkit.scan.spread import Died, spread
from irkit.scan.tree import Link, Unreadable, special, walk

_BATCH = 200
_AT_ONCE_BYTES = 8 << 20
_CHUNK_BYTES = 1 << 20


class Ignored(StrEnum):
    """What becomes of files that git ignores."""

    SKIPPED = "skipped"
    SCANNED = "scanned"


class FilesScanned(NamedTuple):
    """What a scan of files gave."""

    looked: tuple[tuple[str, Looked], ...]
    """By path, sorted; only those with something."""
    names: tuple[tuple[str, Looked], ...]
    """What stands in names of files and folders: by path, up to that name; only those with something."""
    skipped: tuple[Skipped, ...]
    counts: dict[str, int]
    """``files`` and ``links``."""
    size: int
    """Bytes looked at."""
    is_incomplete: bool
    """Whether something could not be read that should have been."""

    def with_ignored(self, count: int) -> FilesScanned:
        """The same, with so many files and folders skipped because git ignores them."""
        if not count:
            return self
        counted = Skipped(f"{count:,} files and folders", "git ignores them (--no-ignore scans them)")
        return self._replace(skipped=(*self.skipped, counted))


class _Batch(NamedTuple):
    """What came of a batch."""

    looked: list[tuple[str, Looked]]
    names: list[tuple[str, Looked]]
    skipped: list[Skipped]
    files: int
    links: int
    size: int


def scan_files(paths: Sequence[str], detector: Detector, jobs: int, ignored: Ignored = Ignored.SKIPPED) -> FilesScanned:
    """Look at files, and at all files below folders.

    A path that is named is scanned whatever it is: a link is followed, what is no file or folder makes the scan
    incomplete. Below folders links are not followed (their targets are texts to look at), special files are skipped
    with their reason, and what git ignores is counted.
    """
    left_out: list[int] = []
    scanned = scan_found(_below(list(dict.fromkeys(paths)), ignored, left_out), detector, jobs)
    return scanned.with_ignored(sum(left_out))


def scan_found(found: Iterable[str | Link | Skipped], detector: Detector, jobs: int) -> FilesScanned:
    """Look at the files and links that were found; what was found unreadable makes the scan incomplete."""
    skipped: list[Skipped] = []
    looked: list[tuple[str, Looked]] = []
    names: dict[str, Looked] = {}
    files = links = size = 0
    for batch, result in spread(_batches(_kept(found, skipped)), lambda some: _scanned(some, detector), jobs):
        if isinstance(result, Died):
            skipped.append(Unreadable(_path(batch[0]), result.reason))
            continue
        looked += result.looked
        names |= result.names
        skipped += result.skipped
        files, links, size = files + result.files, links + result.links, size + result.size
    is_incomplete = any(isinstance(each, Unreadable) for each in skipped)
    counts = {what: count for what, count in (("files", files), ("links", links)) if count}
    return FilesScanned(
        tuple(sorted(looked)), tuple(sorted(names.items())), tuple(sorted(skipped)), counts, size, is_incomplete
    )


def _kept(found: Iterable[str | Link | Skipped], skipped: list[Skipped]) -> Iterator[str | Link]:
    for one in found:
        if isinstance(one, Skipped):
            skipped.append(one)
        else:
            yield one


def _below(paths: Iterable[str], ignored: Ignored, left_out: list[int]) -> Iterator[str | Link | Skipped]:
    for path in paths:
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116
        except (OSError, ValueError) as error:
            yield Unreadable(path, str(getattr(error, "strerror", None) or error))
            continue
        if stat.S_ISDIR(mode):
            rest = ignored_below(path) if ignored is Ignored.SKIPPED else frozenset()
            left_out.append(len(rest))
            yield from walk(path, rest)
        elif stat.S_ISREG(mode):
            yield os.path.realpath(path) if os.path.islink(path) else path  # noqa: PTH114
        else:
            yield Unreadable(path, special(mode))


def _batches(paths: Iterable[str | Link]) -> Iterator[Sequence[str | Link]]:
    batch: list[str | Link] = []
    for path in paths:
        batch.append(path)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _path(one: str | Link) -> str:
    return one.path if isinstance(one, Link) else one


def _scanned(batch: Sequence[str | Link], detector: Detector) -> _Batch:
    looking = _Looking(detector)
    for one in batch:
        try:
            if isinstance(one, Link):
                looking.add(one.path, os.fsencode(os.readlink(one.path)))  # noqa: PTH115
                looking.links += 1
            else:
                looking.file(one)
        except OSError as error:
            gone = error.errno in {errno.ENOENT, errno.ENOTDIR}
            reason = "it went away before it was read" if gone else f"{error.strerror}"
            looking.skipped.append((Skipped if gone else Unreadable)(_path(one), reason))
    looking.look()
    return _Batch(looking.looked, _names(batch, detector), looking.skipped, looking.files, looking.links, looking.size)


def _names(batch: Iterable[str | Link], detector: Detector) -> list[tuple[str, Looked]]:
    """What is seen in the names of these files, and of the folders that they lie in."""
    paths: dict[str, None] = {}
    for one in batch:
        path = _path(one)
        while path and path not in paths:
            paths[path] = None
            path = os.path.dirname(path)  # noqa: PTH120
    named = list(paths)
    found = detector.look_at_each([Text(os.fsencode(os.path.basename(path))) for path in named])  # noqa: PTH119
    return [(named[index], looked) for index, looked in found.items()]


class _Looking:
    """Reads files and looks at many at once."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._texts: list[tuple[str, Text]] = []
        self._waiting = 0
        self.looked: list[tuple[str, Looked]] = []
        self.skipped: list[Skipped] = []
        self.files = self.links = self.size = 0

    def file(self, path: str) -> None:
        """Read a file, and look at it when enough are together. Raises ``OSError``."""
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                self.skipped.append(Skipped(path, special(found.st_mode)))
                return
            self.files += 1
            if found.st_size > LARGE_BYTES:
                self.looked.append((path, look_at_chunks(self._detector, self._counted(_chunks(handle)))))
            else:
                self.add(path, b"".join(_chunks(handle)))
        finally:
            os.close(handle)

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.size += len(chunk)
            yield chunk

    def add(self, path: str, body: bytes) -> None:
        """A text to look at."""
        self._texts.append((path, Text(body)))
        self.size += len(body)
        self._waiting += len(body)
        if self._waiting > _AT_ONCE_BYTES:
            self.look()

    def look(self) -> None:
        """Look at what is together."""
        found = self._detector.look_at_each([text for _, text in self._texts])
        self.looked += [(self._texts[index][0], looked) for index, looked in found.items()]
        self._texts, self._waiting = [], 0


def _chunks(handle: int) -> Iterator[bytes]:
    while chunk := os.read(handle, _CHUNK_BYTES):
        yield chunk
