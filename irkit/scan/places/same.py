"""Places remembered as they were told, for when nothing changed: no ref and nothing that is looked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from irkit.scan.finding import Commit, Place, PlaceKind
from irkit.scan.places.kept_file import read_kept, write_kept
from irkit.scan.places.located import Located
from irkit.scan.places.people import read_people
from irkit.scan.places.refs import Refs
from irkit.scan.repository import Repository

_MAGIC = b"irkit same places 1 "
_Row = tuple[str, str, str, str, str, list[int], int, bool]
"""Kind, object, path, ids of first and last commit, numbers of refs, how many there are, whether it is current."""
_Stored = tuple[str, int, list[str], list[str], dict[str, tuple[str, str, str]], list[_Row]]
"""Key, commits, pushed, boundary, people (author, e-mail address and time) by commit, places."""


def key_of(refs: Refs, ids: Iterable[bytes], rules: str) -> str:
    """Of all that places depend on, while every one of them is in some history."""
    words = [refs.digest.encode(), rules.encode(), *sorted(ids)]
    return hashlib.blake2b(b" ".join(words), digest_size=20).hexdigest()


def write_same(file: Path, key: str, located: Located, refs: Refs) -> None:
    """Remember places. Refs are remembered by their numbers, and who made a commit with a secret not at all."""
    people: dict[str, tuple[str, str, str]] = {}
    numbers = {name.decode(errors="surrogateescape"): number for number, name in enumerate(refs.names)}
    rows: list[_Row] = []
    for places in located.places.values():
        for place in places:
            ends = (place.first.id if place.first else "", place.last.id if place.last else "")
            if place.kind is PlaceKind.TAG:
                ends = (place.object_id, place.object_id)
            for commit in (place.first, place.last):
                if commit is not None and commit.id not in located.places:
                    people[commit.id] = commit[1:]
            named = [numbers[name] for name in place.refs]
            rows.append((place.kind, place.object_id, place.path, *ends, named, place.refs_count, place.is_current))
    stored: _Stored = (key, located.commits, sorted(located.pushed), sorted(located.boundary), people, rows)
    write_kept(file, _MAGIC, json.dumps(stored, separators=(",", ":")).encode())


def read_same(repository: Repository, file: Path, key: str, refs: Refs) -> Located | None:
    """The places that were remembered with this key; else None."""
    body = read_kept(file, _MAGIC)
    if body is None:
        return None
    known, commits, pushed, boundary, kept, rows = cast("_Stored", json.loads(body))
    if known != key:
        return None
    unknown = {id_.encode() for row in rows for id_ in row[3:5] if id_ and id_ not in kept}
    people = read_people(repository, unknown) if unknown else {}
    people |= {id_.encode(): Commit(id_, *person) for id_, person in kept.items()}
    names: dict[tuple[int, ...], tuple[str, ...]] = {}
    places: dict[str, list[Place]] = {}
    for row in rows:
        numbers = tuple(row[5])
        if numbers not in names:
            names[numbers] = tuple(refs.names[number].decode(errors="surrogateescape") for number in numbers)
        places.setdefault(row[1], []).append(_place(row, names[numbers], people))
    by_id = {id_: tuple(found) for id_, found in places.items()}
    return Located(by_id, {}, commits, frozenset(pushed), frozenset(boundary))


def _place(row: _Row, names: tuple[str, ...], people: dict[bytes, Commit]) -> Place:
    kind, object_id, path, first, last, _, count, is_current = row
    return Place(
        PlaceKind(kind),
        path,
        object_id=object_id,
        first=people.get(first.encode()),
        last=people.get(last.encode()),
        refs=names,
        refs_count=count,
        is_current=is_current,
    )
