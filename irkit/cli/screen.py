"""Open the terminal UI, from a command."""

from __future__ import annotations

import argparse
import os

from irkit.cli.dispatch import talk
from irkit.cli.display import EXIT_CODES, Display, chosen
from irkit.config import Config
from irkit.engine.executor import outcome
from irkit.tui.look import Colour, Glyphs, Look, Terminal
from irkit.tui.show import show
from irkit.wiring.desk import HomeDesk, SessionDesk
from irkit.wiring.session import Session


def add_look(parser: argparse.ArgumentParser) -> None:
    """``--slow-terminal`` and ``--ascii``."""
    parser.add_argument("--slow-terminal", action="store_true", help="10 frames a second, no animation, no blinking")
    parser.add_argument("--ascii", action="store_true", help="no box drawings")


def look(config: Config, args: argparse.Namespace) -> Look:
    """How this terminal is drawn on; NO_COLOR is honoured (https://no-color.org)."""
    return Look(
        screens_folder=config.data_folder / "screens",
        colour=Colour.NONE if os.environ.get("NO_COLOR") else Colour.FULL,
        terminal=Terminal.SLOW if args.slow_terminal else Terminal.FAST,
        glyphs=Glyphs.ASCII if args.ascii else Glyphs.UNICODE,
    )


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
