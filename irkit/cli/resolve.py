"""Settle an effect in doubt: irkit has probed, and a human says how to go on. Nothing is done twice by itself."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_step, session
from irkit.cli.ordered import ordered
from irkit.incident.events import Resolution


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_step(parser)
    parser.add_argument("resolution", type=Resolution, choices=list(Resolution), help="what the effect's fate is")
    parser.add_argument("--item", type=int, default=0, help="which item of a for_each (from 0)")


def run(args: argparse.Namespace) -> int:
    """Record it."""
    shown = session(args)
    return ordered(shown, shown.orders.resolve(args.step, args.item, args.resolution))
