"""Open the terminal UI, from a command."""

from __future__ import annotations

import argparse

from irkit.cli.dispatch import talk
from irkit.cli.display import EXIT_CODES, Display, chosen
from irkit.cli.terminal_look import look
from irkit.config import Config
from irkit.engine.executor import outcome
from irkit.tui.show import show
from irkit.wiring.desk import HomeDesk, SessionDesk
from irkit.wiring.session import Session


def open_screen(config: Config, args: argparse.Namespace, session: Session | None = None) -> int:
    """Show an incident, or the home screen; the exit code is that of the incident's standing.

    Raises:
        UsageError: there is no terminal to read keys from and to draw on (``chosen``).
    """
    chosen(Display.TUI)
    desk = SessionDesk(session).run_behind() if session is not None else None
    if words := show(HomeDesk(config), look(config, args), desk):
        talk(words)
    if session is None:
        return 0
    return EXIT_CODES[outcome(session.runbook, session.journal.state())]
