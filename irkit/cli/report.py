"""Write the postmortem as Markdown, every line backed by the journal."""

from __future__ import annotations

import argparse
from pathlib import Path

from irkit.cli.arguments import add_incident, session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    where = "where to (default: the incident's folder), its annex beside it; - is stdout, page and annex in one"
    parser.add_argument("--output", type=Path, metavar="FILE", help=where)


def run(args: argparse.Namespace) -> int:
    """Write it and print where it is."""
    writer = session(args).postmortems
    if args.output == Path("-"):
        print(writer.text())
    else:
        print(writer.write(args.output))
    return 0
