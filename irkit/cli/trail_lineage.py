"""The tree of sessions, keys, users and roles that came of a key, each with the call that made it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace

from irkit.cli.trail_arguments import add_output, add_what, add_where, query
from irkit.cli.trail_cells import names
from irkit.cli.trail_source import looked
from irkit.cli.trail_told import Teller, say, tell_coverage
from irkit.cli.trail_written import Format, Written, opened, write
from irkit.cloudtrail.lineage import Birth, Tree
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.question import Follow
from irkit.errors import UsageError

COLUMNS = ("what", "kind", "at", "until", "call", "ip", "account", "arn", "join")
"""Of the table."""
_EVERY = ("depth", "above", "join", *names(Birth))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("roots", nargs="*", metavar="KEY", help="access key ids, or ARNs of users and roles")
    add_where(parser)
    add_what(parser)
    add_output(parser)


def run(args: argparse.Namespace) -> int:
    """Follow the key to its last session, and write the tree; the exit code."""
    asked = query(args)
    arns = tuple(each for each in args.roots if each.startswith("arn:"))
    keys = tuple(each for each in args.roots if each not in arns)
    found = looked(args, replace(asked, keys=(*keys, *asked.keys), arns=(*arns, *asked.arns)))
    if not found.query.keys and not found.query.arns:
        raise UsageError("name the key to begin with", hint="irkit trail lineage AKIA... --from logs/")
    if found.query.keys and found.query.arns:
        raise UsageError("keys and ARNs cannot be asked for together", hint="ask twice")
    with Teller() as teller:
        answer = ask(found.source, QUESTIONS["activity"], found.query, Follow.TREE, teller.hear)
    tree = answer.tree or Tree(())
    rows = list(_rows(tree))
    form = Format(args.format)
    columns = COLUMNS if form is Format.TABLE else _EVERY
    about = {"question": "lineage", "title": "What came of the key", "source": found.source.label}
    with opened(args.output) as out:
        write(Written(columns, rows[: args.limit], about, answer.coverage), form, out)
    tell_coverage(answer.coverage, len(tree.births), teller.seconds, (*found.notes, *answer.notes))
    if not tree.births:
        say("  nothing came of it: it made no session, key, user or role in what was read")
    return 0 if answer.coverage.is_whole else 1


def _rows(tree: Tree) -> Iterator[Mapping[str, object]]:
    for depth, known, birth in tree.walk():
        what = f"{'   ' * (depth - 1)}{'└─ ' if depth else ''}{known}"
        if birth is None:
            yield {"depth": depth, "id": known, "what": what, "kind": "root"}
            continue
        told = {each.name: getattr(birth, each.name) for each in fields(birth)}
        yield {**told, "depth": depth, "above": tree.above(birth), "join": tree.join(birth).value, "what": what}
