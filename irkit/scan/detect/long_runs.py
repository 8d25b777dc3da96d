"""Which expressions match only where a long run of a token's characters stands: most do, and most lines have none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from irkit.scan.detect.runs import BEFORE, CHARACTERS, RUN
from irkit.scan.expression import ExpressionInvalid, Group, Piece, parsed

_ALL = bytes(range(256))
_FAR = BEFORE + 1


def needs_run(text: str) -> bool:
    """Whether each match of an expression lies within what ``beside_runs`` gives of a buffer.

    So it is when ``RUN`` characters in a row are of ``CHARACTERS``, fewer than ``BEFORE`` bytes come before these, and
    none of what comes after them is a line feed, but for a last one.
    """
    try:
        group = parsed(text)
    except ExpressionInvalid:
        return False
    return text.isascii() and _each(group, group.flags, 0, ())


def _each(group: Group, flags: str, before: int, rest: tuple[Piece, ...]) -> bool:
    return all(_branch(branch, flags, before, rest) for branch in group.branches)


def _branch(branch: tuple[Piece, ...], flags: str, before: int, rest: tuple[Piece, ...]) -> bool:
    start, run = before, 0
    for place, piece in enumerate(branch):
        after = (*branch[place + 1 :], *rest)
        run = run + _least(piece) if _is_of_token(piece) else 0
        if run >= RUN and start < BEFORE and _stays(after, flags):
            return True
        atom = piece.atom
        is_once = piece.least == piece.most == 1
        if is_once and isinstance(atom, Group) and _each(atom, flags + atom.flags, before, after):
            return True
        before += _most(piece)
        start = start if run else before
    return False


def _stays(pieces: Sequence[Piece], flags: str) -> bool:
    """Whether none matches a line feed, but for a single last one."""
    if pieces and pieces[-1].most == 1 and isinstance(pieces[-1].atom, str):
        pieces = pieces[:-1]
    return not any(_has_line_feed(piece, flags) for piece in pieces)


def _has_line_feed(piece: Piece, flags: str) -> bool:
    atom = piece.atom
    if isinstance(atom, Group):
        return any(_has_line_feed(one, flags + atom.flags) for branch in atom.branches for one in branch)
    return not piece.is_zero_width and b"\n" in _matched(atom, flags)


def _is_of_token(piece: Piece) -> bool:
    atom = piece.atom
    if isinstance(atom, Group):
        return all(_is_of_token(one) for branch in atom.branches for one in branch)
    return piece.is_zero_width or CHARACTERS.issuperset(_matched(atom, ""))


def _least(piece: Piece) -> int:
    atom = piece.atom
    if isinstance(atom, Group):
        return piece.least * min(sum(map(_least, branch)) for branch in atom.branches)
    return 0 if piece.is_zero_width else piece.least


def _most(piece: Piece) -> int:
    """Bytes at the most; where they are more than matters, some number beyond that."""
    atom = piece.atom
    most = _FAR if piece.most is None else piece.most
    if isinstance(atom, Group):
        return most * max(sum(map(_most, branch)) for branch in atom.branches)
    return 0 if piece.is_zero_width else most


@cache
def _matched(atom: str, flags: str) -> bytes:
    """The bytes that an atom matches."""
    return b"".join(re.findall(atom.encode(), _ALL, re.DOTALL if "s" in flags else 0))
