"""What happened, in UTC, each row with the journal event behind it."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_incident, session
from irkit.cli.display import show_json, show_plain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument("--format", choices=["text", "json"], default="text", help="text, or one event a line")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    show = show_json if args.format == "json" else show_plain
    for record in session(args).journal.records():
        show(record)
    return 0
