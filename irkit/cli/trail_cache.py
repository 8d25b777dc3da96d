"""The stores that make later questions fast: list them, build the one of a source, or drop it."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cli.trail_arguments import add_where
from irkit.cli.trail_behind import ABOUT, begin
from irkit.cli.trail_cells import cell, safe_json, stamp
from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import Teller, say
from irkit.cli.trail_written import print_table
from irkit.cloudtrail.hear_out import hear_out
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import Batch
from irkit.errors import IrkitError, UsageError
from irkit.wiring.trail import storable

if TYPE_CHECKING:
    from irkit.cloudtrail.store.cached import Filed

COLUMNS = ("source", "files", "events", "first_at", "last_at", "mb", "folder")
_MEGA = 1_000_000
_NO_EVENTS = ("none",)
"""No event has such an id."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--build", action="store_true", help="read what the store does not have, and wait for it")
    what.add_argument("--drop", action="store_true", help="take the store of the source away")
    parser.add_argument("--json", action="store_true", help="the list, for programs")
    parser.add_argument("--behind", action="store_true", help=argparse.SUPPRESS)
    add_where(parser)


def run(args: argparse.Namespace) -> int:
    """Do it; the exit code."""
    whence = Whence(args)
    stores = whence.stores
    if stores is None:
        raise UsageError("--no-cache leaves nothing to do here")
    if not args.build and not args.drop:
        return _listed(args, stores)
    found = storable(whence.texts, whence.reach)
    if not found:
        raise UsageError("only files and buckets have a store", hint="irkit trail cache --build --from logs/")
    if args.drop:
        import shutil

        for _, folder in found:
            shutil.rmtree(folder, ignore_errors=True)
            say(f"irkit trail: {folder} is taken away")
        return 0
    if args.behind:
        os.nice(19)
    else:
        for raw, folder in found:
            fetch(raw, folder, Query())
    return max([built(raw, folder, whence) for raw, folder in found])


def fetch(raw: Filed, folder: Path, query: Query) -> None:
    """Have the objects of a bucket here that a query may need and the store does not have: it is built of what is here.

    Nothing for other sources. Raises ``OutsideError`` when nothing can be had.
    """
    if isinstance(raw, LocalFiles):
        return
    from irkit.cloudtrail.bucket import TrailBucket  # AWS's client: 70 ms, that questions of files do without
    from irkit.cloudtrail.store.cached import Cached

    if not isinstance(raw, TrailBucket):
        return
    nothing = Query(windows=query.windows, accounts=query.accounts, regions=query.regions, event_ids=_NO_EVENTS)
    with Teller() as teller, closing(Cached(raw, folder).look(nothing)) as look:
        for batch in look:
            teller.hear(batch)


def built(raw: Filed, folder: Path, whence: Whence) -> int:
    """Build one store; 1 when a file could not be read. Raises what building raises: ``StoreUnwritable`` and others."""
    from irkit.cloudtrail.store.cached import Cached
    from irkit.cloudtrail.store.manifest import unwritable

    try:
        begin(folder, whence)
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error
    with Teller() as teller:
        done = hear_out(Cached(raw, folder).build(), lambda progress: teller.hear(Batch((), progress)))
    say(
        f"irkit trail: {done.files:,} files with {done.events:,} events were added to the store, {teller.seconds:.1f} s"
    )
    for each in done.skipped:
        say(f"  NOT READ: {each.at.text} ({each.why})")
    return 1 if done.skipped else 0


def _listed(args: argparse.Namespace, stores: Path) -> int:
    rows = list(_stores(stores))
    if args.json:
        print(safe_json(rows, indent=2))
    elif rows:
        print_table(COLUMNS, [[cell(row[name]) for name in COLUMNS] for row in rows])
    else:
        say("irkit trail: there is no store yet: irkit trail cache --build --from logs/")
    return 0


def _stores(root: Path) -> Iterator[Mapping[str, object]]:
    from irkit.cloudtrail.store.holdings import Holdings

    for about in sorted(root.glob(f"*/{ABOUT}")):
        folder = about.parent
        told = json.loads(about.read_text(encoding="utf-8"))
        row: dict[str, object] = {
            "source": told["source"],
            "folder": str(folder),
            "mb": round(_size(folder) / _MEGA, 1),
        }
        try:
            holdings = Holdings.opened(folder)
        except IrkitError as error:
            yield {**dict.fromkeys(COLUMNS), **row, "source": [*told["source"], f"({error.message})"]}
            continue
        if holdings is None:
            yield {**dict.fromkeys(COLUMNS), **row}
            continue
        with closing(holdings):
            totals = holdings.totals(Query())
            times = {"first_at": _at(totals.first), "last_at": _at(totals.last)}
            yield {**row, "files": totals.files, "events": totals.events - totals.doubles, **times}


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def _at(microseconds: int | None) -> str | None:
    return None if microseconds is None else stamp(_EPOCH + timedelta(microseconds=microseconds))
