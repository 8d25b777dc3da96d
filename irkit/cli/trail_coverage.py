"""What a source has: accounts, regions and times of its files by their names, and what the trails record at all."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from irkit.cli.trail_arguments import FORMATS, add_where, add_window, window
from irkit.cli.trail_cells import cell, safe_json
from irkit.cli.trail_cells import stamp as text_of
from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import say
from irkit.cli.trail_written import Format, csv_row, opened, print_table
from irkit.cloudtrail.layout import named
from irkit.cloudtrail.places import Kind, Place, places
from irkit.cloudtrail.query import Query

_MEGA = 1_000_000
_DAY = timedelta(days=1)
_SHOWN = 20
COLUMNS = ("kind", "account", "region", "files", "mb", "first_at", "last_at", "days", "days_without")


@dataclass
class _Group:
    """Files of one kind, account and region."""

    files: int = 0
    size: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    def take(self, size: int, at: datetime | None) -> None:
        self.files += 1
        self.size += size
        if at is not None:
            self.first_at = min(self.first_at or at, at)
            self.last_at = max(self.last_at or at, at)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_where(parser)
    add_window(parser)
    parser.add_argument("--format", choices=FORMATS, default=Format.TABLE.value)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the rows there instead of on stdout")


def run(args: argparse.Namespace) -> int:
    """Tell what there is; 1 when a part of it could not be looked at."""
    whence = Whence(args)
    asked = Query(windows=window(args))
    named_places = places(whence.texts)
    notes: list[str] = []
    rows = [row for each in named_places for row in _rows(each, whence, asked, notes)]
    with opened(args.output) as out:
        match Format(args.format):
            case Format.TABLE:
                if rows:
                    print_table(COLUMNS, [[cell(row[name]) for name in COLUMNS] for row in rows], out)
            case Format.CSV:
                print(csv_row(COLUMNS), end="", file=out)
                for row in rows:
                    print(csv_row([cell(row[name]) for name in COLUMNS]), end="", file=out)
            case Format.JSON:
                print(safe_json({"rows": rows, "notes": notes}, indent=2), file=out)
            case Format.JSONL:
                for row in rows:
                    print(safe_json(row), file=out)
                print(safe_json({"notes": notes}), file=out)
    for note in notes:
        say(f"irkit trail: {note}")
    return 1 if any(note.startswith("NOT READ") for note in notes) else 0


def _rows(one: Place, whence: Whence, asked: Query, notes: list[str]) -> Iterator[Mapping[str, object]]:
    match one.kind:
        case Kind.FILES:
            from irkit.cloudtrail.raw.walking import walked

            found = walked([Path(one.name)])
            notes += [f"NOT READ: {each.at.text} ({each.why})" for each in found.skipped[:_SHOWN]]
            yield from _grouped((file.place, file.size) for file in found.files)
            notes.append("what the trail was not told to record is in no file: its selectors say (needs AWS)")
        case Kind.BUCKET:
            from irkit.cloudtrail.bucket_listing import Listing
            from irkit.cloudtrail.trails import trail_notes

            listing = Listing(whence.clients().s3, one.name, one.below, asked)
            yield from _grouped((each.key, each.size) for page in listing.pages() for each in page)
            notes += [f"NOT READ: {part}: {why}" for part, why in listing.not_seen.items()]
            notes += trail_notes(whence.clients(), one.name)
        case Kind.HISTORY | Kind.ATHENA | Kind.LAKE:
            from irkit.cloudtrail.trails import trail_notes

            notes.append(_WHAT[one.kind].format(one.name))
            notes += trail_notes(whence.clients())


_WHAT = {
    Kind.HISTORY: "the event history has the last 90 days of management events of every region, KMS among them, and "
    "no data events, whatever the trails record",
    Kind.ATHENA: "the table {} has what its trail's files have: irkit trail athena checks the table itself",
    Kind.LAKE: "the event data store {} has what it was told to record",
}


def _grouped(files: Iterable[tuple[str, int]]) -> Iterator[Mapping[str, object]]:
    groups: dict[tuple[str, str, str], _Group] = {}
    present: dict[tuple[str, str, str], set[date]] = {}
    for place, size in files:
        told = named(place)
        key = (told.kind.value, told.account, told.region)
        at = told.delivered_at
        if at is None and told.day is not None:
            at = datetime(told.day.year, told.day.month, told.day.day, tzinfo=UTC)
        groups.setdefault(key, _Group()).take(size, at)
        if at is not None:
            present.setdefault(key, set()).add(at.date())
    for key, group in sorted(groups.items()):
        kind, account, region = key
        days = present.get(key, set())
        yield {
            "kind": kind,
            "account": account,
            "region": region,
            "files": group.files,
            "mb": round(group.size / _MEGA, 1),
            "first_at": text_of(group.first_at) if group.first_at else None,
            "last_at": text_of(group.last_at) if group.last_at else None,
            "days": len(days),
            "days_without": [f"{each:%Y-%m-%d}" for each in _missing(days)],
        }


def _missing(days: set[date]) -> Iterator[date]:
    """The days between the first and the last that there is no file of."""
    day = min(days, default=None)
    while day is not None and day < max(days):
        day += _DAY
        if day not in days:
            yield day
