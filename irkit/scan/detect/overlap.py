"""Where several rules see the same text, one of them speaks."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence

from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Confidence

_RANKS = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}


class Seen(NamedTuple):
    """What one rule saw at one place, before it is decided which rule speaks for the place."""

    start: int
    end: int
    number: int
    """Of the rule."""
    confidence: Confidence
    value: bytes
    dismissed: str
    via: tuple[str, ...] = ()
    near: bytes | None = None
    """The decoded line, when the value is not there plainly."""


def speaking(seen: Sequence[Seen]) -> list[Seen]:
    """Those that do not overlap, by place: the surer, then the less encoded, the longer, the earlier rule.

    A rule that knows the kind (of high confidence) speaks even when it dismisses: its wrong checksum says enough.
    Of the others one that dismisses gives way to one that does not.
    """
    taken: list[tuple[int, int]] = []
    kept: list[Seen] = []
    for one in sorted(seen, key=_rank):
        after = bisect_right(taken, (one.start, one.end))
        if after and taken[after - 1][1] > one.start:
            continue
        if after < len(taken) and taken[after][0] < one.end:
            continue
        insort(taken, (one.start, one.end))
        kept.append(one)
    kept.sort()
    return kept


def _rank(one: Seen) -> tuple[int, bool, int, int, int, int]:
    is_doubted = bool(one.dismissed) and one.confidence is not Confidence.HIGH
    return _RANKS[one.confidence], is_doubted, len(one.via), one.start - one.end, one.number, one.start
