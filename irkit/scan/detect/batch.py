"""Many texts joined into few buffers, so that the prefilter is called once a megabyte; hits find their way back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from irkit.scan.detect.prefilter import Hit

JOINED_BYTES = 1 << 20
SEPARATOR = b"\n\x00\xff\x00\n"
"""Between texts; no rule's anchor matches over it, and if one does, nothing confirms it."""


class Text(NamedTuple):
    """A text to look at; of ``spans`` (byte offsets) only the parts named, or all of it when None."""

    body: bytes
    spans: tuple[tuple[int, int], ...] | None = None


def hits_of_each(texts: Sequence[Text], look: Callable[[bytes], list[Hit]]) -> dict[int, list[Hit]]:
    """The hits of each text that has any, by index, with ends that count from the text's start."""
    found: dict[int, list[Hit]] = {}
    joined: list[bytes] = []
    starts: list[int] = []
    places: list[tuple[int, int]] = []
    size = 0

    def flush() -> None:
        nonlocal size
        for number, end in look(SEPARATOR.join(joined) if len(joined) > 1 else joined[0]):
            piece = bisect_right(starts, end - 1) - 1
            index, shift = places[piece]
            place = end - starts[piece]
            if place <= len(joined[piece]):
                found.setdefault(index, []).append((number, place + shift))
        joined.clear()
        starts.clear()
        places.clear()
        size = 0

    for index, (body, spans) in enumerate(texts):
        for start, end in ((0, len(body)),) if spans is None else spans:
            piece = body if start == 0 and end >= len(body) else body[start:end]
            if not piece:
                continue
            joined.append(piece)
            starts.append(size)
            places.append((index, start))
            size += len(piece) + len(SEPARATOR)
            if size >= JOINED_BYTES:
                flush()
    if joined:
        flush()
    return found
