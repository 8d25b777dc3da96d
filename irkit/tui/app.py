"""The application: opens screens, hands them what they need, and leaves the terminal as it was."""

from __future__ import annotations

import asyncio
import signal
import threading
from functools import partial
from typing import ClassVar

from rich.segment import Segments
from rich.traceback import Traceback
from textual import events, on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.widgets import Input

from irkit.errors import IrkitError
from irkit.tui.ascii_twins import AsciiTwins
from irkit.tui.board import Board
from irkit.tui.desk import Desk, IncidentDesk
from irkit.tui.look import Colour, Glyphs, Look, Terminal
from irkit.tui.messages import DeskFailed, DeskOpened, LeaveAsked, OpenAsked, StartAsked
from irkit.tui.palette import KeyProvider
from irkit.tui.screens.home import HomeScreen
from irkit.tui.screens.incident import IncidentScreen
from irkit.tui.screens.placed import PlacedScreen


class IrkitApp(App[str]):
    """Gives, when it ends, words to print after the screen is gone (how to come back).

    Begins at home, or at ``first`` when there is one. What it opened it closes, whatever way it ends.
    """

    CSS_PATH = "irkit.tcss"
    COMMANDS: ClassVar = {KeyProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave_now", "Leave", show=False, priority=True),
        Binding("ctrl+c", "leave_now", "Leave", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, look: Look, first: IncidentDesk | None = None) -> None:
        super().__init__(ansi_color=True if look.colour is Colour.NONE else None)
        self.theme = "ansi-dark" if look.colour is Colour.NONE else "textual-dark"
        if look.terminal is Terminal.SLOW:
            self.animation_level = "none"
        if look.glyphs is Glyphs.ASCII:
            self._filters.append(AsciiTwins())
        self._desk = desk
        self._look = look
        self._first = first
        self._opened: list[IncidentDesk] = []
        self.set_keymap(dict(look.keymap))

    def on_mount(self) -> None:
        """Show the first screen."""
        self._leave_when_told()
        self.push_screen(HomeScreen(self._desk, self._look))
        if self._first is not None:
            self.post_message(DeskOpened(self._first))

    def _leave_when_told(self) -> None:
        """SIGTERM, and SIGHUP of a terminal that went away, leave as a key does: the runner stops in good order."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.action_leave_now)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A blinking cursor is a frame every half second: not on a slow terminal."""
        if self._look.terminal is Terminal.SLOW and isinstance(event.widget, Input):
            event.widget.cursor_blink = False

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
        self.push_screen(IncidentScreen(Board(message.desk, self._look)), lambda _: self._close(message.desk))

    @on(DeskFailed)
    def _failed(self, message: DeskFailed) -> None:
        text = f"{message.error.message}\n{message.error.hint}"
        self.notify(text, severity="error", markup=False, timeout=15)

    @on(LeaveAsked)
    def _leave(self, message: LeaveAsked) -> None:
        self.exit(message.words)

    def action_leave_now(self) -> None:
        """Leave without a question: nothing recorded can be lost, and everything can be resumed."""
        placed = [screen for screen in self.screen_stack if isinstance(screen, PlacedScreen)]
        self.exit(placed[-1].words if placed else "")

    def _fatal_error(self) -> None:
        """Textual's own prints the local variables of every frame, and one of them may be a secret being typed."""
        shown = self.console.render(Traceback(show_locals=False), self.console.options)
        self._exit_renderables.append(Segments(shown))
        self._close_messages_no_wait()

    def _close(self, desk: IncidentDesk) -> None:
        self._opened.remove(desk)
        self.run_worker(desk.close, thread=True, group="close")

    def close_desks(self) -> None:
        """Close what is still open; for after the screen is gone, since a runner ends what it is at first."""
        while self._opened:
            self._opened.pop().close()
