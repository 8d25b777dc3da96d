"""Check that nobody altered an incident's journal. Names the first event that breaks."""

from __future__ import annotations

import argparse
from pathlib import Path

from irkit.cli.arguments import add_config, config
from irkit.cli.dispatch import talk
from irkit.incident.events import Mode
from irkit.incident.folder import found
from irkit.incident.verification import verification
from irkit.wiring.session import incidents_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("incident", help="the incident's id, or the path of a journal.db")
    parser.add_argument("--head", default="", help="a head hash written down earlier, to find a cut journal")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """0 when every event holds; 1 when one breaks."""
    path = Path(args.incident)
    if path.suffix != ".db":
        mode = Mode.DRILL if args.incident.startswith("DRILL-") else Mode.LIVE
        path = found(incidents_root(config(args), mode), args.incident).journal
    result = verification(path, args.head)
    if result.broken:
        talk(f"BROKEN: {result.broken}")
        talk(f"the {result.events} events before it hold")
        return 1
    print(f"ok: {result.events} events, head {result.head}")
    return 0
