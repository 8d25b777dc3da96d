"""What is remembered of a located history: ids, paths and times; no value, no name of a ref, no person."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from irkit.scan.detect.kept import digest_of
from irkit.scan.places.changes import Track
from irkit.scan.places.graph import Graph, Packed
from irkit.scan.places.kept_file import read_kept, write_kept
from irkit.scan.places.packed_graph import columns_of, unpacked
from irkit.scan.places.withheld import has_secret, secret_paths
from irkit.scan.quick import NamedTuple, cast
from irkit.scan.repository import Repository

_MAGIC = b"irkit places 3 "
_END = b"\n"
"""Ends the text; the columns of the graph stand behind it."""


class Lost(NamedTuple):
    """A place in commits that nothing leads to: kind, object, path, first and last commit."""

    kind: str
    object_id: str
    path: str
    first: str
    last: str


class Known(NamedTuple):
    """A located history."""

    rules: str
    """With which rules the held objects were found: others may find more in old commits."""
    shallow: str
    """A hash of the shallow boundary."""
    asked: frozenset[bytes]
    """Objects that were looked for, found or not."""
    graph: Graph
    """All commits that the starts led to."""
    tracks: dict[Track, int]
    firsts: Mapping[int, bytes]
    """By number of a track a commit with it, where its path is withheld."""
    changes: dict[bytes, tuple[list[int], list[int]]]
    """By commit, numbers of the tracks that it has and its first parent has not, and the other way round."""
    lost: tuple[Lost, ...]
    around: str
    """A hash of the refs and the objects when that was so: see ``surroundings``."""


_Stored = tuple[
    str,
    str,
    str,
    list[str],
    list[tuple[str, str | int, str]],
    list[tuple[int, list[int], list[int]]],
    list[tuple[str, str, str, str, str]],
    str,
    list[int],
]
"""Order of bytes, rules, shallow, asked, tracks, changes, lost, around, and the lengths of the columns behind it."""


def file_of(repository: Repository, cache: Path) -> Path:
    """Where the history of a repository is remembered."""
    name = digest_of(os.fsencode(repository.common_dir), 16).hex()
    return cache / "places" / f"{name}.known"


def read_known(repository: Repository, file: Path, texts: Sequence[bytes]) -> Known | None:
    """What is remembered; None when it is nothing, or broken.

    ``texts`` are the secrets in names of files: paths with one of them are read from the repository.
    """
    body = read_kept(file, _MAGIC)
    if body is None:
        return None
    told, _, columns = body.partition(_END)
    order, rules, shallow, asked, rows, changed, lost, around, lengths = cast("_Stored", json.loads(told))
    graph = _graph(columns, lengths) if order == sys.byteorder else None
    if graph is None:
        return None
    withheld = {number for number, row in enumerate(rows) if isinstance(row[1], int)}
    paths = secret_paths(
        repository, {(rows[number][2].encode(), _bytes(rows[number][0])) for number in withheld}, texts
    )
    tracks = {}
    for number, (object_id, path, first) in enumerate(rows):
        if isinstance(path, int):
            known = paths.get((first.encode(), _bytes(object_id)), [])
            if path >= len(known):
                return None
            tracks[Track(_bytes(object_id), known[path])] = number
        else:
            tracks[Track(_bytes(object_id), _bytes(path))] = number
    return Known(
        rules,
        shallow,
        frozenset(id_.encode() for id_ in asked),
        graph,
        tracks,
        {number: rows[number][2].encode() for number in withheld},
        {graph.ids[number]: (added, removed) for number, added, removed in changed},
        tuple(Lost(*row) for row in lost),
        around,
    )


def write_known(repository: Repository, file: Path, known: Known, texts: Sequence[bytes]) -> None:
    """Remember it. Nothing happens where nothing can be written. See ``read_known`` for ``texts``."""
    secret = {track: known.firsts.get(n, b"") for track, n in known.tracks.items() if has_secret(track.path, texts)}
    paths = secret_paths(repository, {(first, track.object_id) for track, first in secret.items()}, texts)
    rows: list[tuple[str, str | int, str]] = []
    for track, _ in sorted(known.tracks.items(), key=lambda pair: pair[1]):
        path: str | int = _text(track.path)
        if track in secret:
            where = paths.get((secret[track], track.object_id), [])
            path = where.index(track.path) if track.path in where else len(where)
        rows.append((_text(track.object_id), path, secret.get(track, b"").decode()))
    columns = columns_of(known.graph)
    numbers = known.graph.numbers
    stored: _Stored = (
        sys.byteorder,
        known.rules,
        known.shallow,
        sorted(id_.decode() for id_ in known.asked),
        rows,
        sorted((numbers[id_], added, removed) for id_, (added, removed) in known.changes.items()),
        [(*row,) for row in known.lost],
        known.around,
        list(map(len, columns)),
    )
    told = json.dumps(stored, separators=(",", ":")).encode()
    write_kept(file, _MAGIC, told + _END + b"".join(columns))


def _graph(columns: bytes, lengths: Sequence[int]) -> Graph | None:
    parts, at = [], 0
    for length in lengths:
        parts.append(columns[at : at + length])
        at += length
    try:
        return unpacked(Packed(*parts))
    except (TypeError, ValueError):  # not as it was written
        return None


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
