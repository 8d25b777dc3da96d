"""Every credential of the incident with its whole life: each turn, when, by whose clock, and the event behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from irkit.incident.life import Life
from irkit.incident.lives import Lives
from irkit.tui.activity import ActivityLine
from irkit.tui.board import Board
from irkit.tui.hanging import hanging
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.life_rows import life_row, worst_first
from irkit.tui.printable import printable
from irkit.tui.screens.log import LogScreen
from irkit.tui.screens.placed import PlacedScreen
from irkit.tui.spans import moment
from irkit.tui.widgets.footer import KeyFooter
from irkit.tui.widgets.headline import Headline


class CredentialsScreen(PlacedScreen):
    """The incident's screen below goes on reading and hands its readings up."""

    place = Place.CREDENTIALS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.CREDENTIALS)

    def __init__(self, board: Board) -> None:
        super().__init__(board.look)
        self.board = board
        self._drawn: Lives | None = None
        self._width = 0

    def compose(self) -> ComposeResult:
        """Header, lives, footer."""
        yield Headline(self.board)
        with VerticalScroll(id="credentials-page"):
            yield Static(markup=False)
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """Show what is known already."""
        self.query_one("#credentials-page").focus()
        self._show()

    def take(self, lines: Iterable[ActivityLine]) -> None:  # noqa: ARG002 - the log shows them
        """A new reading is on the board."""
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        self.query_one(Headline).refresh()
        lives = self.board.reading.state.lives if self.board.reading else Lives()
        page = self.query_one("#credentials-page")
        width = page.scrollable_content_region.width
        if not width or (lives is self._drawn and width == self._width):
            return
        self._drawn, self._width = lives, width
        page.border_title = f"Credentials ({len(lives)})"
        rows = [row for life in worst_first(lives) for row in _life(life)]
        page.query_one(Static).update(hanging(rows or [Text("No plan and no look has named one yet.", "dim")], width))

    def on_resize(self) -> None:
        """Another width breaks the rows elsewhere."""
        self.call_after_refresh(self._show)

    def action_log(self) -> None:
        """The activity on the whole screen."""
        self.app.push_screen(LogScreen(self.board))


def _life(life: Life) -> Iterator[Text]:
    yield life_row(life)
    known = f"{life.credential.kind} {life.credential.id}"
    yield Text(f"    {printable(known)}; last look: {life.liveness}", "dim")
    for turn in life.turns:
        yield Text(f"    {moment(turn.at)} by {turn.clock}: {turn.stage} (#{turn.seq}) {printable(turn.why)}", "dim")
