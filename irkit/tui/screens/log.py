"""The activity on the whole screen, with a filter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from irkit.tui.activity import ActivityLine
from irkit.tui.board import Board
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.screens.placed import PlacedScreen
from irkit.tui.screens.reason import Asking, Need, ReasonScreen
from irkit.tui.widgets.activity import ActivityPane
from irkit.tui.widgets.footer import KeyFooter
from irkit.tui.widgets.headline import Headline


class LogScreen(PlacedScreen):
    """Begins with the board's last lines; the incident's screen below hands new ones up."""

    place = Place.LOG
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LOG)

    def __init__(self, board: Board) -> None:
        super().__init__(board.look)
        self._board = board

    def compose(self) -> ComposeResult:
        """Header, lines, footer."""
        yield Headline(self._board)
        yield ActivityPane(id="log")
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """All lines there are."""
        self._filter("")
        self.query_one(ActivityPane).focus()

    def take(self, lines: Iterable[ActivityLine]) -> None:
        """Add new lines."""
        if self.is_mounted:
            self.query_one(ActivityPane).add(lines)
            self.query_one(Headline).refresh()

    def action_tail(self) -> None:
        """Follow the end."""
        self.query_one(ActivityPane).tail()

    def action_find(self) -> None:
        """Show only lines that hold a text; an empty one shows all again."""
        facts = Text("empty shows all again", "dim")
        asking = Asking("Show only lines that hold", facts, "Text", "Show", Need.OPTIONAL)
        self.app.push_screen(ReasonScreen(asking), self._found)

    def _found(self, text: str | None) -> None:
        if text is not None:
            self._filter(text)

    def _filter(self, text: str) -> None:
        pane = self.query_one(ActivityPane)
        pane.filter(self._board.lines, text)
        pane.border_title = f"Log  lines that hold '{text}'" if text else "Log  all steps"
