"""The step graph as rows of text: ``lanes(graph)``. Pure; nothing here knows a terminal or a state.

One row a step, in file order, top down. A *lane* is a column that leads down to one step, so edges to the same step
share a lane from where they meet. A step's inputs come from straight above; what runs sideways on its row are its
outputs, which open a lane (``┬ ╮ ╭``) or join one that is there (``├ ┤ ┼``). One that only passes behind stays ``│``.
How to read it: from a step follow its line sideways, and at every corner or join go down until a step is met. Only the
edges that others do not imply are drawn (``irkit.runbook.graph.reduced``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from irkit.runbook.graph import Graph, reduced
from irkit.runbook.model import StepId

MOST_LANES = 8
"""Columns drawn; what lies right of them collapses to one ``…``."""
NODE = "●"
"""Stands where a step's glyph goes."""
MORE = "…"


class Style(StrEnum):
    """Which characters to draw with."""

    UNICODE = "unicode"
    ASCII = "ascii"


_ASCII = str.maketrans("│─┬╮╭├┤┼●…", "|-++++++*~")


@dataclass(frozen=True)
class LaneRow:
    """A step's row. ``text`` is as wide as every other row's; cell ``at`` of it is the glyph's."""

    step: StepId
    text: str
    at: int

    def drawn(self, glyph: str) -> str:
        """The row with a glyph (one cell) in its place."""
        return f"{self.text[: self.at]}{glyph}{self.text[self.at + 1 :]}"


def lanes(graph: Graph, style: Style = Style.UNICODE, most: int = MOST_LANES) -> tuple[LaneRow, ...]:
    """Lay a runbook's graph out (``irkit.runbook.graph.graph``), one row a step, in the graph's order.

    ``most`` is how many lanes are drawn; those right of them collapse.
    """
    layout = _Layout(_targets(reduced(graph)), most)
    rows = [_row(step, layout.place(step)) for step in graph]
    collapsed = [_collapsed(row, most) for row in rows]
    width = max((len(row.text) for row in collapsed), default=0)
    return tuple(_styled(row, width, style) for row in collapsed)


def _targets(graph: Graph) -> Mapping[StepId, list[StepId]]:
    """For each step those that wait for it, in file order."""
    found: dict[StepId, list[StepId]] = {step: [] for step in graph}
    for step, needed in graph.items():
        for source in needed:
            found[source].append(step)
    return found


@dataclass(frozen=True)
class _Placed:
    """What one row holds: the step's column, lanes that go through, those it joins and those it opens."""

    column: int
    through: frozenset[int]
    joined: frozenset[int]
    opened: frozenset[int]


@dataclass
class _Layout:
    """The lanes that are open while walking down the rows."""

    targets: Mapping[StepId, list[StepId]]
    most: int
    open: dict[StepId, int] = field(default_factory=dict)
    """Each step some lane leads to, and that lane's column."""
    resting: int | None = None
    """A column whose lane ended on the last row: left empty for one row, or two steps would seem joined."""

    def place(self, step: StepId) -> _Placed:
        """Place the next step and move on by one row."""
        column = self.open.pop(step, None)
        if column is None:
            column = self._free_near(0)
        through = frozenset(self.open.values())
        joined: set[int] = set()
        opened: set[int] = set()
        own_is_free = True
        for target in self.targets[step]:
            if target in self.open:
                joined.add(self.open[target])
            elif own_is_free:
                own_is_free = False
                self.open[target] = column
            else:
                self.open[target] = self._free_near(column)
                opened.add(self.open[target])
        self.resting = column if own_is_free else None
        return _Placed(column, through, frozenset(joined), frozenset(opened))

    def _free_near(self, column: int) -> int:
        """The free column nearest to one, rather right than left, and rather drawn than collapsed."""
        taken = {*self.open.values(), self.resting}
        free = [c for c in range(len(self.open) + column + 3) if c not in taken]
        return min(free, key=lambda c: (c >= self.most, abs(c - column), -c))


def _row(step: StepId, placed: _Placed) -> LaneRow:
    """Draw one row at full width; lanes stand two cells apart."""
    ends = placed.joined | placed.opened | {placed.column}
    left, right = min(ends), max(ends)
    last = max(right, *placed.through) if placed.through else right
    cells = []
    for column in range(last + 1):
        cells.append(_cell(column, placed, left, right))
        cells.append("─" if left <= column < right else " ")
    return LaneRow(step, "".join(cells).rstrip(), 2 * placed.column)


def _cell(column: int, placed: _Placed, left: int, right: int) -> str:
    """The character where a lane's column crosses the row."""
    if column == placed.column:
        return NODE
    if column in placed.opened:
        return "╭" if column == left else "╮" if column == right else "┬"
    if column in placed.joined:
        return "├" if column == left else "┤" if column == right else "┼"
    if column in placed.through:
        return "│"
    return "─" if left < column < right else " "


def _collapsed(row: LaneRow, most: int) -> LaneRow:
    """Cut what lies right of the last drawn lane; one cell tells of it, and holds the glyph of a step out there."""
    edge = 2 * most
    if len(row.text) < edge:
        return row
    return LaneRow(row.step, row.text[:edge] + MORE, min(row.at, edge))


def _styled(row: LaneRow, width: int, style: Style) -> LaneRow:
    text = row.text.ljust(width)
    return LaneRow(row.step, text.translate(_ASCII) if style is Style.ASCII else text, row.at)
