"""Go on with an incident: show what is in doubt, probe, and ask."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_incident, config, session
from irkit.cli.display import Display, Follow, chosen
from irkit.cli.drift import tell_drift
from irkit.cli.screen import open_screen
from irkit.cli.terminal_look import add_look
from irkit.engine.executor import Until
from irkit.incident.events import Mode
from irkit.wiring.session import Session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument("--display", choices=[d.value for d in Display], help="how it is shown")
    add_look(parser)


def run(args: argparse.Namespace) -> int:
    """On the screen until one leaves it; without one, until only a human can go on. A drill keeps its colleague."""
    display, shown = chosen(args.display), session(args)
    tell_drift(shown)
    if shown.opened.mode is not Mode.DRILL:
        return _go_on(args, display, shown)
    from irkit.cli.accompanied import Cloud, accompanied
    from irkit.drill.responder import colleague

    with accompanied(shown, [colleague(shown)], Cloud.ENDS):
        return _go_on(args, display, shown)


def _go_on(args: argparse.Namespace, display: Display, shown: Session) -> int:
    if display is Display.TUI:
        return open_screen(config(args), args, shown)
    return Follow(shown, display, seen=shown.journal.state().seq).run(Until.NOTHING_READY)
