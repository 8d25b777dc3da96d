"""A text too large to hold, looked at in overlapping pieces that are cut at line ends. UTF-16 and UTF-32 stay whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from irkit.scan.detect.beginnings import PACKED, WIDE
from irkit.scan.detect.detector import Detector, Looked
from irkit.scan.detect.wide import encoding_of
from irkit.scan.finding import Sighting, Skipped
from irkit.scan.quick import NamedTuple

LARGE_BYTES = 64 << 20
"""From here on a text is looked at in pieces."""
PIECE_BYTES = 8 << 20
OVERLAP_BYTES = 64 << 10
"""More than the longest secret and what is looked at around it, so that nothing is lost at a cut."""
_PROBE_BYTES = 4096
_NOT_OPENED = Skipped("", f"an archive of more than {LARGE_BYTES >> 20} MiB: its bytes were scanned, not its members")


class _Encoding(NamedTuple):
    """Of a text: its mark, and its line end."""

    mark: bytes
    line_end: bytes


_SINGLE_BYTES = _Encoding(b"", b"\n")
_MARKS = {name: mark for mark, name in WIDE}


class _Piece(NamedTuple):
    """A part of the text; each but the first starts at a line, or ``OVERLAP_BYTES`` before the last one's end."""

    body: bytes
    offset: int
    """Of its first byte in the text. A mark put in front of it is not counted: it may be negative then."""
    lines: int
    """Line ends in the text before it."""
    line_start: int
    """Where in the text the line begins that it begins in."""


def look_at_chunks(detector: Detector, chunks: Iterable[bytes]) -> Looked:
    """What stands in a text that comes in chunks of any size; offsets, lines and columns are of the whole text.

    Errors of reading ``chunks`` go through.
    """
    seen: dict[tuple[str, int, int], Sighting] = {}
    skipped: dict[Skipped, None] = {}
    for piece in _pieces(chunks):
        if not piece.offset and piece.body.startswith(PACKED):
            skipped[_NOT_OPENED] = None
        looked = detector.look(piece.body)
        skipped |= dict.fromkeys(looked.skipped)
        for sighting in looked.sightings:
            placed = _placed(sighting, piece)
            known = seen.get((placed.rule, placed.start, placed.end))
            if known is None or (known.dismissed and not placed.dismissed) or len(known.near) < len(placed.near):
                seen[placed.rule, placed.start, placed.end] = placed
    return Looked(tuple(_longest(seen.values())), tuple(skipped))


def _longest(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """Less those that are the head or the tail, cut off with a piece, of another one."""
    ordered = sorted(sightings, key=lambda one: (one.start, -one.end))
    reached: dict[str, int] = {}
    for sighting in ordered:
        if sighting.via or sighting.end > reached.get(sighting.rule, -1):
            yield sighting
            reached[sighting.rule] = max(sighting.end, reached.get(sighting.rule, -1))


def _placed(sighting: Sighting, piece: _Piece) -> Sighting:
    start, end = sighting.start + piece.offset, sighting.end + piece.offset
    column = sighting.column if sighting.line > 1 else sighting.column + piece.offset - piece.line_start
    return sighting._replace(start=start, end=end, line=sighting.line + piece.lines, column=column)


def _pieces(chunks: Iterable[bytes]) -> Iterator[_Piece]:
    encoding: _Encoding | None = None
    held, offset, lines, line_start = bytearray(), 0, 0, 0
    for chunk in chunks:
        held += chunk
        if len(held) < PIECE_BYTES:
            continue
        encoding = encoding or _encoding(bytes(held[:_PROBE_BYTES]))
        yield _piece(held, encoding, offset, lines, line_start)
        keep = _cut(held, encoding, offset)
        passed = _count(held, encoding, keep)
        if passed:
            lines += passed
            line_start = offset + _last_line(held, encoding, keep)
        offset += keep
        del held[:keep]
    if held:
        yield _piece(held, encoding or _SINGLE_BYTES, offset, lines, line_start)


def _piece(held: bytearray, encoding: _Encoding, offset: int, lines: int, line_start: int) -> _Piece:
    if offset and encoding.mark:
        return _Piece(encoding.mark + bytes(held), offset - len(encoding.mark), lines, line_start)
    return _Piece(bytes(held), offset, lines, line_start)


def _cut(held: bytearray, encoding: _Encoding, offset: int) -> int:
    """Where the next piece begins: after the first line end of the overlap; within a line where there is none."""
    width, place = len(encoding.line_end), len(held) - OVERLAP_BYTES
    place -= (offset + place) % width
    found = held.find(encoding.line_end, place)
    while found >= 0 and (offset + found) % width:
        found = held.find(encoding.line_end, found + 1)
    return found + width if 0 <= found < len(held) - OVERLAP_BYTES // 2 else place


def _count(held: bytearray, encoding: _Encoding, end: int) -> int:
    return held.count(encoding.line_end, 0, end)


def _last_line(held: bytearray, encoding: _Encoding, end: int) -> int:
    return held.rfind(encoding.line_end, 0, end) + len(encoding.line_end)


def _encoding(head: bytes) -> _Encoding:
    """The encoding of a text that begins so."""
    name = encoding_of(head)
    return _Encoding(_MARKS[name], "\n".encode(name)) if name else _SINGLE_BYTES
