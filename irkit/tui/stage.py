"""An application dressed by a ``Look`` that leaves in good order: what all of irkit's terminal UIs share."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import ClassVar

from rich.segment import Segments
from rich.traceback import Traceback
from textual import events, on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.widgets import Input

from irkit.tui.ascii_twins import AsciiTwins
from irkit.tui.look import Colour, Glyphs, Look, Terminal
from irkit.tui.messages import LeaveAsked
from irkit.tui.palette import KeyProvider
from irkit.tui.screens.placed import PlacedScreen


class Stage(App[str]):
    """Gives, when it ends, words to print after the screen is gone."""

    CSS_PATH = "irkit.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (14, "-high")]  # noqa: RUF012 - Textual's own declaration
    COMMANDS: ClassVar = {KeyProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave_now", "Leave", show=False, priority=True),
        Binding("ctrl+c", "leave_now", "Leave", show=False, priority=True),
    ]

    def __init__(self, look: Look) -> None:
        super().__init__(ansi_color=True if look.colour is Colour.NONE else None)
        self.theme = "ansi-dark" if look.colour is Colour.NONE else "textual-dark"
        if look.terminal is Terminal.SLOW:
            self.animation_level = "none"
        if look.glyphs is Glyphs.ASCII:
            self._filters.append(AsciiTwins())
        self.look = look
        self.set_keymap(dict(look.keymap))

    def leave_when_told(self) -> None:
        """SIGTERM, and SIGHUP of a terminal that went away, leave as a key does: all is ended in good order."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self.action_leave_now)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A blinking cursor is a frame every half second: not on a slow terminal."""
        if self.look.terminal is Terminal.SLOW and isinstance(event.widget, Input):
            event.widget.cursor_blink = False

    @on(LeaveAsked)
    def _leave(self, message: LeaveAsked) -> None:
        self.exit(message.words)

    def action_leave_now(self) -> None:
        """Leave without a question: nothing recorded can be lost."""
        placed = [screen for screen in self.screen_stack if isinstance(screen, PlacedScreen)]
        self.exit(placed[-1].words if placed else "")

    def _fatal_error(self) -> None:
        """Textual's own prints the local variables of every frame, and one of them may be a secret being typed."""
        shown = self.console.render(Traceback(show_locals=False), self.console.options)
        self._exit_renderables.append(Segments(shown))
        self._close_messages_no_wait()
