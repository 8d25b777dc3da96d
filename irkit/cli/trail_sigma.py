"""What Sigma rules (logsource aws, cloudtrail) say of the records: a row a rule and record that it is true of."""

from __future__ import annotations

import argparse
from pathlib import Path

from irkit.cli import trail_answer
from irkit.cli.trail_answer import answered
from irkit.cloudtrail.questions.question import Answer
from irkit.cloudtrail.sigma.hits import sigma_question, unsure
from irkit.cloudtrail.sigma.ruleset import ruleset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("rules", type=Path, metavar="DIR", help="the folder of the rules (*.yml), or one of them")
    trail_answer.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Evaluate the rules; the exit code."""
    return told_by(args.rules, args)


def told_by(rules: Path, args: argparse.Namespace) -> int:
    """Evaluate the rules of a folder over the records that the arguments ask for; the exit code."""
    found = ruleset(rules)

    def more(answer: Answer[object]) -> tuple[str, ...]:
        return (*found.notes, *unsure(found, answer.records))

    return answered(args, sigma_question(found), more)
