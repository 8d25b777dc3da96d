"""Close an incident that has come to its end, and write its postmortem. After it only notes are taken."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_incident, session
from irkit.cli.ordered import ordered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)


def run(args: argparse.Namespace) -> int:
    """Record it, and write the postmortem as it now stands."""
    shown = session(args)
    record = shown.orders.close()
    shown.postmortems.write()
    return ordered(shown, record)
