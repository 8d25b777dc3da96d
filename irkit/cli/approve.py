"""Approve the plan of a step. The approval is of one plan, by its hash, as `irkit status` shows it."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_step, session
from irkit.cli.ordered import ordered
from irkit.errors import ApprovalInvalid
from irkit.incident.events import PlanHash

LEAST_DIGITS = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_step(parser)
    parser.add_argument("--plan", required=True, metavar="HASH", help="the hash of the plan you saw (8 digits or more)")
    parser.add_argument("--phrase", default="", help="what an irreversible plan asks to be typed")


def run(args: argparse.Namespace) -> int:
    """Record the approval; the runner acts on it."""
    shown = session(args)
    current = shown.journal.state().step(args.step).plan_hash or PlanHash("")
    if len(args.plan) < LEAST_DIGITS:
        raise ApprovalInvalid(f"{args.plan!r} is too short", hint=f"give {LEAST_DIGITS} digits of the hash or more")
    meant = current if current.startswith(args.plan) else PlanHash(args.plan)
    return ordered(shown, shown.orders.approve(args.step, meant, args.phrase))
