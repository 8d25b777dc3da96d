"""Go on with an incident: show what is in doubt, probe, and ask."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_incident, config, session
from irkit.cli.display import SHOWN, Display, Follow, chosen
from irkit.cli.drift import tell_drift
from irkit.cli.leaked_text import add_secret, give_again
from irkit.cli.screen import open_screen
from irkit.cli.terminal_look import add_look
from irkit.engine.executor import Until
from irkit.errors import UsageError
from irkit.incident.events import Mode
from irkit.wiring.session import Session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument("--unattended", action="store_true", help="in a drill: a scripted responder goes on")
    add_secret(parser)
    parser.add_argument("--display", choices=[d.value for d in Display], help=SHOWN)
    add_look(parser)


def run(args: argparse.Namespace) -> int:
    """On the screen until one leaves it; without one, until only a human can go on. A drill keeps its colleague."""
    display, shown = chosen(args.display), session(args)
    give_again(args, shown)
    tell_drift(shown)
    if shown.opened.mode is not Mode.DRILL:
        if args.unattended:
            raise UsageError("nobody answers for you in a live incident", hint="leave --unattended out")
        return _go_on(args, display, shown)
    from irkit.cli.accompanied import Cloud, accompanied
    from irkit.wiring.people import Seat

    with accompanied(shown, Seat.SCRIPT if args.unattended else Seat.PERSON, Cloud.ENDS):
        return _go_on(args, display, shown)


def _go_on(args: argparse.Namespace, display: Display, shown: Session) -> int:
    if display is Display.TUI:
        return open_screen(config(args), args, shown)
    until = Until.SETTLED if args.unattended else Until.NOTHING_READY
    return Follow(shown, display, seen=shown.journal.state().seq).run(until)
