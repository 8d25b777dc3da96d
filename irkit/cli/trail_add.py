"""Put CloudTrail records into an incident's timeline, at their own time, cited by id, locator and hash."""

from __future__ import annotations

import argparse

from irkit.cli.trail_arguments import add_where
from irkit.cli.trail_show import by_id, is_locator, raw_of
from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import say
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.raw_text import raw_text
from irkit.cloudtrail.record import record
from irkit.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("names", nargs="+", metavar="EVENT", help="event ids, or locators (the last column of a row)")
    parser.add_argument("--why", default="", metavar="TEXT", help="what it means, in a few words")
    add_where(parser)


def run(args: argparse.Namespace) -> int:
    """Journal the records that are not in the timeline yet, and say so; the exit code."""
    from irkit.tui.activity import activity
    from irkit.wiring.trail_notes import add_to_timeline

    if not args.incident:
        raise UsageError("name the incident", hint="irkit trail add EVENT-ID --incident INC-0001 --from logs/")
    whence = Whence(args)
    session = whence.scope.session
    if session is None:
        raise UsageError(f"{args.incident} is no incident")
    located = [Locator.read(each) for each in args.names if is_locator(each)]
    records = [record(raw_text(each, whence.clients), each) for each in located]
    if ids := [each for each in args.names if not is_locator(each)]:
        records += by_id(whence, ids)
    added = add_to_timeline(session, records, lambda one: raw_of(one, whence), args.why)
    for each in added.records:
        for line in activity(each):
            print(line)
    if added.known:
        say(f"irkit trail: {added.known} of them stood in the timeline already")
    return 0
