"""Carry out what is ready and approved, until only a human can go on."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_incident, session
from irkit.cli.display import Display, Follow
from irkit.cli.drift import tell_drift
from irkit.cli.leaked_text import add_secret, give_again
from irkit.engine.executor import Until


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    shows = [display.value for display in Display if display is not Display.TUI]
    add_secret(parser)
    parser.add_argument("--display", choices=shows, default=Display.PLAIN.value, help="how it is shown")
    parser.add_argument("--watch", action="store_true", help="stay, and act on approvals as they come")


def run(args: argparse.Namespace) -> int:
    """Run; the exit code is that of the incident's standing."""
    shown = session(args)
    give_again(args, shown)
    tell_drift(shown)
    follow = Follow(shown, Display(args.display), seen=shown.journal.state().seq)
    return follow.run(Until.ENDED if args.watch else Until.NOTHING_READY)
