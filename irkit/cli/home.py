"""The terminal UI: open incidents, runbooks, and a place to start."""

from __future__ import annotations

import argparse

from irkit.cli.arguments import add_config, config
from irkit.cli.screen import open_screen
from irkit.cli.terminal_look import add_look


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_config(parser)
    add_look(parser)


def run(args: argparse.Namespace) -> int:
    """Show the home screen until the user leaves."""
    return open_screen(config(args), args)
