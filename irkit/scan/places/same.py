"""Places remembered as they were told, for when nothing changed: no ref and nothing that is looked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from irkit.scan.detect.kept import digest_of
from irkit.scan.finding import Commit, Place, PlaceKind
from irkit.scan.places.kept_file import read_kept, write_kept
from irkit.scan.places.located import Located
from irkit.scan.places.people import read_people
from irkit.scan.places.refs import Refs
from irkit.scan.places.rows import cut_behind
from irkit.scan.places.same_second import ranked
from irkit.scan.places.withheld import has_secret, secret_paths
from irkit.scan.quick import NamedTuple, cast
from irkit.scan.repository import Repository

_MAGIC = b"irkit same places 2 "
_Row = tuple[str, str, str | int, str, str, list[int], int, bool]
"""Kind, object (of a name: the number of the text), path (or its number, see ``withheld``), ids of first and last
commit, numbers of refs, how many there are, whether it is current."""
_Stored = tuple[str, int, list[str], list[str], dict[str, tuple[str, str, str]], list[_Row]]
"""Key, commits, pushed, boundary, people (author, e-mail address and time) by commit, places."""


class Key(NamedTuple):
    """What places depend on: the refs, and a hash of all of it."""

    refs: Refs
    digest: str


def key_of(refs: Refs, ids: Iterable[bytes], rules: str) -> str:
    """Of all that places depend on, while every one of them is in some history."""
    words = [refs.digest.encode(), rules.encode(), *sorted(ids)]
    return digest_of(b" ".join(words), 20).hex()


def write_same(repository: Repository, file: Path, key: Key, located: Located, texts: Mapping[bytes, bytes]) -> None:
    """Remember places. Refs are remembered by their numbers, and who made a commit with a secret not at all.

    ``texts`` has by a text in names of files the value that it is; paths with one are withheld.
    """
    numbers = {name.decode(errors="surrogateescape"): number for number, name in enumerate(key.refs.names)}
    people: dict[str, tuple[str, str, str]] = {}
    rows: list[_Row] = []
    every = [*located.places.values(), *located.names.values()]
    for place in (place for places in every for place in places):
        ends = (place.first.id if place.first else "", place.last.id if place.last else "")
        if place.kind is PlaceKind.TAG:  # who tagged a commit did not make it
            ends = (place.object_id, place.object_id)
        for commit in (place.first, place.last):
            if commit is not None and place.kind is not PlaceKind.TAG and commit.id not in located.places:
                people[commit.id] = commit[1:]
        named = [numbers[name] for name in place.refs]
        rows.append((place.kind, place.object_id, place.path, *ends, named, place.refs_count, place.is_current))
    hidden = _hidden(repository, rows, list(texts))
    if hidden is not None:
        stored: _Stored = (
            key.digest,
            located.commits,
            sorted(located.pushed),
            sorted(located.boundary),
            people,
            hidden,
        )
        write_kept(file, _MAGIC, json.dumps(stored, separators=(",", ":")).encode())


def read_same(repository: Repository, file: Path, key: Key, texts: Mapping[bytes, bytes]) -> Located | None:
    """The places that were remembered with this key; else None."""
    body = read_kept(file, _MAGIC)
    if body is None:
        return None
    known, commits, pushed, boundary, kept, rows = cast("_Stored", json.loads(body))
    if known != key.digest:
        return None
    unknown = {id_.encode() for row in rows for id_ in row[3:5] if id_ and id_ not in kept}
    people = read_people(repository, unknown) if unknown else {}
    people |= {id_.encode(): Commit(id_, *person) for id_, person in kept.items()}
    places: dict[str, list[Place]] = {}
    names: dict[bytes, list[Place]] = {}
    values = list(texts.values())
    paths = _paths(repository, rows, list(texts))
    if paths is None:
        return None
    for row, path in zip(rows, paths, strict=True):
        refs = tuple(key.refs.names[number].decode(errors="surrogateescape") for number in row[5])
        place = _place(row, path, refs, people)
        if place.kind is PlaceKind.FILE_NAME:
            names.setdefault(values[int(row[1])], []).append(place._replace(object_id=""))
        else:
            places.setdefault(row[1], []).append(place)
    by_id = {id_: tuple(found) for id_, found in places.items()}
    by_name = {value: tuple(found) for value, found in names.items()}
    ranks = ranked(repository, chain(*by_id.values()))
    return Located(by_id, by_name, commits, frozenset(pushed), frozenset(boundary), ranks=ranks)


def _hidden(repository: Repository, rows: Sequence[_Row], texts: Sequence[bytes]) -> list[_Row] | None:
    """The rows with every path that has a secret as a number; None when one is not where it should be."""
    paths = [_bytes(str(row[2])) for row in rows]
    secret = [number for number, path in enumerate(paths) if has_secret(path, texts)]
    named = [
        (kind, _text_number(path, texts) if kind == PlaceKind.FILE_NAME else object_id, *rest)
        for (kind, object_id, *rest), path in zip(rows, paths, strict=True)
    ]
    told: list[_Row] = cast("list[_Row]", named)
    for number, candidates in zip(secret, _candidates(repository, [told[n] for n in secret], texts), strict=True):
        if paths[number] not in candidates:
            return None
        row = told[number]
        told[number] = (row[0], row[1], candidates.index(paths[number]), *row[3:])
    return told


def _paths(repository: Repository, rows: Sequence[_Row], texts: Sequence[bytes]) -> list[str] | None:
    """The paths of rows, those that are numbers found again; None when one is not."""
    secret = [number for number, row in enumerate(rows) if isinstance(row[2], int)]
    paths = [str(row[2]) for row in rows]
    for number, candidates in zip(secret, _candidates(repository, [rows[n] for n in secret], texts), strict=True):
        place = int(rows[number][2])
        if place >= len(candidates):
            return None
        paths[number] = candidates[place].decode(errors="surrogateescape")
    return paths


def _candidates(repository: Repository, rows: Sequence[_Row], texts: Sequence[bytes]) -> list[list[bytes]]:
    """Of each row the paths with a secret that it can have, sorted: they are numbered so."""
    asked = [(row[3].encode(), b"" if row[0] == PlaceKind.FILE_NAME else row[1].encode()) for row in rows]
    found = secret_paths(repository, asked, texts)
    candidates = []
    for row, key in zip(rows, asked, strict=True):
        paths = found.get(key, [])
        if row[0] == PlaceKind.FILE_NAME:
            paths = sorted({cut_behind(path, texts[int(row[1])]) for path in paths} - {b""})
        candidates.append(paths)
    return candidates


def _text_number(path: bytes, texts: Sequence[bytes]) -> str:
    """Which of the texts stands in the last part of a path."""
    return next(str(number) for number, text in enumerate(texts) if cut_behind(path, text) == path)


def _bytes(path: str) -> bytes:
    return path.encode(errors="surrogateescape")


def _place(row: _Row, path: str, names: tuple[str, ...], people: dict[bytes, Commit]) -> Place:
    kind, object_id, _, first, last, _, count, is_current = row
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
