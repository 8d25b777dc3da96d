"""A few texts of each column that tell of a table what all of them would: widths, what is empty, what is alike."""

from __future__ import annotations

from collections.abc import Sequence

from irkit.cli.trail_table import cells
from irkit.tui.printable import printable


class Telling:
    """Of each column the first text, one that differs from it, the widest as it is, and the widest as it is shown.

    A table of these has the columns, and the widths, of a table of all texts that were heard.
    """

    def __init__(self, columns: int) -> None:
        self._few: list[list[str]] = [[] for _ in range(columns)]

    @property
    def texts(self) -> list[list[str]]:
        """Column by column, the same number of each: none when nothing was heard."""
        return [list(each) for each in self._few]

    def hear(self, texts: Sequence[Sequence[str]]) -> None:
        """More texts, column by column."""
        for few, column in zip(self._few, texts, strict=True):
            once = list(dict.fromkeys(column))
            first, other, widest, shown = few or [once[0]] * 4
            if other == first:
                other = next((each for each in once if each != first), first)
            few[:] = [first, other, max(widest, *once, key=cells), max(shown, *once, key=_shown)]


def _shown(text: str) -> int:
    return cells(text if text.isprintable() else printable(text))
