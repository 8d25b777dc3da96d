"""A text of any size in pieces of bounded size, cut at line ends, UTF-16 and UTF-32 turned into UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import NamedTuple

PIECE_BYTES = 8 << 20
OVERLAP_BYTES = 32 << 10
"""More than the longest pattern sees, so that nothing is lost at a cut."""
_PROBE_BYTES = 4096
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Piece(NamedTuple):
    """Some lines of a text; ``first_line`` counts from 1. The end of a piece comes again at the start of the next."""

    first_line: int
    text: bytes


def pieces(chunks: Iterable[bytes]) -> Iterator[Piece]:
    """The pieces of a text that comes in chunks of any size."""
    line, held = 1, b""
    for chunk in _utf8(chunks):
        held += chunk
        if len(held) < PIECE_BYTES:
            continue
        yield Piece(line, held)
        keep = held.find(b"\n", len(held) - OVERLAP_BYTES) + 1 or len(held) - OVERLAP_BYTES
        line += held.count(b"\n", 0, keep)
        held = held[keep:]
    if held:
        yield Piece(line, held)


def _utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decoder: codecs.IncrementalDecoder | None = None
    for number, chunk in enumerate(chunks):
        if number == 0:
            encoding = _encoding(chunk)
            decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
        yield decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk


def _encoding(chunk: bytes) -> str:
    """The wide encoding of a text that starts so: by its mark, or by NULs in every other place; "" for none."""
    for mark, encoding in _MARKS:
        if chunk.startswith(mark):
            return encoding
    probe = chunk[:_PROBE_BYTES]
    half = len(probe) // 2
    even, odd = probe[::2].count(0), probe[1::2].count(0)
    if half and odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if half and even > half * 0.7 and odd < half * 0.1 else ""
