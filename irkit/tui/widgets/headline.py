"""The header: mode and account always in sight; two lines on a wide screen, one on a narrow one."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from irkit.tui.board import Board
from irkit.tui.headline import headline, progress

_WIDE = 100


class Headline(Widget):
    """Draws the board's newest reading."""

    DEFAULT_CSS = """
    Headline { height: 1; }
    """

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board

    def render(self) -> Text:
        """One or two lines, by the room there is."""
        reading, desk = self._board.reading, self._board.desk
        if reading is None:
            return Text(" irkit  reading the journal")
        now = self._board.look.now()
        first = headline(reading.state, desk.me, now, self.size.width)
        if self.size.width < _WIDE:
            return first
        return Text("\n").join([first, progress(desk.runbook, reading.state, reading.views, self.size.width)])
