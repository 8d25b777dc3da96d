"""Leave a step out, or give up its undo, with a reason."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_step, session
from irkit.cli.ordered import ordered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_step(parser)
    parser.add_argument("--reason", required=True, help="why; the postmortem shows it")


def run(args: argparse.Namespace) -> int:
    """Record the order; the runner acts on it."""
    shown = session(args)
    return ordered(shown, shown.orders.skip(args.step, args.reason))
