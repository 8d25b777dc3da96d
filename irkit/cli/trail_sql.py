"""One SELECT over a store of records: the view events, and others made of it. Read-only; no file, no network.

What the store covers is told with the rows, as with those of a question.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from irkit.cli.trail_answer import INCOMPLETE
from irkit.cli.trail_arguments import FORMATS, add_where
from irkit.cli.trail_cache import built, fetch
from irkit.cli.trail_cells import cell, safe_json
from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import say, tell_coverage
from irkit.cli.trail_written import Format, csv_row, opened, print_table
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Query
from irkit.errors import NotFound, UsageError
from irkit.wiring.trail import is_store, storable

if TYPE_CHECKING:
    from pydantic import JsonValue

    from irkit.cloudtrail.store.cached import Filed

_MOST_IN_A_TABLE = 10_000
"""A table must see all its rows before it writes the first."""
_AT_ONCE = 1_000
"""So many rows of a JSON document are in memory."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("text", nargs="?", metavar="SELECT", help='"SELECT call, count(*) FROM events GROUP BY call"')
    parser.add_argument("--columns", action="store_true", help="tell the columns and views that there are")
    add_where(parser)
    parser.add_argument("--format", choices=FORMATS, default=Format.TABLE.value)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the rows there instead of on stdout")


def run(args: argparse.Namespace) -> int:
    """Write the answer as it is read; the exit code."""
    from irkit.cloudtrail.store.sql import described, sql

    if args.columns:
        print_table(("name", "holds"), [list(each) for each in described()])
        return 0
    if not args.text:
        raise UsageError("what is the SELECT?", hint="irkit trail sql --columns tells what can be asked for")
    whence = Whence(args)
    if whence.stores is None:
        raise UsageError("--no-cache leaves nothing to ask", hint="SQL is answered from the store")
    found = storable(whence.texts, whence.reach)
    if len(found) != 1:
        raise UsageError("SQL is asked of one store: of files, or of one bucket", hint="--from logs/")
    raw, folder = found[0]
    if not is_store(folder):
        say("irkit trail: there is no store of it yet: it is built first")
        fetch(raw, folder, Query())
        built(raw, folder, whence)
    began = time.monotonic()
    counted = _Counted()
    with closing(sql(folder, args.text)) as answer, opened(args.output) as out:
        _written(answer.columns, counted.passing(answer.rows), Format(args.format), out)
    covers = _coverage(raw, folder)
    tell_coverage(covers, counted.rows, time.monotonic() - began)
    return 0 if covers.is_whole else INCOMPLETE


@dataclass
class _Counted:
    """How many rows went by."""

    rows: int = 0

    def passing(self, rows: Iterable[Sequence[JsonValue]]) -> Iterator[Sequence[JsonValue]]:
        """The same rows."""
        for row in rows:
            self.rows += 1
            yield row


def _coverage(raw: Filed, folder: Path) -> Coverage:
    """What the store has of its source. Raises ``NotFound`` when it is gone."""
    from irkit.cli.trail_settled import lacking
    from irkit.cloudtrail.store.holdings import Holdings
    from irkit.cloudtrail.store.stored import coverage

    holdings = Holdings.opened(folder)
    if holdings is None:
        raise NotFound(f"there is no store under {folder} any more", hint="irkit trail cache --build makes it")
    with closing(holdings):
        covers = coverage(holdings, Query())
        unread = tuple(skipped for each in holdings.unread.values() for skipped in each.told)
    covers = replace(covers, skipped=(*covers.skipped, *unread))
    if new := sum(1 for _ in lacking(raw, folder)):
        why = f"{new:,} of its files are not in the store as they are now: irkit trail cache --build adds them"
        return replace(covers, not_seen={raw.label: why})
    if isinstance(raw, LocalFiles):
        return covers
    return replace(covers, notes=(*covers.notes, f"SQL asks the store alone: {raw.label} was not looked at again"))


def _written(columns: Sequence[str], rows: Iterator[Sequence[JsonValue]], form: Format, out: TextIO) -> None:
    match form:
        case Format.TABLE:
            held = list(islice(rows, _MOST_IN_A_TABLE))
            print_table(columns, [[cell(each) for each in row] for row in held], out)
            if next(rows, None) is not None:
                say(f"irkit trail: only the first {_MOST_IN_A_TABLE:,} rows are shown: --format csv has all")
        case Format.CSV:
            print(csv_row(columns), end="", file=out)
            for row in rows:
                print(csv_row([cell(each) for each in row]), end="", file=out)
        case Format.JSONL:
            for row in rows:
                print(safe_json(_named(columns, row)), file=out)
        case Format.JSON:
            mark = "["
            while several := [_named(columns, row) for row in islice(rows, _AT_ONCE)]:
                out.write(mark + safe_json(several, indent=2).removeprefix("[").removesuffix("\n]"))
                mark = ","
            print("[]" if mark == "[" else "\n]", file=out)


def _named(columns: Sequence[str], row: Sequence[JsonValue]) -> Mapping[str, JsonValue]:
    return dict(zip(columns, row, strict=True))
