"""The application of ``irkit trail``: the screen of a CloudTrail alone."""

from __future__ import annotations

from irkit.tui.look import Look
from irkit.tui.screens.trail import TrailScreen
from irkit.tui.stage import Stage
from irkit.tui.trail_desk import TrailDesk


class TrailApp(Stage):
    """Gives the words to print after it."""

    def __init__(self, desk: TrailDesk, look: Look) -> None:
        super().__init__(look)
        self._desk = desk

    def on_mount(self) -> None:
        """Show the screen."""
        self.leave_when_told()
        self.push_screen(TrailScreen(self._desk, self.look))
