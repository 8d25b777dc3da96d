"""The lines around an entry of a baseline, with its value hidden until someone asks to see it."""

from __future__ import annotations

from enum import StrEnum

from rich.text import Text
from textual.widgets import Static

from irkit.scan.accepted.excerpt import CodeLine, Excerpt
from irkit.tui.printable import printable

HIDDEN = "••••••••"
"""Always as long as this: how long a value is, is a hint."""


class Values(StrEnum):
    """Whether values are drawn."""

    HIDDEN = "hidden"
    SHOWN = "shown"


class Code(Static):
    """Draws an excerpt."""

    DEFAULT_CSS = "Code { width: auto; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._excerpt = Excerpt(())

    def draw(self, excerpt: Excerpt, values: Values) -> None:
        """Draw another excerpt, or the same with values shown or hidden."""
        self._excerpt = excerpt
        self.update(code(excerpt, values))


def code(excerpt: Excerpt, values: Values) -> Text:
    """The lines with their numbers; ``▌`` marks the entry's own."""
    rows = [_row(line, values) for line in excerpt.lines]
    return Text("\n", no_wrap=True).join(rows)


def _row(line: CodeLine, values: Values) -> Text:
    row = Text(no_wrap=True)
    row.append("▌" if line.is_target else " ", "bold yellow")
    row.append(f"{line.number:>5}  ", "bold" if line.is_target else "dim")
    at = 0
    for start, end in line.hidden:
        row.append(printable(line.text[at:start]))
        shown = printable(line.text[start:end]) if values is Values.SHOWN else HIDDEN
        row.append(shown, "bold reverse" if line.is_target else "reverse")
        at = end
    row.append(printable(line.text[at:]))
    return row
