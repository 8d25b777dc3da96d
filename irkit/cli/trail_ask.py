"""One question of ``irkit trail``, by its verb; with ``--sigma`` what Sigma rules say instead."""

from __future__ import annotations

import argparse
from pathlib import Path

from irkit.cli import trail_answer
from irkit.cli.trail_answer import answered
from irkit.cloudtrail.questions.catalog import QUESTIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    trail_answer.add_arguments(parser)
    parser.add_argument("--sigma", type=Path, metavar="DIR", help="tell instead what the Sigma rules there say of them")


def run(args: argparse.Namespace) -> int:
    """Ask, and write the answer; the exit code."""
    if args.sigma is None:
        return answered(args, QUESTIONS[args.verb])
    from irkit.cli.trail_sigma import told_by

    return told_by(args.sigma, args)
