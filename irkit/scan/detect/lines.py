"""Whether an expression can match over a line end; if not, its rule looks at one line alone."""

from __future__ import annotations

import re
from functools import cache

from irkit.scan.expression import Group, Piece, parsed


def spans_lines(pattern: str) -> bool:
    r"""Whether some part of the expression matches a line feed: ``\s``, ``[^"]``, ``\n`` and the like.

    A single one at either end (``(?:^|\n)``, ``(?:[\s;]|$)``) does not count: the line's own ends are there.
    Raises ``ExpressionInvalid``.
    """
    return _spans(parsed(pattern), "", is_first=True, is_last=True)


def _spans(group: Group, flags: str, *, is_first: bool, is_last: bool) -> bool:
    flags += group.flags
    return any(_branch_spans(branch, flags, is_first=is_first, is_last=is_last) for branch in group.branches)


def _branch_spans(branch: tuple[Piece, ...], flags: str, *, is_first: bool, is_last: bool) -> bool:
    pieces = [piece for piece in branch if not piece.is_zero_width]
    for place, piece in enumerate(pieces):
        is_once = piece.most == 1
        at_start = is_first and is_once and place == 0
        at_end = is_last and is_once and place == len(pieces) - 1
        if isinstance(piece.atom, Group):
            if _spans(piece.atom, flags, is_first=at_start, is_last=at_end):
                return True
        elif not (at_start or at_end) and _matches_line_feed(piece.atom, "s" in flags):
            return True
    return False


@cache
def _matches_line_feed(atom: str, is_dot_all: bool) -> bool:  # noqa: FBT001 - a flag of the expression
    return re.search(atom.encode(), b"\n", re.DOTALL if is_dot_all else 0) is not None
