"""The bytes of a stored file, inflated block by block, with limits; and where and why they end too soon.

A gzip file names its inflated size at its end (RFC 1952, ISIZE): a file of usual size is inflated in one step, which
takes 60 % of the time. Deflate packs up to 1032 : 1; CloudTrail's records, with two random ids in each, at most 30 : 1.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable, Generator, Iterator
from importlib.util import find_spec
from typing import NamedTuple, Protocol, cast

from irkit.cloudtrail.raw.raw_file import RawFile

_WITH_ISAL = find_spec("isal") is not None
"""There are machines that it has no wheel for."""
if _WITH_ISAL:
    from isal import igzip_lib

BLOCK = 8 << 20
WHOLE = 16 << 20
"""The most bytes of one block: a file of at most so many is one block, of a larger one blocks have ``BLOCK``."""
MOST_RATIO = 200
FREE = 160 << 20
"""So many bytes may come of any file, whatever its ratio: somebody's test file may be one record many times over."""
_CHUNK = 4 << 20
_SHORT_STEP = 4096
_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"PAR1": "Parquet",
    b"ORC": "ORC",
    b"Obj\x01": "Avro",
    b"SQLite format": "an SQLite database",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


REFUSED = "cannot be read ("
"""How the reason begins when the system refused to read: it says nothing of what is in the file."""


class Broken(NamedTuple):
    """Why a file was not read to its end; ``offset`` counts the inflated bytes before that."""

    offset: int
    why: str


class _Cut(Exception):
    """The bytes end here, for this reason."""


class _Member(Protocol):
    """One gzip member being inflated; the methods are those of Python's ``bz2.BZ2Decompressor``, and of isal's."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Zlib:
    """zlib behind these methods."""

    def __init__(self) -> None:
        self._held = zlib.decompressobj(31)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._held.eof

    @property
    def unused_data(self) -> bytes:
        return self._held.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        out = self._held.decompress(self._held.unconsumed_tail + data, max(max_length, 0))
        self.needs_input = not self._held.unconsumed_tail and len(out) != max_length
        return out


class _Careful:
    """zlib that gives all that stands before an error: the bytes of the call that meets it go in one by one."""

    def __init__(self) -> None:
        self._held = zlib.decompressobj(31)
        self._error: zlib.error | None = None

    @property
    def needs_input(self) -> bool:
        return self._error is None

    @property
    def eof(self) -> bool:
        return self._held.eof

    @property
    def unused_data(self) -> bytes:
        return self._held.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:  # noqa: ARG002 - what goes in is little
        if self._error is not None:
            raise self._error
        before = self._held.copy()
        try:
            return self._held.decompress(data)
        except zlib.error:
            self._held = before
        given = bytearray()
        for at in range(len(data)):
            try:
                given += self._held.decompress(data[at : at + 1])
            except zlib.error as error:
                self._error = error
                break
        return bytes(given)


def _isal() -> _Member:
    return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)


_FASTEST: Callable[[], _Member] = _isal if _WITH_ISAL else _Zlib
_ERRORS = (zlib.error, cast("type[Exception]", igzip_lib.IsalError)) if _WITH_ISAL else (zlib.error,)


def inflated(file: RawFile) -> Generator[bytes, None, Broken | None]:
    """The content in blocks; the return value says why it is not whole, None when it is.

    What can be read of a damaged or cut file is given first.
    """
    given = 0
    try:
        try:
            for block in _blocks(_chunks(file, _CHUNK), _FASTEST):
                given += len(block)
                yield block
        except _ERRORS:
            # Up to a chunk's content was lost with the error: again, with care.
            for block in _after(given, _blocks(_chunks(file, _SHORT_STEP), _Careful)):
                given += len(block)
                yield block
    except _Cut as cut:
        return Broken(given, str(cut))
    except zlib.error as error:
        return Broken(given, f"is damaged ({str(error).partition(': ')[2] or error})")
    except OSError as error:
        return Broken(given, f"{REFUSED}{error.strerror or error})")
    return None


def _chunks(file: RawFile, size: int) -> Iterator[bytes]:
    if not file.path:
        yield from (file.content[at : at + size] for at in range(0, len(file.content), size))
        return
    # A pipe or a device would be waited for: it is opened without waiting, and not read.
    descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise _Cut("is no regular file")
        taken = 0
        # Room is made for all that is asked for: no more than there is, and nothing for a second look at its end.
        while chunk := os.read(descriptor, min(size, max(seen.st_size - taken, 1))):
            taken += len(chunk)
            yield chunk
            if taken == seen.st_size:
                return
    finally:
        os.close(descriptor)


def _blocks(chunks: Iterator[bytes], member: Callable[[], _Member]) -> Iterator[bytes]:
    first = next(chunks, b"")
    if first.startswith(_GZIP) or first == _GZIP[:1]:
        yield from _members(first, chunks, member)
        return
    for magic, name in _OTHERS.items():
        if first.startswith(magic):
            raise _Cut(f"is {name}, which is not read: unpack it, or turn it to JSON")
    if len(first) < _CHUNK:
        yield from filter(None, [first])
        return
    yield first
    yield from chunks


def _members(first: bytes, chunks: Iterator[bytes], make: Callable[[], _Member]) -> Iterator[bytes]:
    """The content of all members of a gzip file, one after the other."""
    taken = given = 0
    most = _named_size(first) or BLOCK
    member, held = make(), first
    while held:
        taken += len(held)
        while True:
            out = member.decompress(held, most)
            given, most = given + len(out), BLOCK
            if given > max(FREE, MOST_RATIO * taken):
                raise _Cut(f"inflates to more than {MOST_RATIO} times its size: no log does")
            if out:
                yield out
            if not member.eof:
                if member.needs_input:
                    break
                held = b""
                continue
            held = member.unused_data.lstrip(b"\x00") or next(chunks, b"").lstrip(b"\x00")
            if not held:
                return
            if not held.startswith(_GZIP[:1]):
                raise _Cut("holds other bytes behind its end")
            member = make()
        held = next(chunks, b"")
    raise _Cut("is cut off")


def _named_size(first: bytes) -> int:
    """How many bytes to make room for, when the whole file is held; 0 when that is not to be relied on."""
    named = int.from_bytes(first[-4:], "little")
    return named + 1 if len(first) < _CHUNK and len(first) <= named < min(WHOLE, MOST_RATIO * len(first)) else 0


def _after(skipped: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks without their first bytes, put together to blocks of a usual size."""
    held = bytearray()
    error: zlib.error | _Cut | None = None
    try:
        for block in blocks:
            held += block[skipped:]
            skipped = max(0, skipped - len(block))
            if len(held) >= BLOCK:
                yield bytes(held)
                held.clear()
    except (zlib.error, _Cut) as why:
        error = why
    if held:
        yield bytes(held)
    if error is not None:
        raise error
