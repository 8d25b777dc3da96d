"""Texts laid out in columns: natively where that was compiled."""

from __future__ import annotations

from itertools import repeat

from irkit.native import native

CUT = "…"
"""The sign of a text that was cut."""
GAP = 2
"""Cells between two columns."""


def widest(texts: list[str]) -> int:
    """How many cells the widest takes; -1 where a sign of any is neither printable ASCII nor ``CUT``."""
    joined = "".join(texts).replace(CUT, "")
    return max(map(len, texts), default=0) if joined.isascii() and joined.isprintable() else -1


def laid(columns: list[list[str]], widths: list[int], first: int, last: int) -> str:
    """The lines of some rows, from ``first`` on and before ``last``, each with a line break behind it.

    A text is filled up with blanks to so many signs as its column is wide; it is not cut. What is blank at a line's end
    is left out. Raises ``IndexError`` for a column with fewer rows.
    """
    if any(len(each) < last for each in columns):
        raise IndexError("a column has fewer rows")
    rows = zip(*(each[first:last] for each in columns), strict=True)
    return "".join([(" " * GAP).join(map(str.ljust, row, widths, repeat(" "))).rstrip() + "\n" for row in rows])


widest_in_python, laid_in_python = widest, laid
"""What the native functions are compared with."""
widest, laid = native("irkit.cli._trail_laid", widest), native("irkit.cli._trail_laid", laid)
