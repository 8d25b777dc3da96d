"""Go on with an incident: show what is in doubt, probe, and ask."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_incident, config, session
from irkit.cli.display import Display, Follow, chosen
from irkit.cli.drift import tell_drift
from irkit.cli.screen import add_look, open_screen
from irkit.engine.executor import Until


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument("--display", choices=[d.value for d in Display], help="how it is shown")
    add_look(parser)


def run(args: argparse.Namespace) -> int:
    """On the screen until one leaves it; without one, until only a human can go on."""
    display, shown = chosen(args.display), session(args)
    tell_drift(shown)
    if display is Display.TUI:
        return open_screen(config(args), args, shown)
    return Follow(shown, display, seen=shown.journal.state().seq).run(Until.NOTHING_READY)
