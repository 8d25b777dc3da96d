"""How many events fell into each part of a span of time, as bars of characters. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from irkit.cloudtrail.query import Window
from irkit.cloudtrail.record import Record

BARS = " ▁▂▃▄▅▆▇█"
_LEVELS = len(BARS) - 1
_LEAST = timedelta(seconds=1)
_FULL_DAY = timedelta(days=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Histogram:
    """Counts of equal parts of a window."""

    window: Window
    counts: tuple[int, ...]

    @property
    def each(self) -> timedelta:
        """How long a part is."""
        return (self.window.end - self.window.start) / max(1, len(self.counts))

    def part(self, first: int, last: int) -> Window:
        """The span of some parts, both ends included; its edges on whole seconds, outwards."""
        start = self.window.start + self.each * first
        end = self.window.start + self.each * (last + 1)
        return Window(_floor(start), min(_ceil(end), self.window.end))

    def total(self, first: int, last: int) -> int:
        """The events of some parts, both ends included."""
        return sum(self.counts[first : last + 1])

    def at(self, moment: datetime) -> int | None:
        """The part that holds a moment."""
        if not self.counts or not self.window.holds(moment):
            return None
        return min(len(self.counts) - 1, int((moment - self.window.start) / self.each))


def histogram(records: Sequence[Record], parts: int, window: Window | None = None) -> Histogram:
    """Count records, oldest first, over a window; without one, over the span they lie in.

    No records and no window: no parts.
    """
    window = window or _span(records, parts)
    if window is None or parts < 1:
        return Histogram(Window(_NEVER, _NEVER), ())
    each = (window.end - window.start) / parts
    edges = [bisect_left(records, window.start + each * part, key=_moment) for part in range(parts)]
    edges.append(bisect_left(records, window.end, key=_moment))
    return Histogram(window, tuple(after - before for before, after in pairwise(edges)))


def _moment(one: Record) -> datetime:
    return one.at


def bars(counts: Iterable[int], rows: int) -> tuple[str, ...]:
    """The bars, top row first; what is not nothing has at least the lowest bar, so that one event is seen."""
    heights = list(counts)
    most = max(heights, default=0)
    eighths = [max(1, round(one * rows * _LEVELS / most)) if one else 0 for one in heights]
    below = [_LEVELS * (rows - 1 - row) for row in range(rows)]
    return tuple("".join(BARS[max(0, min(_LEVELS, one - base))] for one in eighths) for base in below)


def stamp(at: datetime, window: Window) -> str:
    """A moment, as finely as a window wants: the day where it spans several, seconds where it is short."""
    length = window.end - window.start
    at = at.astimezone(UTC)
    if length >= _FULL_DAY:
        return f"{at:%m-%d %H:%M}"
    return f"{at:%H:%M:%S}"


def _span(records: Sequence[Record], parts: int) -> Window | None:
    """From the first to just behind the last; at least a second a part, which is as fine as the times are."""
    if not records:
        return None
    start = _floor(records[0].at)
    return Window(start, max(_floor(records[-1].at) + _LEAST, start + _LEAST * parts))


def _floor(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _ceil(at: datetime) -> datetime:
    return at if not at.microsecond else _floor(at) + _LEAST
