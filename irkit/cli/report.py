"""Write the postmortem as Markdown, every line backed by the journal."""

from __future__ import annotations

import argparse
from pathlib import Path

from irkit.cli.arguments import add_incident, session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="where to (default: the incident's folder); - is stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Write it and print where it is."""
    writer = session(args).postmortems
    if args.output == Path("-"):
        print(writer.text())
    else:
        print(writer.write(args.output))
    return 0
