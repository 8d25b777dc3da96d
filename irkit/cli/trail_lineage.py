"""The tree of sessions, keys, users and roles that came of a key, each with the call that made it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import cast

from irkit.cli.trail_answer import about, chosen, limited, ordered
from irkit.cli.trail_arguments import add_output, add_what, add_where, query
from irkit.cli.trail_source import looked
from irkit.cli.trail_told import Teller, say, tell_coverage
from irkit.cli.trail_written import Format, Written, opened, write
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.lineage import Branch, drawing
from irkit.cloudtrail.questions.question import Follow
from irkit.errors import UsageError
from irkit.tui.printable import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("roots", nargs="*", metavar="KEY", help="access key ids, or ARNs of users and roles")
    add_where(parser)
    add_what(parser)
    add_output(parser)
    parser.set_defaults(follow=Follow.TREE.value)


def run(args: argparse.Namespace) -> int:
    """Follow the key to its last session, and write the tree; the exit code."""
    arns = [each for each in args.roots if each.startswith("arn:")]
    args.arns, args.keys = [*arns, *args.arns], [*(each for each in args.roots if each not in arns), *args.keys]
    found = looked(args, query(args))
    if not found.query.keys and not found.query.arns:
        raise UsageError("name the key to begin with", hint="irkit trail lineage AKIA... --from logs/")
    if found.query.keys and found.query.arns:
        raise UsageError("keys and ARNs cannot be asked for together", hint="ask twice")
    question = QUESTIONS["lineage"]
    columns = chosen(args, question)
    with Teller() as teller:
        answer = ask(found.source, question, found.query, Follow.TREE, teller.hear)
    branches = cast("tuple[Branch, ...]", answer.rows)
    form = Format(args.format)
    notes = (*found.notes, *answer.notes)
    with opened(args.output) as out:
        if form is Format.TABLE and not args.columns and not args.sort and args.limit is None:
            print(_drawn(branches), file=out)
        else:
            rows = limited(ordered(branches, args.sort), args.limit)
            told = about(args, question, found, notes)
            write(Written(columns, rows, told, answer.coverage, bool(args.columns)), form, out)
    came = sum(each.depth > 0 for each in branches)
    tell_coverage(answer.coverage, came, teller.seconds, notes)
    if not came:
        say("  nothing came of it: it made no session, key, user or role in what was read")
    return 0 if answer.coverage.is_whole else 1


def _drawn(branches: Iterable[Branch]) -> str:
    return "\n".join(map(printable, drawing(branches).split("\n")))
