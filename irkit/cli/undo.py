"""Undo a done step. The undo is planned and approved like any effect; that of a containment by somebody else."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_step, session
from irkit.cli.dispatch import talk
from irkit.cli.ordered import ordered
from irkit.engine.approval import OTHERS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_step(parser)
    parser.add_argument("--reason", default="", help="why")


def run(args: argparse.Namespace) -> int:
    """Record the order; the runner acts on it."""
    shown = session(args)
    code = ordered(shown, shown.orders.undo(args.step, args.reason))
    if shown.journal.state().step(args.step).has_cut:
        talk(f"it gives life back to what was cut: {OTHERS} must approve its plan (irkit approve)")
    return code
