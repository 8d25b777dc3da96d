"""Lines of which nothing more is to be told: what rules see there was passed over, and told when it was first seen.

Most versions of a file repeat them. Of a history that is two thirds of all hits.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from irkit.native import native
from irkit.scan.detect.overlap import Seen
from irkit.scan.detect.prefilter import Hit

_FARTHEST = 4096
"""A line that goes on for longer on one side of a hit is cut by rules: see ``confirm``."""
_LONGEST, _MOST_HITS = 1000, 100
"""Of a line with what is beside it in bytes, and of its hits: others are not remembered."""
_REMEMBERED = 16_384
"""Lines that are remembered before all are forgotten: 16 MB at the most."""


def unsettled(body: bytes, hits: list[Hit], plain: bytes, settled: set[bytes]) -> list[Hit]:
    """The hits but for those in settled lines; all of them when one is of a rule that is not ``plain``.

    The hits are in the order of their ends. ``plain`` has a 1 for each rule that looks at one line alone. What is
    remembered of a line is all that decides what its rules see: the line, with the line ends, and the hits' numbers.
    """
    if not _are_plain(hits, plain):
        return hits
    left: list[Hit] = []
    for key, _, of_line in _lines(body, hits):
        if not key or key not in settled:
            left += of_line
    return left


def _are_plain(hits: list[Hit], plain: bytes) -> bool:
    return all(number < len(plain) and plain[number] for number, _ in hits)


def _lines(body: bytes, hits: list[Hit]) -> Iterator[tuple[bytes, tuple[int, int], list[Hit]]]:
    """The lines with hits: what is remembered of each (empty when nothing may be), its place, and its hits."""
    at = 0
    while at < len(hits):
        first, last = _line(body, hits[at][1])
        after = at + 1
        while after < len(hits) and first < hits[after][1] <= last + 1:
            after += 1
        of_line = hits[at:after]
        window = body[max(first - 1, 0) : last + 1]
        is_short = first <= last and len(window) <= _LONGEST and len(of_line) <= _MOST_HITS
        numbers = [number for number, _ in of_line]
        key = struct.pack(f"={len(numbers) + 1}H", len(numbers), *numbers) + window if is_short else b""
        yield key, (first, last), of_line
        at = after


def _line(body: bytes, end: int) -> tuple[int, int]:
    """Where the line begins and ends that a hit's last byte stands in, as ``Confirm.windows`` finds it.

    A place behind the text, and one before it, where the line is too long.
    """
    place = end - 1 if end else 0
    floor, ceiling = max(place - _FARTHEST, 0), place + _FARTHEST
    first, last = body.rfind(b"\n", floor, place) + 1, body.find(b"\n", place, ceiling)
    is_long = (not first and floor) or (last < 0 and ceiling < len(body))
    return (len(body) + 1, -1) if is_long else (first, len(body) if last < 0 else last)


def keys_of(body: bytes, hits: list[Hit], plain: bytes) -> dict[tuple[int, int], bytes]:
    """What is remembered of the lines with hits, by their places; nothing when one hit is of a rule not ``plain``."""
    return {place: key for key, place, _ in _lines(body, hits) if key} if _are_plain(hits, plain) else {}


unsettled = native("irkit.scan.detect._batch", unsettled)
keys_of = native("irkit.scan.detect._batch", keys_of)


def settle(body: bytes, hits: list[Hit], plain: bytes, seen: Sequence[Seen], settled: set[bytes]) -> None:
    """Remember the lines of these hits in which all that was seen is passed over; it was told."""
    lines = keys_of(body, hits, plain)
    places = sorted(lines) if seen else []
    firsts = [first for first, _ in places]
    for one in seen:
        for first, last in places[max(bisect_right(firsts, one.start) - 1, 0) : bisect_right(firsts, one.end)]:
            is_within = one.dismissed and first <= one.start and one.end <= last
            if one.start <= last and not is_within:
                lines.pop((first, last), None)
    if len(settled) + len(lines) > _REMEMBERED:
        settled.clear()
    settled.update(lines.values())
