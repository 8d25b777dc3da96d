"""One question of ``irkit trail``: look, stream what is found, write the rows, say what they cover."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TextIO, TypeVar

from irkit.cli.trail_arguments import add_output, add_what, add_where, query
from irkit.cli.trail_behind import build_behind
from irkit.cli.trail_cells import as_json, cell, names, rank
from irkit.cli.trail_gauge import AS_COLUMNS, MOST, Gauge, TooManyError
from irkit.cli.trail_source import Looked, looked
from irkit.cli.trail_stream import Stream, preview
from irkit.cli.trail_told import Teller, say, tell_coverage
from irkit.cli.trail_written import Format, Written, opened, write
from irkit.cloudtrail.query import Spare
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Answer, Asked, Follow, Question
from irkit.errors import UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from irkit.cli.trail_wide import WideRows
    from irkit.cloudtrail.coverage import Coverage
    from irkit.cloudtrail.source import Batch

Row = TypeVar("Row")
INCOMPLETE = 1
INTERRUPTED = 130
COUNTED_NOTE = "counted where the records lie: calls that services made stand under the services' own addresses"
_COUNTED = "seen"
"""The question that can be counted without its records."""
_STREAMED = "activity"
"""The question whose rows are each made of one record, so that they can be shown as they are found."""


class _Found(NamedTuple):
    """What there is to write and to tell."""

    rows: Sequence[object] | WideRows
    coverage: Coverage
    notes: tuple[str, ...]


def no_more(answer: Answer[object]) -> tuple[str, ...]:
    """Nothing more is to be told."""
    del answer
    return ()


More = Callable[[Answer[object]], tuple[str, ...]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_where(parser)
    add_what(parser)
    parser.add_argument(
        "--follow",
        choices=[each.value for each in Follow],
        default=Follow.MADE_FOR.value,
        help="made-for: also what services did for the callers (default); tree: also all sessions, keys and users that "
        "came of the keys; alone: neither",
    )
    add_output(parser)
    parser.add_argument("--most", type=int, default=MOST, metavar="N", help=f"records to hold in memory ({MOST:,})")
    parser.add_argument(
        "--dry-run", action="store_true", help="tell the SQL, its cost, the files to fetch; run nothing"
    )


def answered(args: argparse.Namespace, question: Question[object], more: More = no_more) -> int:
    """Ask a question, and write the answer as the arguments say; ``more`` is told beside the coverage."""
    columns = chosen(args, question)
    asked = looked(args, query(args))
    if args.dry_run:
        from irkit.cli.trail_dry_run import dry_run

        return dry_run(asked, question.needs(asked.query))
    try:
        with opened(args.output) as out, closing(_asked(args, question, asked, columns, out, more)) as written:
            write(written, Format(args.format), out)
    except KeyboardInterrupt:
        say("irkit trail: interrupted; the rows so far are not the answer (--format jsonl writes them as they come)")
        return INTERRUPTED
    build_behind(args, asked.whence, written.coverage.counts)
    return 0 if written.coverage.is_whole else INCOMPLETE


def _asked(
    args: argparse.Namespace,
    question: Question[object],
    asked: Looked,
    columns: tuple[str, ...],
    out: TextIO,
    more: More,
) -> Written:
    """Ask, and stream what can be streamed; what remains to be written."""
    stream = Stream(question, asked.query, columns, out) if _is_streamed(args, question) else None
    with Teller(preview(question, asked.query) if _is_previewed(args, question, out) else None) as teller:
        found = _found(args, question, asked, (stream, teller), more)
    tell_coverage(found.coverage, len(found.rows) + (stream.count if stream else 0), teller.seconds, found.notes)
    told, is_chosen = about(args, question, asked, found.notes), bool(args.columns)
    if isinstance(found.rows, Sequence):
        shown = limited(ordered(found.rows, args.sort), args.limit)
        return Written(columns, shown, told, found.coverage, is_chosen)
    rows = found.rows.ordered(args.sort).limited(args.limit)
    return Written(columns, rows, told, found.coverage, is_chosen, rows.close)


def _found(
    args: argparse.Namespace,
    question: Question[object],
    asked: Looked,
    ears: tuple[Stream | None, Teller],
    more: More,
) -> _Found:
    """The rows by the way that takes least: counted where they lie, streamed, or asked for, in memory or on disk."""
    stream, teller = ears
    if args.follow == Follow.ALONE.value and question.id == _COUNTED:
        from irkit.cli.trail_counted import counted

        if (done := counted(asked, teller)) is not None:
            return _Found(done.rows, done.coverage, (*asked.notes, COUNTED_NOTE, *done.notes))
    with suppress(TooManyError):
        return _held(args, question, asked, ears, more)
    from irkit.cli.trail_wide import wide

    teller.found = 0
    found = wide(question, asked, Follow(args.follow), teller.hear)
    rows = found.rows if stream is None else replace(found.rows, written=stream.written)
    return _Found(rows, found.coverage, (*asked.notes, *found.notes))


def _held(
    args: argparse.Namespace,
    question: Question[object],
    asked: Looked,
    ears: tuple[Stream | None, Teller],
    more: More,
) -> _Found:
    """The answer, in memory. Raises ``TooManyError`` when that is too much, and there is another way."""
    stream, teller = ears
    follow = Follow(args.follow)

    def otherwise() -> bool:
        from irkit.cli.trail_wide import stored
        from irkit.cloudtrail.questions.sliced import is_sliceable

        return more is no_more and is_sliceable(question, follow) and stored(asked) is not None

    is_through = follow is Follow.ALONE and stream is not None
    columned = question.columned if stream is None and not args.sort else None
    gauge = Gauge(None if is_through else args.most, otherwise, 1 if columned is None else AS_COLUMNS)

    def hear(batch: Batch) -> None:
        teller.hear(batch)
        gauge.hear(batch)
        if stream is not None and not is_through:
            stream.hear(batch)

    if stream is not None and is_through:
        return _Found((), stream.through(asked.source, hear), asked.notes)
    rest = stream.rest if stream is not None else question if columned is None else replace(question, rows=_none)
    # What came of keys is read from what is kept for that, which is asked for whole.
    spare = tuple(Spare) if columned is not None and follow is not Follow.TREE else ()
    answer = ask(asked.source, rest, replace(asked.query, spare=spare), follow, hear)
    rows = answer.rows if columned is None else columned(answer.asked)
    return _Found(rows, answer.coverage, (*asked.notes, *answer.notes, *more(answer)))


def _none(_: Asked) -> tuple[object, ...]:
    return ()


def chosen(args: argparse.Namespace, question: Question[object]) -> tuple[str, ...]:
    """The columns to write: a table has the question's own, the other formats have all. Raises ``UsageError``."""
    every = names(question.row)
    named = [each.strip() for each in (args.columns or "").split(",") if each.strip()]
    sort = [args.sort.removeprefix("-")] if args.sort else []
    for each in (*named, *sort):
        if each not in {"all", *every}:
            raise UsageError(f"{question.id} has no column {each!r}", hint=f"it has {', '.join(every)}")
    if args.limit is not None and args.limit < 1:
        raise UsageError("--limit must be 1 or more")
    if named and named != ["all"]:
        return tuple(named)
    return question.columns if args.format == Format.TABLE and not named else every


def limited(rows: Sequence[Row], most: int | None) -> Sequence[Row]:
    """The first ones; how many are left out is told."""
    kept = rows[:most]
    if len(kept) < len(rows):
        say(f"  {len(rows) - len(kept):,} more rows are left out by --limit {most}")
    return kept


def ordered(rows: Sequence[Row], sort: str | None) -> Sequence[Row]:
    """By a column, ``-column`` from the greatest; rows without a value come last. None: as they are."""
    if sort is None:
        return rows
    value = attrgetter(sort.removeprefix("-"))
    filled = [row for row in rows if cell(value(row))]
    empty = [row for row in rows if not cell(value(row))]
    return sorted(filled, key=lambda row: rank(value(row)), reverse=sort.startswith("-")) + empty


def about(
    args: argparse.Namespace, question: Question[object], asked: Looked, notes: Sequence[str]
) -> Mapping[str, JsonValue]:
    """What was asked, where, and how far: for the JSON document."""
    given = {each.name: as_json(getattr(asked.query, each.name)) for each in fields(asked.query)}
    windows: JsonValue = [{"start": as_json(each.start), "end": as_json(each.end)} for each in asked.query.windows]
    return {
        "question": question.id,
        "title": question.title,
        "source": asked.source.label,
        "query": {**{name: value for name, value in given.items() if value}, "windows": windows},
        "follow": args.follow,
        "notes": list(notes),
    }


def _is_streamed(args: argparse.Namespace, question: Question[object]) -> bool:
    return bool(question.id == _STREAMED and args.format == Format.JSONL and not args.sort and args.limit is None)


def _is_previewed(args: argparse.Namespace, question: Question[object], out: TextIO) -> bool:
    return bool(question.id == _STREAMED and args.format == Format.TABLE and out.isatty())
