"""What a delta changes of its base (gitformat-pack(5), "Deltified representation")."""

from __future__ import annotations

from irkit.native import native

_COPY = 128
_ARGUMENTS = tuple((command & 0x7F).bit_count() for command in range(256))
"""How many bytes of offset and size follow the command of a copy."""
_SIZES, _ONE, _TWO = 0x70, 0x10, 0x30
"""The bits that say which bytes of the size follow; the usual ones."""
_ALL_OF_IT = 0x10000
"""What a copy of size 0 copies."""


class DeltaBroken(ValueError):
    """The bytes are no delta."""


def changes(delta: bytes) -> list[tuple[int, int]]:  # noqa: C901 - a loop that runs millions of times calls nothing
    """The parts of the result, (start, end), that the delta brings, in order.

    Two copies after each other meet in an empty part: something between them may be gone; so it is before a first copy
    that is not from the beginning, and after a last one. Raises ``DeltaBroken``.
    """
    parts: list[tuple[int, int]] = []
    start = at = place = 0
    is_copied = False
    end = len(delta)
    try:
        for _ in range(2):
            while delta[place] & 128:
                place += 1
            place += 1
        while place < end:
            command = delta[place]
            if command < _COPY:
                is_copied = False
                at += command
                place += 1 + command
                continue
            place += _ARGUMENTS[command]
            which = command & _SIZES
            if which == _ONE:
                size = delta[place]
            elif which == _TWO:
                size = delta[place - 1] | delta[place] << 8
            else:
                size = _size(delta, place, which)
            if is_copied:
                parts.append((at, at))
            else:
                if at or command & 15:
                    parts.append((start, at))
                is_copied = True
            place += 1
            at += size or _ALL_OF_IT
            start = at
    except IndexError:
        place = end + 1
    if place > end:
        raise DeltaBroken("the delta ends within a command")
    parts.append((start, at))
    return parts


def _size(delta: bytes, last: int, which: int) -> int:
    """The size that a copy's last bytes say."""
    size = 0
    for bit, shift in ((0x40, 16), (0x20, 8), (0x10, 0)):
        if which & bit:
            size |= delta[last] << shift
            last -= 1
    return size


_AROUND = 400
"""How much around a change is looked at again: rules look at most this far for what makes a text a secret."""
_LONG_LINE = 8192
"""Of a longer line, only this much on each side of a change is looked at again."""


def touched(body: bytes, parts: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The lines that hold these parts of a text, 400 bytes around them, joined where they meet."""
    spans: list[tuple[int, int]] = []
    size = len(body)
    first, last, line_end = 0, -_LONG_LINE, -1
    for start, end in parts:
        if end <= line_end:
            continue
        newline = body.rfind(b"\n", max(0, start - _LONG_LINE), start)
        low = (newline if newline >= 0 else start - _LONG_LINE) - _AROUND
        line_end = body.find(b"\n", end, end + _LONG_LINE)
        high = (line_end if line_end >= 0 else end + _LONG_LINE) + _AROUND
        if low > last:
            if last > 0:
                spans.append((first, last))
            first, last = max(0, low), min(size, high)
        elif high > last:
            last = min(size, high)
    if last > 0:
        spans.append((first, last))
    return tuple(spans)


def touched_by(body: bytes, delta: bytes) -> tuple[tuple[int, int], ...] | None:
    """The lines of a text that the delta touched which it was made by; None when that is no delta."""
    try:
        return touched(body, changes(delta))
    except DeltaBroken:
        return None


touched_by = native("irkit.scan.objects._families", touched_by)
