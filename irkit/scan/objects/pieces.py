"""A huge object, looked at in overlapping pieces: it is never whole in memory."""

from __future__ import annotations

from collections.abc import Iterable

from irkit.scan.detect.detector import Detector, Looked
from irkit.scan.finding import Sighting, Skipped

HUGE = 64 << 20
"""Objects larger than this are read in pieces."""
_PIECE = 8 << 20
_OVERLAP = 128 << 10
"""Of two neighbours: what begins in the first half of it belongs to the one, the rest to the other."""


def look_at_pieces(detector: Detector, pieces: Iterable[bytes]) -> tuple[Looked, int]:
    """What stands in the object that these pieces make, and its size in bytes.

    Values longer than 64 KiB may be cut; an archive is not looked into.
    """
    sightings: list[Sighting] = []
    skipped: list[Skipped] = []
    buffer = bytearray()
    start = lines = column = 0
    for piece in pieces:
        buffer += piece
        if len(buffer) < _PIECE + _OVERLAP:
            continue
        body = bytes(buffer)
        looked = detector.look(body)
        low = _OVERLAP // 2 if start else 0
        sightings += _moved(looked, (low, len(body) - _OVERLAP // 2), (start, lines, column))
        skipped += [one for one in looked.skipped if one not in skipped]
        past = len(body) - _OVERLAP
        lines += body.count(b"\n", 0, past)
        newline = body.rfind(b"\n", 0, past)
        column = past - newline - 1 if newline >= 0 else column + past
        start += past
        del buffer[:past]
    body = bytes(buffer)
    looked = detector.look(body)
    low = _OVERLAP // 2 if start else 0
    sightings += _moved(looked, (low, len(body) + 1), (start, lines, column))
    skipped += [one for one in looked.skipped if one not in skipped]
    return Looked(tuple(sightings), tuple(skipped)), start + len(body)


def _moved(looked: Looked, own: tuple[int, int], before: tuple[int, int, int]) -> list[Sighting]:
    """The sightings that begin in a piece's own part, at their places in the whole."""
    start, lines, column = before
    return [
        one._replace(
            start=one.start + start,
            end=one.end + start,
            line=one.line + lines,
            column=one.column + (column if one.line == 1 else 0),
        )
        for one in looked.sightings
        if own[0] <= one.start < own[1]
    ]
