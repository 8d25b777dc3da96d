"""The incidents on this machine, oldest first."""

from __future__ import annotations

import argparse
import json

from irkit.cli.arguments import add_config, config
from irkit.cli.dispatch import talk
from irkit.tui.printable import printable
from irkit.wiring.cards import cards


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace) -> int:
    """Print a line an incident."""
    shown = cards(config(args))
    for card in shown:
        if args.json:
            print(json.dumps({"incident": card.incident, "title": card.title, "mode": card.mode, "words": card.words}))
        else:
            opened = f"{card.incident:<10} {card.opened_at:%Y-%m-%d %H:%M}Z  {card.mode.value:<8}"
            print(printable(f"{opened} {card.title}: {card.words}"))
    if not shown:
        talk("no incidents yet; irkit respond key_leak opens one, irkit drill rehearses")
    return 0
