"""The records on a screen: questions as tables, pickers with counts, pivots, a histogram, the timeline."""

from __future__ import annotations

import argparse

from irkit.cli.trail_arguments import add_what, add_where, query
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.question import Follow
from irkit.errors import UsageError
from irkit.wiring.trail_screen import FIRST


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    from irkit.cli.terminal_look import add_look

    add_where(parser)
    add_what(parser)
    parser.add_argument("--question", choices=list(QUESTIONS), default=FIRST, help="the table to begin with")
    parser.add_argument(
        "--follow",
        choices=[each.value for each in Follow],
        default=Follow.MADE_FOR.value,
        help="made-for: also what services did for the callers (default); tree: also all that came of the keys",
    )
    add_look(parser)


def run(args: argparse.Namespace) -> int:
    """Show the screen until the user leaves.

    Raises:
        UsageError: there is no terminal to read keys from and to draw on, or the arguments are off.
    """
    from irkit.cli.dispatch import talk
    from irkit.cli.display import Display, chosen
    from irkit.cli.terminal_look import look
    from irkit.cli.trail_behind import build_behind
    from irkit.cli.trail_source import looked
    from irkit.tui.show_trail import show_trail
    from irkit.tui.trail_view import View
    from irkit.wiring.trail_screen import trail_desk

    try:
        chosen(Display.TUI)
    except UsageError as error:
        raise UsageError(error.message, hint="the other verbs answer as text: irkit trail --help") from None
    asked = looked(args, query(args))
    first = View(args.question, asked.query, Follow(args.follow))
    whence = asked.whence

    def behind(coverage: Coverage) -> None:
        build_behind(args, whence, coverage.counts)

    desk = trail_desk(whence.scope, whence.texts, whence.reach, first, behind)
    if words := show_trail(desk, look(whence.scope.config, args)):
        talk(words)
    return 0
