"""What a match begins with, byte by byte: said first, an expression of many words need not try each at every place.

Python's ``re`` does so where words are searched for in either case: of a scan's confirmations that was half.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby

from irkit.scan.expression import ExpressionInvalid, Group, Piece, parsed

_LENGTH = 4
"""Bytes that are looked at; more leave out hardly more places."""
_ALL = bytes(range(256))
_NONE: frozenset[int] = frozenset()

_Bytes = list[frozenset[int]]
"""What may stand at each of the first places."""


def look_ahead(pattern: str) -> str:
    """A look-ahead that holds wherever ``pattern`` matches; empty where it would be no help.

    It is one where an expression begins with alternatives: others Python finds by their first byte.
    """
    try:
        whole = parsed(pattern)
    except ExpressionInvalid:
        return ""
    if len(whole.branches) > 1 or not _begins_with_choice(whole):
        return ""
    found, ends = _of_group(whole, whole.flags)
    return f"(?={''.join(map(_class, found[: min(ends)]))})" if min(ends) else ""


def _begins_with_choice(group: Group) -> bool:
    if len(group.branches) > 1:
        return True
    first = next((piece.atom for piece in group.branches[0] if not piece.is_zero_width), "")
    return isinstance(first, Group) and _begins_with_choice(first)


def _of_group(group: Group, flags: str) -> tuple[_Bytes, set[int]]:
    """What its matches begin with, and their lengths (``_LENGTH`` stands for all that are longer)."""
    found, lengths = [_NONE] * _LENGTH, set[int]()
    for branch in group.branches:
        places = {0}
        for piece in branch:
            if not piece.is_zero_width:
                places = _after(piece, flags, places, found)
        lengths |= places
    return found, lengths


def _after(piece: Piece, flags: str, places: set[int], found: _Bytes) -> set[int]:
    """Where a piece may end that begins at one of these places; ``found`` gets what it brings."""
    if isinstance(piece.atom, Group):
        some, lengths = _of_group(piece.atom, flags + piece.atom.flags)
    else:
        some, lengths = [_matched(piece.atom, flags)], {1}
    ends = set(places) if piece.least == 0 else set()
    for count in range(1, min(_LENGTH, _LENGTH if piece.most is None else piece.most) + 1):
        for place in places:
            found[place:] = [one | more for one, more in _side_by_side(found[place:], some)]
        places = {min(place + length, _LENGTH) for place in places for length in lengths}
        if count >= min(piece.least, _LENGTH):
            ends |= places
    return ends


def _side_by_side(found: _Bytes, some: _Bytes) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
    return ((one, some[at] if at < len(some) else _NONE) for at, one in enumerate(found))


@cache
def _matched(atom: str, flags: str) -> frozenset[int]:
    """The bytes that an atom matches."""
    meant = (re.DOTALL if "s" in flags else 0) | (re.IGNORECASE if "i" in flags else 0)
    return frozenset(b"".join(re.findall(atom.encode(), _ALL, meant)))


def _class(some: frozenset[int]) -> str:
    """A class of these bytes, with ranges."""
    runs = [[one for _, one in run] for _, run in groupby(enumerate(sorted(some)), lambda pair: pair[1] - pair[0])]
    return "[" + "".join(f"\\x{run[0]:02x}-\\x{run[-1]:02x}" for run in runs) + "]"
