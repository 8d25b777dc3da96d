"""What is remembered of a located history: ids, paths and times; no value, no name of a ref, no person."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from irkit.scan.places.changes import Track
from irkit.scan.places.kept_file import read_kept, write_kept
from irkit.scan.places.rows import Ends
from irkit.scan.places.withheld import has_secret, secret_paths
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository

_MAGIC = b"irkit places 1 "


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
    commits: int
    tracks: dict[Track, int]
    ends: dict[int, Ends]
    plain: int
    tips: dict[bytes, tuple[int, int]]
    """By commit id, of all starts: the tracks that its history brought, and those that it holds, as bits."""
    stashes: dict[bytes, tuple[bytes, ...]]
    """By commit id of a stash entry, those of its index and untracked files, which are among the tips."""
    lost: tuple[Lost, ...]


_Stored = tuple[
    str,
    str,
    list[str],
    int,
    list[tuple[str, str | int, str, int, str, int]],
    str,
    list[str],
    list[tuple[int, int, str]],
    dict[str, list[str]],
    list[tuple[str, str, str, str, str]],
]


def file_of(repository: Repository, cache: Path) -> Path:
    """Where the history of a repository is remembered."""
    name = hashlib.blake2b(os.fsencode(repository.common_dir), digest_size=16).hexdigest()
    return cache / "places" / f"{name}.known"


def read_known(repository: Repository, file: Path, texts: Sequence[bytes]) -> Known | None:
    """What is remembered; None when it is nothing, or broken.

    ``texts`` are the secrets in names of files: paths with one of them are read from the repository.
    """
    body = read_kept(file, _MAGIC)
    if body is None:
        return None
    rules, shallow, asked, commits, rows, plain, masks, tips, stashes, lost = cast("_Stored", json.loads(body))
    sets = [int(mask, 16) for mask in masks]
    withheld = {number for number, row in enumerate(rows) if isinstance(row[1], int)}
    paths = secret_paths(
        repository, {(rows[number][2].encode(), _bytes(rows[number][0])) for number in withheld}, texts
    )
    tracks = {}
    for number, (object_id, path, first, *_) in enumerate(rows):
        if isinstance(path, int):
            known = paths.get((first.encode(), _bytes(object_id)), [])
            if path >= len(known):
                return None
            tracks[Track(_bytes(object_id), known[path])] = number
        else:
            tracks[Track(_bytes(object_id), _bytes(path))] = number
    ends = {number: Ends(row[2].encode(), row[3], row[4].encode(), row[5]) for number, row in enumerate(rows) if row[2]}
    return Known(
        rules,
        shallow,
        frozenset(id_.encode() for id_ in asked),
        commits,
        tracks,
        ends,
        int(plain, 16),
        {id_: (sets[passed], sets[held]) for passed, held, ids in tips for id_ in ids.encode().split(b" ")},
        {id_.encode(): tuple(part.encode() for part in parts) for id_, parts in stashes.items()},
        tuple(Lost(*row) for row in lost),
    )


def write_known(repository: Repository, file: Path, known: Known, texts: Sequence[bytes]) -> None:
    """Remember it. Nothing happens where nothing can be written. See ``read_known`` for ``texts``."""
    sets: dict[int, int] = {}
    alike: dict[tuple[int, int], list[bytes]] = {}
    for id_, masks in known.tips.items():
        alike.setdefault(masks, []).append(id_)
    tips = [
        (sets.setdefault(passed, len(sets)), sets.setdefault(held, len(sets)), b" ".join(sorted(ids)).decode())
        for (passed, held), ids in sorted(alike.items())
    ]
    none = Ends(b"", 0, b"", 0)
    secret = {
        track: known.ends.get(n, none).first for track, n in known.tracks.items() if has_secret(track.path, texts)
    }
    paths = secret_paths(repository, {(first, track.object_id) for track, first in secret.items()}, texts)
    rows: list[tuple[str, str | int, str, int, str, int]] = []
    for track, number in sorted(known.tracks.items(), key=lambda pair: pair[1]):
        first, first_at, last, last_at = known.ends.get(number, none)
        path: str | int = _text(track.path)
        if track in secret:
            where = paths.get((first, track.object_id), [])
            path = where.index(track.path) if track.path in where else len(where)
        rows.append((_text(track.object_id), path, first.decode(), first_at, last.decode(), last_at))
    stored: _Stored = (
        known.rules,
        known.shallow,
        sorted(id_.decode() for id_ in known.asked),
        known.commits,
        rows,
        f"{known.plain:x}",
        [f"{mask:x}" for mask in sets],
        tips,
        {id_.decode(): [part.decode() for part in parts] for id_, parts in known.stashes.items()},
        [(*row,) for row in known.lost],
    )
    write_kept(file, _MAGIC, json.dumps(stored, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
