"""The selected step on the whole of a narrow screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from irkit.incident.events import StepId
from irkit.tui.activity import ActivityLine
from irkit.tui.board import Board
from irkit.tui.keys import Place, bindings, keys
from irkit.tui.screens.contain import ContainScreen
from irkit.tui.screens.credentials import CredentialsScreen
from irkit.tui.screens.log import LogScreen
from irkit.tui.screens.ordering import OrderingScreen
from irkit.tui.widgets.detail import StepDetail
from irkit.tui.widgets.footer import KeyFooter
from irkit.tui.widgets.headline import Headline


class StepScreen(OrderingScreen):
    """Shows one step; the incident's screen below goes on reading and hands its readings up."""

    place = Place.STEP
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.STEP)

    def __init__(self, board: Board, step: StepId) -> None:
        super().__init__(board)
        self._step = step

    @property
    def selected(self) -> StepId:
        """The step that was opened."""
        return self._step

    def compose(self) -> ComposeResult:
        """Header, pages, footer."""
        yield Headline(self.board)
        yield StepDetail(self.board.desk.source, id="detail")
        yield KeyFooter(keys(self.place))

    def on_mount(self) -> None:
        """Show what is known already."""
        self.query_one(StepDetail).focus()
        self._show()

    def take(self, lines: Iterable[ActivityLine]) -> None:  # noqa: ARG002 - the log shows them
        """A new reading is on the board."""
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        reading = self.board.reading
        if reading is None:
            return
        self.query_one(StepDetail).show(self.subject(reading))
        self.query_one(Headline).refresh()
        self.query_one(KeyFooter).dim(self.off())

    def action_next_tab(self) -> None:
        """Turn to the next page."""
        self.query_one(StepDetail).turn(1)

    def action_last_tab(self) -> None:
        """Turn to the previous page."""
        self.query_one(StepDetail).turn(-1)

    def action_contain(self) -> None:
        """Every planned, reversible step of the containment on one screen."""
        self.app.push_screen(ContainScreen(self.board))

    def action_credentials(self) -> None:
        """Every credential with its whole life."""
        self.app.push_screen(CredentialsScreen(self.board))

    def action_log(self) -> None:
        """The activity on the whole screen."""
        self.app.push_screen(LogScreen(self.board))
