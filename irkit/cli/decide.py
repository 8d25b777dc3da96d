"""Answer a step that asks a human: one of its options, some of them, a text, or `yes` to confirm.

Where several can be picked, each is an answer of its own; `none` picks none, and needs a reason.
"""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_step, session
from irkit.cli.ordered import ordered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_step(parser)
    parser.add_argument("answer", nargs="+", help="the option, several where several can be picked, or the text")
    parser.add_argument("--reason", default="", help="why; the postmortem shows it")


def run(args: argparse.Namespace) -> int:
    """Record the answer."""
    shown = session(args)
    answer = shown.answer(args.step, *args.answer, reason=args.reason)
    return ordered(shown, shown.orders.decide(args.step, answer, args.reason))
