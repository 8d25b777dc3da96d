"""What is packed into a text: the members of zip and tar archives, and what gzip, bzip2 and xz hold.

Everything is read as a stream within limits, so that an archive made to fill the memory or the day does neither.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from irkit.scan.detect.beginnings import ARCHIVES, PACKED, TAR, UNKNOWN, USTAR
from irkit.scan.finding import Skipped
from irkit.scan.quick import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from typing import IO
    from zipfile import ZipInfo

MOST_BYTES = 100 << 20
"""Unpacked, of one text and all that is packed within it."""
MOST_MEMBERS = 10_000
MOST_DEPTH = 4
"""Archives within archives."""
MOST_RATIO = 250
"""A member that grows more is a bomb; counted beyond the first megabyte."""
BROKEN = "broken: "
"""How the reason begins why something is not what it seemed."""
_RATIO_FREE_BYTES = 1 << 20
_PART_BYTES = 1 << 20
_ERRORS = (
    *(("lzma", "LZMAError"), ("zlib", "error"), ("tarfile", "TarError")),
    *(("zipfile", "BadZipFile"), ("zipfile", "LargeZipFile")),
)
"""Readers, and what they raise of their own."""
_ZIP_END, _ZIP_END_BYTES = b"PK\x05\x06", 22 + (1 << 16)
"""How the end of a zip's directory begins, and its size with the longest comment (APPNOTE.TXT of PKWARE, 4.3.16)."""
_LOCAL_HEADER_BYTES, _IS_UTF_8 = 30, 0x800
"""Of a zip's member: the fixed part before its name, whose length stands 4 bytes before its end; a flag."""


class Member(NamedTuple):
    """Something unpacked. ``via`` is ``zip:conf/.env``, ``gzip``."""

    via: str
    body: bytes


class Stream(Protocol):
    """What unpacks as it is read."""

    def read1(self, size: int, /) -> bytes:
        """Some bytes, as soon as there are any; none at the end."""


class Budget:
    """What one text may still unpack."""

    def __init__(self) -> None:
        self.size = MOST_BYTES
        self.members = MOST_MEMBERS

    def is_spent(self) -> bool:
        """Whether nothing more may be unpacked; each question counts as a member."""
        self.members -= 1
        return self.members < 0 or self.size <= 0

    def unpacked(self, via: str, stream: Stream, packed: int) -> Iterator[Member | Skipped]:
        """What the stream holds, as far as the limits and its state allow, and why not all of it."""
        most = min(self.size, max(_RATIO_FREE_BYTES, packed * MOST_RATIO))
        parts: list[bytes] = []
        size, reason = 0, ""
        try:
            while part := stream.read1(min(_PART_BYTES, most + 1 - size)):
                parts.append(part)
                size += len(part)
        except _broken() as error:
            reason = _said(error)
        if size > most:
            reason = "it holds more than the limit" if most == self.size else "it grows too much: an archive bomb"
        self.size -= min(size, self.size)
        if size:
            yield Member(via, b"".join(parts))
        if reason:
            yield Skipped(via, reason)


def is_archive(body: bytes) -> bool:
    """Whether the text begins as an archive does."""
    return body.startswith(PACKED) or body[TAR] == USTAR


def members(body: bytes, budget: Budget) -> Iterator[Member | Skipped]:
    """What the archive holds, and what of it was not read; a text that is no archive after all holds nothing."""
    for magic, name in UNKNOWN:
        if body.startswith(magic):
            yield Skipped(f"{name} archive", "this kind of archive is not looked into")
            return
    kind = next((kind for magic, kind in ARCHIVES if body.startswith(magic)), "")
    if not kind:
        kind = "tar" if body[TAR] == USTAR else "zip"
    if kind == "zip":
        yield from _zip(body, budget)
    elif kind == "tar":
        yield from _tar(body, budget)
    else:
        yield from _stream(body, kind, budget)


def _stream(body: bytes, kind: str, budget: Budget) -> Iterator[Member | Skipped]:
    from io import BytesIO

    yield from budget.unpacked(kind, _opened(BytesIO(body), kind), len(body))


def _broken() -> tuple[type[Exception], ...]:
    """What the readers raise for broken, encrypted or unusual content: those that were loaded, no other can have."""
    own = [getattr(sys.modules[name], error) for name, error in _ERRORS if name in sys.modules]
    return (*own, OSError, EOFError, ValueError, ArithmeticError, RuntimeError, LookupError)


def _opened(packed: IO[bytes], kind: str) -> Stream:
    if kind == "gzip":
        from gzip import GzipFile

        return GzipFile(fileobj=packed)
    if kind == "bzip2":
        from bz2 import BZ2File

        return BZ2File(packed)
    from lzma import LZMAFile

    return LZMAFile(packed)


def _zip(body: bytes, budget: Budget) -> Iterator[Member | Skipped]:
    is_one = body.startswith(b"PK\x03\x04")
    if body.rfind(_ZIP_END, -_ZIP_END_BYTES) < 0:  # as the reader says it, which takes 5 ms to load
        if is_one:
            yield Skipped("zip archive", f"{BROKEN}File is not a zip file")
        return
    from io import BytesIO
    from zipfile import ZipFile

    try:
        archive = ZipFile(BytesIO(body))
    except _broken() as error:
        if is_one:
            yield Skipped("zip archive", _said(error))
        return
    for info in archive.infolist():
        via = f"zip:{_shown(info.filename)}"
        if info.is_dir():
            continue
        if budget.is_spent():
            yield Skipped("zip archive", "it holds more than the limit")
            return
        if info.flag_bits & 1:
            yield Skipped(via, "encrypted")
            continue
        try:
            info.orig_filename = _local_name(body, info)  # else it opens none whose two names differ
            stream = cast("Stream", archive.open(info))
        except _broken() as error:
            yield Skipped(via, _said(error))
            continue
        yield from budget.unpacked(via, stream, info.compress_size)


def _tar(body: bytes, budget: Budget) -> Iterator[Member | Skipped]:
    from io import BufferedReader, BytesIO
    from tarfile import TarFile

    last = -1
    try:
        archive = TarFile(fileobj=BytesIO(body))
        while info := archive.next():
            if archive.offset <= last:  # a header may point backwards
                yield Skipped("tar archive", "broken: its headers go in circles")
                return
            last = archive.offset
            archive.members.clear()  # type: ignore[attr-defined] # it would remember them all
            if budget.is_spent():
                yield Skipped("tar archive", "it holds more than the limit")
                return
            stream = archive.extractfile(info) if info.isreg() else None
            if isinstance(stream, BufferedReader):
                yield from budget.unpacked(f"tar:{_shown(info.name)}", stream, max(info.size, 1))
    except _broken() as error:
        yield Skipped("tar archive", _said(error))


def _local_name(body: bytes, info: ZipInfo) -> str:
    """The name that stands at the member itself (APPNOTE.TXT of PKWARE, 4.3.7), however the directory writes it."""
    start = info.header_offset + _LOCAL_HEADER_BYTES
    size = int.from_bytes(body[start - 4 : start - 2], "little")
    return body[start : start + size].decode("utf-8" if info.flag_bits & _IS_UTF_8 else "cp437")


def _said(error: Exception) -> str:
    """Why something could not be unpacked, without the name, so that all members of one fate have one reason."""
    return BROKEN + re.sub(r"\s?(?:'.*?'|\".*?\")", "", str(error))


def _shown(name: str) -> str:
    """A member's name, with what a terminal would obey made visible."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in name)
