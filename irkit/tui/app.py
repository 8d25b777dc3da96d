"""The application: opens screens, hands them what they need, and leaves the terminal as it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import on

from irkit.errors import IrkitError
from irkit.tui.board import Board
from irkit.tui.desk import Desk, IncidentDesk
from irkit.tui.look import Look
from irkit.tui.messages import DeskFailed, DeskOpened, OpenAsked, StartAsked, TrailAsked, TrailOpened
from irkit.tui.screens.home import HomeScreen
from irkit.tui.screens.incident import IncidentScreen
from irkit.tui.screens.trail import TrailScreen
from irkit.tui.stage import Stage
from irkit.tui.trail_desk import TrailDesk


class IrkitApp(Stage):
    """Gives, when it ends, words to print after the screen is gone (how to come back).

    Begins at home, or at ``first`` when there is one. What it opened it closes, whatever way it ends.
    """

    def __init__(self, desk: Desk, look: Look, first: IncidentDesk | None = None) -> None:
        super().__init__(look)
        self._desk = desk
        self._first = first
        self._opened: list[IncidentDesk] = []

    def on_mount(self) -> None:
        """Show the first screen."""
        self.leave_when_told()
        self.push_screen(HomeScreen(self._desk, self.look))
        if self._first is not None:
            self.post_message(DeskOpened(self._first))

    @on(OpenAsked)
    def _open(self, message: OpenAsked) -> None:
        self.run_worker(partial(self._fetch, partial(self._desk.open, message.incident)), thread=True, group="open")

    @on(StartAsked)
    def _start(self, message: StartAsked) -> None:
        self.notify(f"starting {message.runbook}…", markup=False)
        start = partial(self._desk.start, message.runbook, message.inputs, message.mode)
        self.run_worker(partial(self._fetch, start), thread=True, group="open")

    def _fetch(self, opener: partial[IncidentDesk]) -> None:
        try:
            self.post_message(DeskOpened(opener()))
        except IrkitError as error:
            self.post_message(DeskFailed(error))

    @on(DeskOpened)
    def _show(self, message: DeskOpened) -> None:
        self._opened.append(message.desk)
        self.push_screen(IncidentScreen(Board(message.desk, self.look)), lambda _: self._close(message.desk))

    @on(DeskFailed)
    def _failed(self, message: DeskFailed) -> None:
        text = f"{message.error.message}\n{message.error.hint}"
        self.notify(text, severity="error", markup=False, timeout=15)

    @on(TrailAsked)
    def _ask_trail(self, message: TrailAsked) -> None:
        self.run_worker(partial(self._fetch_trail, message.opener), thread=True, group="open")

    def _fetch_trail(self, opener: Callable[[], TrailDesk]) -> None:
        try:
            self.post_message(TrailOpened(opener()))
        except IrkitError as error:
            self.post_message(DeskFailed(error))

    @on(TrailOpened)
    def _show_trail(self, message: TrailOpened) -> None:
        self.push_screen(TrailScreen(message.desk, self.look))

    def _close(self, desk: IncidentDesk) -> None:
        self._opened.remove(desk)
        self.run_worker(desk.close, thread=True, group="close")

    def close_desks(self) -> None:
        """Close what is still open; for after the screen is gone, since a runner ends what it is at first."""
        while self._opened:
            self._opened.pop().close()
