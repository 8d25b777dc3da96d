"""What a delta changes of its base (gitformat-pack(5), "Deltified representation")."""

from __future__ import annotations

_COPY = 128
_HEAD_OF_COPY = tuple(1 + (command & 15).bit_count() for command in range(256))
"""How long a copy's command is up to its size: the command itself and the bytes of the offset."""
_SIZES, _ONE, _TWO = 0x70, 0x10, 0x30
"""The bits that say which bytes of the size follow; the usual ones."""
_ALL_OF_IT = 0x10000
"""What a copy of size 0 copies."""


class DeltaBroken(ValueError):
    """The bytes are no delta."""


def changes(delta: bytes) -> list[tuple[int, int]]:
    """The parts of the result, (start, end), that the delta brings, in order.

    Two copies after each other meet in an empty part: something between them may be gone; so it is before a first copy
    that is not from the beginning, and after a last one. Raises ``DeltaBroken``.
    """
    parts: list[tuple[int, int]] = []
    start = at = 0
    is_copied = False
    try:
        place = _after_number(delta, _after_number(delta, 0))
        end = len(delta)
        while place < end:
            command = delta[place]
            if command & _COPY:
                place += _HEAD_OF_COPY[command]
                which = command & _SIZES
                if which == _ONE:
                    size = delta[place]
                    place += 1
                elif which == _TWO:
                    size = delta[place] | delta[place + 1] << 8
                    place += 2
                elif which:
                    size, place = _size(delta, place, which)
                else:
                    size = _ALL_OF_IT
                if not is_copied:
                    if at or command & 15:
                        parts.append((start, at))
                    is_copied = True
                else:
                    parts.append((at, at))
                at += size or _ALL_OF_IT
                start = at
            else:
                is_copied = False
                at += command
                place += 1 + command
    except IndexError:
        raise DeltaBroken("the delta ends within a command") from None
    parts.append((start, at))
    return parts


def _after_number(delta: bytes, place: int) -> int:
    while delta[place] & 128:
        place += 1
    return place + 1


def _size(delta: bytes, place: int, which: int) -> tuple[int, int]:
    size = 0
    for bit, shift in ((0x10, 0), (0x20, 8), (0x40, 16)):
        if which & bit:
            size |= delta[place] << shift
            place += 1
    return size, place


_AROUND = 400
"""How much around a change is looked at again: rules look at most this far for what makes a text a secret."""
_LONG_LINE = 8192
"""Of a longer line, only this much on each side of a change is looked at again."""


def touched(body: bytes, parts: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The lines that hold these parts of a text, 400 bytes around them, joined where they meet."""
    spans: list[tuple[int, int]] = []
    size = len(body)
    first, last = 0, -_LONG_LINE
    for start, end in parts:
        newline = body.rfind(b"\n", max(0, start - _LONG_LINE), start)
        low = (newline if newline >= 0 else start - _LONG_LINE) - _AROUND
        newline = body.find(b"\n", end, end + _LONG_LINE)
        high = (newline if newline >= 0 else end + _LONG_LINE) + _AROUND
        if low > last:
            if last > 0:
                spans.append((first, last))
            first, last = max(0, low), min(size, high)
        elif high > last:
            last = min(size, high)
    if last > 0:
        spans.append((first, last))
    return tuple(spans)
