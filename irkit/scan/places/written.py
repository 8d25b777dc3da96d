"""Rows made into places: with people, times and names of refs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from irkit.scan.finding import Place, PlaceKind
from irkit.scan.places.located import MOST_REFS, Located
from irkit.scan.places.people import read_people, text
from irkit.scan.places.rows import History, Row, named_starts
from irkit.scan.repository import Repository


def written(
    repository: Repository, rows: Sequence[Row], history: History, named: Mapping[bytes, Sequence[Row]]
) -> Located:
    """The places that rows stand for, with the people who committed; ``named`` are rows by a value in a file's name."""
    all_rows = [*rows, *(row for some in named.values() for row in some)]
    people = read_people(repository, {id_ for row in all_rows for id_ in (row.first, row.last) if id_})
    of_starts: dict[int, tuple[tuple[str, ...], int]] = {}

    def place(row: Row) -> Place:
        if row.starts not in of_starts:
            of_starts[row.starts] = named_starts(history.refs, row.starts, history.ranks, MOST_REFS)
        refs, count = ((row.staged_in,), 1) if row.staged_in else of_starts[row.starts]
        return Place(
            row.kind,
            text(row.path),
            object_id=row.object_id.decode(),
            first=people.get(row.first),
            last=people.get(row.last),
            refs=refs,
            refs_count=count,
            is_reachable=row.is_reachable,
            is_current=row.is_current,
        )

    by_id: dict[str, list[Row]] = {}
    for row in rows:
        if row.kind is not PlaceKind.FILE_NAME:
            by_id.setdefault(row.object_id.decode(), []).append(row)
    places = {id_: tuple(map(place, _settled(some))) for id_, some in by_id.items()}
    return Located(places, {name: tuple(map(place, _settled(some))) for name, some in named.items()})


def _settled(rows: Sequence[Row]) -> Sequence[Row]:
    """In an order that does not depend on which of several gits was the first to tell."""
    return sorted(rows, key=_by_path) if len(rows) > 1 else rows


def _by_path(row: Row) -> tuple[bytes, PlaceKind, bytes, bytes, str]:
    return row.path, row.kind, row.first, row.last, row.staged_in
