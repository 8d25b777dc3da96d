"""How wide the columns of a table are: as wide as their values, sharing the room there is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

GAP = 2
"""Cells between two columns."""
_SHORT = 14
"""So wide a column is that is mostly empty: ``AccessDenied`` in one row of a hundred is read whole."""
_FEW = 0.25
_LEAST = 20
_LEAST_NARROW = 15
_NARROW = 100


def natural(heading: int, values: Iterable[int], widest: int) -> int:
    """The cells that a column's values take, and its heading; in one that is mostly empty they widen it little."""
    several = list(values)
    filled = sum(each > 0 for each in several)
    most = _SHORT if filled < _FEW * len(several) else widest
    return max(heading, 1, min(most, max(several, default=0)))


def shared(wanted: Sequence[int], room: int) -> tuple[int, ...]:
    """The widths of columns in a room: the wide ones give way, until more columns would leave them too little.

    The first column is never cut.
    """
    if not wanted:
        return ()
    least = _LEAST_NARROW if room < _NARROW else _LEAST
    caps = (_cap(wanted[1:count], room - wanted[0] - GAP) for count in range(len(wanted), 1, -1))
    cap = next((each for each in caps if each >= least), least)
    return (wanted[0], *(min(each, cap) for each in wanted[1:]))


def _cap(wanted: Sequence[int], room: int) -> int:
    """The most that a column may take for all of them to fit."""
    left = room - GAP * (len(wanted) - 1)
    for already, each in enumerate(sorted(wanted)):
        share = left // (len(wanted) - already)
        if each > share:
            return share
        left -= each
    return max(wanted)
