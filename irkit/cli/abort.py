"""Stop the runbook: nothing more is begun. What is under way is finished and journalled."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_incident, session
from irkit.cli.ordered import ordered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument("--reason", required=True, help="why; the postmortem shows it")


def run(args: argparse.Namespace) -> int:
    """Record it."""
    shown = session(args)
    return ordered(shown, shown.orders.abort(args.reason))
