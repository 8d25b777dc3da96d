"""A table of rows of which only those in sight are drawn, with a cursor on one cell: 100,000 rows cost what 30 do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from irkit.tui.marks import CHOSEN
from irkit.tui.trail_cells import fitted, wide, words
from irkit.tui.trail_shown import event_ids
from irkit.tui.trail_view import Direction, Order
from irkit.tui.trail_widths import GAP, natural, shared

MARKED = "+"
_BEFORE, _BEHIND = "‹", "›"
"""At the ends of the heading: there are more columns on that side."""
_LEAD = 3
_SAMPLE = 300
"""So many rows say how wide the columns are."""
_WIDEST = 44
_NARROW = 100
_HEAD = Style(bold=True, underline=True)
_ROW = Style(bold=True)
_CELL = Style(bold=True, reverse=True)
_STYLES = {"error": Style(color="red"), "tactic": Style(color="yellow"), "at": Style(dim=True)}
_GRAVE = {"high": Style(color="red", bold=True), "low": Style(dim=True)}
_ARROWS = {Direction.UP: "▲", Direction.DOWN: "▼"}


class TrailTable(ScrollView, can_focus=True):
    """Posts ``Moved`` when the cursor stands on another cell. The first column stays in sight."""

    DEFAULT_CSS = "TrailTable { overflow-x: hidden; overflow-y: auto; scrollbar-size: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("left", "column(-1)", show=False),
        Binding("right", "column(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "move(-1000000000)", show=False),
        Binding("end,G", "move(1000000000)", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another cell."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.cursor = 0
        self.column = 0
        self._marked: frozenset[tuple[str, ...]] = frozenset()
        self.touched = False
        """Whether the user has moved the cursor: it then stays on its row when rows come in above."""
        self.empty: tuple[str, ...] = ()
        """What stands in the place of rows when there are none."""
        self._first = 1
        """The column that stands beside the first, which stays."""
        self._rows: Sequence[object] = ()
        self._columns: tuple[str, ...] = ()
        self._wanted: tuple[int, ...] = ()
        """How wide each column would be with room enough."""
        self._widths: tuple[int, ...] = ()
        self._order: Order | None = None

    @property
    def row(self) -> object | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def column_name(self) -> str:
        """The column under the cursor."""
        return self._columns[self.column] if self._columns else ""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def show(self, columns: tuple[str, ...], rows: Sequence[object], order: Order | None) -> None:
        """Draw other rows. A cursor that was moved stays on its row, when that is still there."""
        held = event_ids(self.row) if self.touched and self.row is not None else ()
        if columns != self._columns or len(rows) < len(self._rows):
            self._wanted = ()
        if columns != self._columns:
            self._columns = columns
            self.column = min(self.column, max(0, len(columns) - 1))
            self._first = 1
        self._rows, self._order = rows, order
        if held:
            self.cursor = next((at for at, row in enumerate(rows) if event_ids(row) == held), self.cursor)
        self.cursor = max(0, min(self.cursor, len(rows) - 1))
        self._measure()
        self.virtual_size = Size(0, len(rows) + 1)
        self._into_sight()
        self.refresh()
        self.post_message(self.Moved())

    def put(self, columns: tuple[str, ...], rows: Sequence[object], order: Order | None, cell: tuple[int, int]) -> None:
        """Draw what was looked at before, with the cursor where it was."""
        self.touched, self._wanted = False, ()
        self.show(columns, rows, order)
        self.go(*cell)

    def start_over(self) -> None:
        """To the first row: the rows are of another question."""
        self.cursor, self.touched = 0, False
        self.scroll_to(y=0, animate=False, immediate=True)

    def go(self, cursor: int, column: int) -> None:
        """Put the cursor somewhere, as far as there is such a cell."""
        self.cursor = max(0, min(cursor, len(self._rows) - 1))
        self.column = max(0, min(column, len(self._columns) - 1))
        self._into_sight()
        self.refresh()
        self.post_message(self.Moved())

    def mark(self, several: Iterable[tuple[str, ...]]) -> None:
        """Draw a mark at the rows of these event ids."""
        self._marked = frozenset(several)
        self.refresh()

    def action_move(self, by: int) -> None:
        """Up or down, stopping at the ends."""
        self.touched = True
        self.go(self.cursor + by, self.column)

    def action_page(self, by: int) -> None:
        """A screenful up or down."""
        self.action_move(by * max(1, self.size.height - 2))

    def action_column(self, by: int) -> None:
        """One column to a side."""
        self.go(self.cursor, self.column + by)

    def on_resize(self) -> None:
        """Other widths for another room."""
        self._wanted = ()
        self._measure()
        self._into_sight()

    def on_click(self, event: Click) -> None:
        """Put the cursor on the cell under the mouse."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        at = y - 1 + self.scroll_offset.y
        if y >= 1 and at < len(self._rows):
            self.touched = True
            column = next(
                (each for each, start, width in self._laid() if start <= x < start + width + GAP), self.column
            )
            self.go(at, column)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """The names of the columns, or one row of those in sight."""
        width = self.scrollable_content_region.width
        if y == 0:
            return self._head(width)
        at = y - 1 + self.scroll_offset.y
        if at >= len(self._rows):
            said = self.empty[at - 1] if not self._rows and 1 <= at <= len(self.empty) else ""
            return Strip([Segment(f" {said}")]).adjust_cell_length(width).apply_style(self.rich_style)
        return self._line(at, width)

    def _head(self, width: int) -> Strip:
        laid, last = self._laid(), len(self._columns) - 1
        segments, x = [Segment(f" {_BEFORE} " if self._first > 1 else " " * _LEAD)], _LEAD
        for each, start, cells in laid:
            name = self._columns[each]
            arrow = _ARROWS[self._order.direction] if self._order and self._order.column == name else ""
            segments += [Segment(" " * (start - x)), Segment(fitted(heading(name) + arrow, cells), _HEAD)]
            x = start + cells
        line = Strip(segments)
        if laid and laid[-1][0] < last:
            line = Strip([*line.adjust_cell_length(width - 1), Segment(_BEHIND)])
        return line.adjust_cell_length(width).apply_style(self.rich_style)

    def _line(self, at: int, width: int) -> Strip:
        row, chosen = self._rows[at], at == self.cursor
        mark = MARKED if self._marked and event_ids(row) in self._marked else " "
        base = _ROW if chosen else Style()
        segments, x = [Segment(f"{CHOSEN if chosen else ' '}{mark} ", base)], _LEAD
        for each, start, cells in self._laid():
            name = self._columns[each]
            style = base + _style(row, name)
            if chosen and each == self.column:
                style = _CELL if self.has_focus else Style(bold=True, underline=True)
            segments += [Segment(" " * (start - x), base), Segment(self._cell(row, name, each, cells), style)]
            x = start + cells
        return Strip(segments).adjust_cell_length(width, base).apply_style(self.rich_style)

    def _cell(self, row: object, name: str, each: int, cells: int) -> str:
        """A cell's text in its cells; numbers stand at the right of their column."""
        text = self._text(row, name)
        if isinstance(getattr(row, name), int) and each < len(self._widths):
            text = text.rjust(min(self._widths[each], cells))
        return fitted(text, cells)

    def _text(self, row: object, name: str) -> str:
        """A cell's text; times without their year where there is little room."""
        held = getattr(row, name)
        if isinstance(held, datetime) and self.size.width < _NARROW:
            return f"{held.astimezone(UTC):%m-%d %H:%M:%S}"
        return words(held)

    def _laid(self) -> list[tuple[int, int, int]]:
        """The columns in sight: number, first cell, cells. The last one takes what room is left."""
        room, x = self.scrollable_content_region.width, _LEAD
        laid: list[tuple[int, int, int]] = []
        for each in (0, *range(self._first, len(self._columns))):
            if each >= len(self._widths) or x >= room:
                break
            laid.append((each, x, min(self._widths[each], room - x)))
            x += self._widths[each] + GAP
        if laid:
            each, start, _ = laid[-1]
            laid[-1] = (each, start, room - start)
        return laid

    def _measure(self) -> None:
        """Columns never want less while rows come in, so that they stand still."""
        old = self._wanted or (0,) * len(self._columns)
        rows = list(islice(self._rows, _SAMPLE))
        self._wanted = tuple(
            max(was, natural(wide(heading(name)) + 1, (wide(self._text(row, name)) for row in rows), _WIDEST))
            for was, name in zip(old, self._columns, strict=True)
        )
        self._widths = shared(self._wanted, self.scrollable_content_region.width - _LEAD)

    def _into_sight(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height - 1)
        if not top <= self.cursor < top + height:
            y = self.cursor if self.cursor < top else self.cursor - height + 1
            self.scroll_to(y=y, animate=False, immediate=True)
        if self.column == 0 or self.column < self._first:
            self._first = max(1, self.column)
        while self._first < self.column and not self._whole(self.column):
            self._first += 1

    def _whole(self, column: int) -> bool:
        """Whether a column is in sight to its end (or, the last, to a fair part)."""
        room = self.scrollable_content_region.width
        x = _LEAD + self._widths[0] + GAP
        x += sum(self._widths[each] + GAP for each in range(self._first, column))
        return x + min(self._widths[column], _WIDEST // 2) <= room


def _style(row: object, name: str) -> Style:
    """Errors and tactics stand out, those of grave calls the most; never by colour alone, for the word is there."""
    style = _STYLES.get(name, Style())
    return style + _GRAVE.get(getattr(row, "severity", ""), Style()) if name == "tactic" else style


def heading(column: str) -> str:
    """A column's name as it stands over it: ``key_id`` is ``key``."""
    return {"at": "time (UTC)"}.get(column, column.removesuffix("_id").replace("_", " "))
