"""Write a note into the journal."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_incident, session
from irkit.cli.ordered import ordered
from irkit.runbook.model import StepId


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument("text", help="what to remember")
    parser.add_argument("--step", type=StepId, help="the step it is about")


def run(args: argparse.Namespace) -> int:
    """Record it."""
    shown = session(args)
    return ordered(shown, shown.orders.note(args.text, args.step))
