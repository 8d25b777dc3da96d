"""Many texts joined into few buffers, so that the prefilter is called once a megabyte; hits find their way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from irkit.native import native
from irkit.scan.detect.prefilter import Hit
from irkit.scan.quick import NamedTuple

JOINED_BYTES = 1 << 20
SEPARATOR = b"\n\x00\xff\x00\n"
"""Between texts; no rule's anchor matches over it, and if one does, nothing confirms it."""
_NATIVE = "irkit.scan.detect._batch"

Spans = tuple[tuple[int, int], ...] | None
"""Parts of a text, by byte offsets; None: all of it."""


class Text(NamedTuple):
    """A text to look at; of ``spans`` (byte offsets) only the parts named, or all of it when None."""

    body: bytes
    spans: Spans = None


def hits_of_each(texts: Sequence[tuple[bytes, Spans]], look: Callable[[bytes], list[Hit]]) -> dict[int, list[Hit]]:
    """The hits of each text that has any, by index, with ends that count from the text's start."""
    found: dict[int, list[Hit]] = {}
    begun = 0
    while begun < len(texts):
        buffer, pieces, begun = join(texts, begun, JOINED_BYTES)
        hits = look(buffer) if buffer else []
        if hits:
            give_back(hits, pieces, found)
    return found


def join(texts: Sequence[tuple[bytes, Spans]], first: int, most: int) -> tuple[bytes, bytes, int]:
    """The texts from ``first`` on, joined until there are so many bytes; their pieces; and the first text left.

    A piece is four numbers of 8 bytes: its start and its length in what was joined, its text's index, and its start
    in the text.
    """
    from array import array

    joined: list[bytes] = []
    pieces = array("q")
    size = 0
    index = first
    while index < len(texts) and size < most:
        body, spans = texts[index]
        for start, end in ((0, len(body)),) if spans is None else spans:
            piece = body if start == 0 and end >= len(body) else body[start:end]
            if piece:
                joined.append(piece)
                pieces.extend((size, len(piece), index, start))
                size += len(piece) + len(SEPARATOR)
        index += 1
    return SEPARATOR.join(joined) if len(joined) > 1 else b"".join(joined), pieces.tobytes(), index


join = native(_NATIVE, join)


def give_back(hits: list[Hit], pieces: bytes, found: dict[int, list[Hit]]) -> None:
    """Add hits in what was joined to those found in the texts; what is beyond a piece's end is none."""
    from array import array
    from bisect import bisect_right

    table = array("q", pieces)
    starts = table[0::4]
    for number, end in hits:
        place = 4 * max(0, bisect_right(starts, end - 1) - 1)
        start, length, index, shift = table[place : place + 4]
        if end - start <= length:
            found.setdefault(index, []).append((number, end - start + shift))


give_back = native(_NATIVE, give_back)
