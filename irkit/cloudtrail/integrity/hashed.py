"""SHA-256 of a file as it is stored and of what it inflates to, in one pass and a megabyte of memory."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple, Protocol, cast

_PIECE = 1 << 20
_GZIP = b"\x1f\x8b"
FLOOR = 64 << 20
"""Whatever a file's size, so much it may inflate to."""
MOST = 200
"""Times its stored size, beyond ``FLOOR``. Real log files inflate 6 to 11 times; a bomb 1000 times."""


class Hashed(NamedTuple):
    """Hashes in lower-case hex, sizes in bytes; ``wrong`` says why it could not be inflated whole, else empty."""

    raw: str
    sha256: str
    """Of the inflated content; of the stored one when that is not compressed."""
    size: int
    inflated: int
    wrong: str = ""


class _Inflater(Protocol):
    """Of ``zlib`` and of isal."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""
        ...

    @property
    def unconsumed_tail(self) -> bytes:
        """Input that is left because of ``max_length``."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows the member."""
        ...

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes:
        """At most so much of the output."""
        ...


class Bomb(ValueError):
    """It inflates to far more than any log file."""


def hashed(chunks: Iterable[bytes]) -> Hashed:
    """Hash a stored file, given in pieces."""
    raw, inner = hashlib.sha256(), hashlib.sha256()
    counts = [0, 0]

    def stored() -> Iterator[bytes]:
        for chunk in chunks:
            raw.update(chunk)
            counts[0] += len(chunk)
            yield chunk

    wrong = ""
    pieces = stored()
    try:
        for piece in inflated(pieces, counts):
            inner.update(piece)
            counts[1] += len(piece)
    except (ValueError, EOFError) as error:
        wrong = str(error)
        for _ in pieces:
            pass  # the stored bytes are hashed to their end, whatever they inflate to
    return Hashed(raw.hexdigest(), inner.hexdigest(), counts[0], counts[1], wrong)


def content(chunks: Iterable[bytes]) -> bytes:
    """All of a small file, inflated. Raises ``ValueError`` or ``EOFError`` for what is damaged or too big."""
    counts = [0, 0]
    found = bytearray()

    def stored() -> Iterator[bytes]:
        for chunk in chunks:
            counts[0] += len(chunk)
            yield chunk

    for piece in inflated(stored(), counts):
        found += piece
        counts[1] += len(piece)
        if len(found) > FLOOR:
            raise Bomb(f"it inflates to more than {FLOOR >> 20} MB")
    return bytes(found)


def inflated(chunks: Iterable[bytes], counts: list[int]) -> Iterator[bytes]:
    """The inflated content in pieces; what is not gzip is given as it is.

    ``counts`` are the stored and the inflated bytes so far, kept by the caller. Raises ``EOFError`` for what is cut
    off, ``Bomb`` for what inflates to too much, ``ValueError`` for what is damaged or followed by something else.
    """
    source = iter(chunks)
    begin = next(source, b"")
    while len(begin) < len(_GZIP) and (more := next(source, b"")):
        begin += more
    if begin[: len(_GZIP)] != _GZIP:
        yield begin
        yield from source
        return
    rest: bytes = begin
    while rest:
        left = yield from _member(rest, source, counts)
        rest = left.lstrip(b"\0")  # it may be padded with zeros
        while len(rest) < len(_GZIP) and (more := next(source, b"")):
            rest = (rest + more).lstrip(b"\0")
        if rest and rest[: len(_GZIP)] != _GZIP:
            raise ValueError("the gzip data are followed by something else")


def _member(begin: bytes, source: Iterator[bytes], counts: list[int]) -> Generator[bytes, None, bytes]:
    """One gzip member; returns what follows it."""
    inflater, errors = _inflater()
    data = begin
    is_full = False
    while not inflater.eof:
        if not data and not is_full and not (data := next(source, b"")):
            raise EOFError("it is cut off")
        try:
            piece = inflater.decompress(data, _PIECE)
        except errors as error:
            raise ValueError(f"it is damaged: {error}") from error
        data, is_full = inflater.unconsumed_tail, len(piece) == _PIECE
        if counts[1] + len(piece) > max(FLOOR, counts[0] * MOST):
            raise Bomb(f"it inflates to more than {MOST} times its size: no log file does")
        yield piece
    return inflater.unused_data


def _inflater() -> tuple[_Inflater, type[Exception]]:
    """That of isal where there is one: 4 times as fast."""
    try:
        from isal import isal_zlib
    except ImportError:
        import zlib

        return zlib.decompressobj(31), zlib.error
    return isal_zlib.decompressobj(31), cast("type[Exception]", isal_zlib.error)  # its stub says an instance
