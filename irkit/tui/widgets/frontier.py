"""The focus view: only what matters now. What waits, what runs, what comes next, what is done."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from irkit.tui.board import Board
from irkit.tui.frontier import frontier


class FrontierPane(VerticalScroll):
    """Draws the board's newest reading as the frontier."""

    DEFAULT_CSS = """
    FrontierPane { padding: 0 1; scrollbar-size: 0 1; }
    FrontierPane > Static { width: 1fr; height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, board: Board, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id, can_focus=False)
        self._board = board
        self._static = Static(markup=False)
        self._drawn: Sequence[Text] = ()

    def compose(self) -> ComposeResult:
        """One text."""
        yield self._static

    def on_mount(self) -> None:
        """Name the pane."""
        self.border_title = "Now"

    def show(self) -> None:
        """Draw again."""
        reading = self._board.reading
        if reading is None:
            return
        rows = frontier(reading.views)
        if rows != self._drawn:
            self._drawn = rows
            self._static.update(Text("\n").join(rows))
