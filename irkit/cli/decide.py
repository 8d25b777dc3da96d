"""Answer a step that asks a human: one of its options, a text, or `yes` to confirm."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_step, session
from irkit.cli.ordered import ordered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_step(parser)
    parser.add_argument("answer", help="the option or the text")
    parser.add_argument("--reason", default="", help="why; the postmortem shows it")


def run(args: argparse.Namespace) -> int:
    """Record the answer."""
    shown = session(args)
    answer = shown.answer(args.step, args.answer, args.reason)
    return ordered(shown, shown.orders.decide(args.step, answer, args.reason))
