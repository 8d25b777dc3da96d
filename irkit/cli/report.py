"""Write the postmortem as Markdown, every line backed by the journal."""

from __future__ import annotations

import argparse
from pathlib import Path

from irkit.cli.arguments import add_incident, session
from irkit.wiring.postmortem import Postmortems


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="where to (default: the incident's folder); - is stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Write it and print where it is."""
    shown = session(args)
    writer = Postmortems(shown.folder, shown.journal, shown.runbook)
    if args.output == Path("-"):
        print(writer.text())
        return 0
    place = args.output or shown.folder.path / "postmortem.md"
    writer.write_to(place)
    print(place)
    return 0
