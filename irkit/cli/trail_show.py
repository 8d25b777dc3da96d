"""Records as CloudTrail wrote them, by event id or locator: what stands behind a row of an answer."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from irkit.cli.trail_arguments import add_where
from irkit.cli.trail_cells import safe_json
from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import Teller, say, tell_coverage
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw_text import raw_text, raw_texts
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import found
from irkit.errors import NotFound
from irkit.wiring.trail import opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("names", nargs="+", metavar="EVENT", help="event ids, or locators (the last column of a row)")
    add_where(parser)


def run(args: argparse.Namespace) -> int:
    """Print each record, indented; the exit code is 1 when one is not found."""
    whence = Whence(args)
    for text in texts(whence, args.names):
        try:
            told = safe_json(json.loads(text), indent=2)
        except ValueError:
            told = safe_json(text)
        print(told)
    return 0


def texts(whence: Whence, names: list[str]) -> Iterator[str]:
    """The raw texts. Raises ``NotFound`` for an event that the source does not have."""
    located = [each for each in names if is_locator(each)]
    for each in located:
        yield raw_text(Locator.read(each), whence.clients)
    ids = [each for each in names if each not in located]
    if ids:
        yield from (raw_of(one, whence) for one in by_id(whence, ids))


def is_locator(name: str) -> bool:
    """Whether a name is a locator with an offset rather than an event's id."""
    return Locator.read(name).offset >= 0


def by_id(whence: Whence, ids: list[str]) -> tuple[Record, ...]:
    """The records of event ids, oldest first. Raises ``NotFound`` when one is not there; the coverage is told then."""
    source = opened(whence.texts, whence.reach)
    with Teller() as teller:
        answer = found(source, Query(event_ids=tuple(dict.fromkeys(ids))), teller.hear)
    missing = sorted(set(ids) - {one.event_id for one in answer.records})
    if missing:
        tell_coverage(answer.coverage, len(answer.records), teller.seconds)
        raise NotFound(f"there is no event {', '.join(missing)} in {source.label}", hint="is it in another source?")
    return answer.records


def raw_of(one: Record, whence: Whence) -> str:
    """A record's raw text, read again where it is not at hand. Raises ``NotFound`` when it is not to be had."""
    if one.text:
        return one.text
    say(f"irkit trail: {one.event_id} lies at {one.locator.text}")
    texts = raw_texts([one], whence.clients)
    if one.event_id not in texts:
        raise NotFound(f"{one.event_id} cannot be read at {one.locator.text}", hint="was the file moved or replaced?")
    return texts[one.event_id]
