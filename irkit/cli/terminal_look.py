"""How this terminal is drawn on: the arguments that say it, and what they stand for."""

from __future__ import annotations

import argparse
import os

from irkit.config import Config
from irkit.tui.look import Colour, Glyphs, Look, Terminal


def add_look(parser: argparse.ArgumentParser) -> None:
    """``--slow-terminal`` and ``--ascii``."""
    parser.add_argument("--slow-terminal", action="store_true", help="10 frames a second, no animation, no blinking")
    parser.add_argument("--ascii", action="store_true", help="no box drawings")


def look(config: Config, args: argparse.Namespace) -> Look:
    """How this terminal is drawn on; NO_COLOR is honoured (https://no-color.org)."""
    return Look(
        screens_folder=config.data_folder / "screens",
        colour=Colour.NONE if os.environ.get("NO_COLOR") else Colour.FULL,
        terminal=Terminal.SLOW if args.slow_terminal else Terminal.FAST,
        glyphs=Glyphs.ASCII if args.ascii else Glyphs.UNICODE,
    )
