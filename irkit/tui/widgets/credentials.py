"""The credentials of the incident and where each is in its life, in a pane of its own on a wide screen."""

from __future__ import annotations

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from irkit.incident.lives import Lives
from irkit.tui.board import Board
from irkit.tui.life_rows import life_row, worst_first

_MOST = 4


class CredentialsPane(Widget):
    """Not shown before a credential is known. The worst come first; the rest is counted in the frame."""

    DEFAULT_CSS = "CredentialsPane { height: auto; }"

    def __init__(self, board: Board, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._board = board
        self._drawn = Lives()

    def show(self) -> None:
        """Draw the board's newest reading."""
        lives = self._board.reading.state.lives if self._board.reading else Lives()
        if lives is self._drawn:
            return
        resized = min(len(lives), _MOST) != min(len(self._drawn), _MOST)
        self._drawn = lives
        risen = len(lives.risen())
        self.border_title = f"Credentials ({len(lives)})" + (f"  {risen} ALIVE AGAIN" if risen else "")
        self.border_subtitle = f"{len(lives) - _MOST} more: c" if len(lives) > _MOST else "history: c"
        self.refresh(layout=resized)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """One row a credential: rows are cut to a width that is not known yet where a narrow screen hid them."""
        return min(len(self._drawn), _MOST)

    def render(self) -> Text:
        """One row a credential."""
        rows = [Text.assemble(" ", life_row(life)) for life in worst_first(self._drawn)[:_MOST]]
        for row in rows:
            row.truncate(self.size.width, overflow="ellipsis")
        return Text("\n").join(rows)
