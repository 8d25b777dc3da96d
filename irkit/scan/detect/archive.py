"""What is packed into a text: the members of zip and tar archives, and what gzip, bzip2 and xz hold.

Everything is read as a stream within limits, so that an archive made to fill the memory or the day does neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, NamedTuple

from irkit.scan.finding import Skipped

MOST_BYTES = 100 << 20
"""Unpacked, of one text and all that is packed within it."""
MOST_MEMBERS = 10_000
MOST_RATIO = 250
"""A member that grows more is a bomb; counted beyond the first megabyte."""
_RATIO_FREE_BYTES = 1 << 20
_TAR_MAGIC_AT = 257
_KINDS = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
)
_UNKNOWN = (
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
)
BEGINNINGS = tuple(magic for magic, _ in (*_KINDS, *_UNKNOWN))
"""What archives begin with; tar has its own sign, further on."""


class Member(NamedTuple):
    """Something unpacked. ``via`` is ``zip:conf/.env``, ``gzip``."""

    via: str
    body: bytes


class Budget:
    """What one text may still unpack."""

    def __init__(self) -> None:
        self.size = MOST_BYTES
        self.members = MOST_MEMBERS

    def read(self, stream: IO[bytes], packed: int) -> bytes | str:
        """All of the stream, or why it was not read."""
        most = min(self.size, max(_RATIO_FREE_BYTES, packed * MOST_RATIO))
        body = stream.read(most + 1)
        self.size -= min(len(body), self.size)
        if len(body) <= most:
            return body
        return "it unpacks to more than the limit" if self.size == 0 else "it grows too much: an archive bomb"


def is_archive(body: bytes) -> bool:
    """Whether the text begins as an archive does."""
    return body.startswith(BEGINNINGS) or body[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar"


def members(body: bytes, budget: Budget) -> Iterator[Member | Skipped]:
    """What the archive holds, and what of it was not read; a text that is no archive after all holds nothing."""
    for magic, name in _UNKNOWN:
        if body.startswith(magic):
            yield Skipped(f"{name} archive", "this kind of archive is not looked into")
            return
    kind = next((kind for magic, kind in _KINDS if body.startswith(magic)), "")
    if not kind:
        kind = "tar" if body[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar" else "zip"
    if kind == "zip":
        yield from _zip(body, budget)
    elif kind == "tar":
        yield from _tar(body, budget)
    else:
        yield from _stream(body, kind, budget)


def _stream(body: bytes, kind: str, budget: Budget) -> Iterator[Member | Skipped]:
    from io import BytesIO

    try:
        with _opened(BytesIO(body), kind) as stream:
            read = budget.read(stream, len(body))
    except (OSError, EOFError, ValueError, ArithmeticError, *_errors()) as error:
        yield Skipped(f"{kind} archive", f"broken: {error}")
        return
    yield Skipped(f"{kind} archive", read) if isinstance(read, str) else Member(kind, read)


def _errors() -> tuple[type[Exception], ...]:
    import lzma
    import zlib

    return lzma.LZMAError, zlib.error


def _opened(packed: IO[bytes], kind: str) -> IO[bytes]:
    if kind == "gzip":
        from gzip import GzipFile

        return GzipFile(fileobj=packed)  # type: ignore[return-value] # it reads as one
    if kind == "bzip2":
        from bz2 import BZ2File

        return BZ2File(packed)  # type: ignore[return-value] # the same
    from lzma import LZMAFile

    return LZMAFile(packed)  # type: ignore[return-value] # the same


def _zip(body: bytes, budget: Budget) -> Iterator[Member | Skipped]:
    from io import BytesIO
    from zipfile import BadZipFile, ZipFile, ZipInfo

    def read(archive: ZipFile, info: ZipInfo) -> Member | Skipped:
        if info.flag_bits & 1:
            return Skipped(_shown(info.filename), "encrypted")
        try:
            with archive.open(info) as stream:
                found = budget.read(stream, info.compress_size)
        except (BadZipFile, OSError, EOFError, ValueError, RuntimeError, *_errors()) as error:
            return Skipped(_shown(info.filename), f"broken: {error}")
        via = f"zip:{_shown(info.filename)}"
        return Skipped(via, found) if isinstance(found, str) else Member(via, found)

    try:
        archive = ZipFile(BytesIO(body))
        infos = [info for info in archive.infolist() if not info.is_dir()]
    except (BadZipFile, OSError, EOFError, ValueError, RuntimeError, IndexError) as error:
        if body.startswith(b"PK\x03\x04"):
            yield Skipped("zip archive", f"broken: {error}")
        return
    for info in infos:
        if budget.members <= 0 or budget.size <= 0:
            yield Skipped("zip archive", "it holds more than the limit")
            return
        budget.members -= 1
        yield read(archive, info)


def _tar(body: bytes, budget: Budget) -> Iterator[Member | Skipped]:
    from io import BytesIO
    from tarfile import TarError, TarFile, TarInfo

    def following(archive: TarFile, last: int) -> TarInfo | None:
        info = archive.next()
        if info is not None and archive.offset <= last:  # type: ignore[attr-defined] # a header may point backwards
            raise TarError("its headers go in circles")
        return info

    last = -1
    try:
        archive = TarFile(fileobj=BytesIO(body))
        while (info := following(archive, last)) is not None:
            last = archive.offset  # type: ignore[attr-defined] # where the next header is
            archive.members.clear()  # type: ignore[attr-defined] # it would remember them all
            if budget.members <= 0 or budget.size <= 0:
                yield Skipped("tar archive", "it holds more than the limit")
                return
            stream = archive.extractfile(info) if info.isreg() else None
            if stream is None:
                continue
            budget.members -= 1
            read = budget.read(stream, max(info.size, 1))
            via = f"tar:{_shown(info.name)}"
            yield Skipped(via, read) if isinstance(read, str) else Member(via, read)
    except (TarError, OSError, EOFError, ValueError, RuntimeError) as error:
        yield Skipped("tar archive", f"broken: {error}")


def _shown(name: str) -> str:
    """A member's name, with what a terminal would obey made visible."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in name)
