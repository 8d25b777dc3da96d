"""What is remembered of a located history: ids, paths and times; no value, no name of a ref, no person."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple, cast

from irkit.scan.places.changes import Track
from irkit.scan.places.kept_file import read_kept, write_kept
from irkit.scan.places.rows import Ends
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
    list[tuple[str, str, str, int, str, int]],
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


def read_known(file: Path) -> Known | None:
    """What is remembered; None when it is nothing, or broken."""
    body = read_kept(file, _MAGIC)
    if body is None:
        return None
    rules, shallow, asked, commits, rows, plain, masks, tips, stashes, lost = cast("_Stored", json.loads(body))
    sets = [int(mask, 16) for mask in masks]
    tracks = {Track(_bytes(row[0]), _bytes(row[1])): number for number, row in enumerate(rows)}
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


def write_known(file: Path, known: Known) -> None:
    """Remember it. Nothing happens where nothing can be written."""
    sets: dict[int, int] = {}
    alike: dict[tuple[int, int], list[bytes]] = {}
    for id_, masks in known.tips.items():
        alike.setdefault(masks, []).append(id_)
    tips = [
        (sets.setdefault(passed, len(sets)), sets.setdefault(held, len(sets)), b" ".join(sorted(ids)).decode())
        for (passed, held), ids in sorted(alike.items())
    ]
    none = Ends(b"", 0, b"", 0)
    rows = []
    for track, number in sorted(known.tracks.items(), key=lambda pair: pair[1]):
        ends = known.ends.get(number, none)
        path = (_text(track.object_id), _text(track.path))
        rows.append((*path, ends.first.decode(), ends.first_at, ends.last.decode(), ends.last_at))
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
