"""Held objects that no history holds: named by a tag directly, staged, or in commits that nothing leads to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from irkit.scan.finding import PlaceKind, Skipped
from irkit.scan.objects.cat_file import read_objects
from irkit.scan.objects.tree_names import names
from irkit.scan.places.bitset import mask_of
from irkit.scan.places.changes import Wanted
from irkit.scan.places.commits_here import commits_here
from irkit.scan.places.gits import command
from irkit.scan.places.presence import chosen, presence
from irkit.scan.places.refs import worktrees
from irkit.scan.places.rows import History, Row
from irkit.scan.places.trees import tree_tracks
from irkit.scan.places.walk import Walk
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository, environment


class Missing(NamedTuple):
    """What is still looked for."""

    blobs: frozenset[bytes]
    names: tuple[bytes, ...]
    commits: frozenset[bytes]
    tags: frozenset[bytes]
    trees: frozenset[bytes]
    """Trees in whose entries one of the names may stand."""


def named_rows(repository: Repository, history: History, wanted: Wanted) -> list[Row]:
    """Rows of blobs, and of files in trees, that a ref or tag names without a commit."""
    rows = []
    for id_, leading in sorted(history.tips.of_object.items()):
        if id_ not in wanted.blobs and id_ not in history.tips.trees:
            continue
        starts = mask_of(leading)
        if id_ in wanted.blobs:
            rows.append(Row(PlaceKind.BLOB, id_, b"", b"", b"", starts, is_current=True))
        if id_ in history.tips.trees:
            for track in tree_tracks(repository, id_, wanted):
                kind = PlaceKind.BLOB if track.object_id else PlaceKind.FILE_NAME
                rows.append(Row(kind, track.object_id, track.path, b"", b"", starts, is_current=True))
    return rows


def staged_rows(repository: Repository, wanted: Wanted) -> list[Row]:
    """Rows of what stands in an index; those of all work trees of the repository are looked at."""
    folders = {"index": repository.common_dir}
    folders |= {f"index of worktrees/{folder.name}": folder for folder in worktrees(repository)}
    found = []
    for name, folder in folders.items():
        file = folder / "index"
        if folder == repository.git_dir:
            file = Path(os.environ.get("GIT_INDEX_FILE", file)).absolute()
        if file.exists():
            found += _staged(repository, name, file, wanted)
    return found


def _staged(repository: Repository, name: str, index: Path, wanted: Wanted) -> list[Row]:
    ran = subprocess.run(
        command(repository, "ls-files", "--stage", "-z"),
        capture_output=True,
        check=False,
        env=environment() | {"GIT_INDEX_FILE": str(index)},
    )
    rows = []
    for entry in ran.stdout.split(b"\0"):
        head, _, path = entry.partition(b"\t")
        ids = [word for word in head.split(b" ") if word in wanted.blobs]
        rows += [Row(PlaceKind.FILE, id_, path, b"", b"", 0, is_current=True, staged_in=name) for id_ in ids]
        if any(part in path for part in wanted.names):
            rows.append(Row(PlaceKind.FILE_NAME, b"", path, b"", b"", 0, is_current=True, staged_in=name))
    return rows


def lost_rows(
    repository: Repository, history: History, missing: Missing, jobs: int
) -> tuple[list[Row], tuple[Skipped, ...]]:
    """Rows of what only commits that nothing leads to hold, and of objects that nothing at all leads to."""
    listed = commits_here(repository, without=history.graph.numbers)
    walked = Walk(repository, Wanted(missing.blobs, missing.names), jobs).commits(listed)
    graph = walked.graph
    seen = presence(graph, walked.changes.of_commit)
    first_of = chosen(seen.brought, sorted(seen.brought, key=lambda number: (graph.times[number], -number)))
    last_of = chosen(seen.left, sorted(seen.left, key=lambda number: (-graph.times[number], number)))
    rows = []
    for track, bit in walked.changes.tracks.items():
        if bit in first_of and bit in last_of:
            kind = PlaceKind.BLOB if track.object_id else PlaceKind.FILE_NAME
            ends = graph.ids[first_of[bit]], graph.ids[last_of[bit]]
            rows.append(_lost(kind, track.object_id, track.path, *ends))
    rows += [_lost(PlaceKind.COMMIT, id_, b"", id_, id_) for id_ in sorted(missing.commits)]
    rows += [_lost(PlaceKind.TAG, id_, b"", id_, id_) for id_ in sorted(missing.tags)]
    placed = {row.object_id for row in rows}
    rows += [_lost(PlaceKind.BLOB, id_, b"", b"", b"") for id_ in sorted(missing.blobs - placed)]
    found = {name for name in missing.names for row in rows if row.kind is PlaceKind.FILE_NAME and name in row.path}
    rows += _loose_names(repository, missing.trees, [name for name in missing.names if name not in found])
    return rows, walked.skipped


def _loose_names(repository: Repository, trees: Iterable[bytes], texts: list[bytes]) -> list[Row]:
    """Names in trees of which no commit is known, that hold one of the texts."""
    if not texts:
        return []
    rows = []
    for id_, _, body in read_objects(repository, [tree.decode() for tree in sorted(trees)]):
        entries = [name for _, name in names(body) if any(text in name for text in texts)]
        rows += [_lost(PlaceKind.FILE_NAME, id_.encode(), entry, b"", b"") for entry in entries]
    return rows


def _lost(kind: PlaceKind, object_id: bytes, path: bytes, first: bytes, last: bytes) -> Row:
    return Row(kind, object_id, path, first, last, 0, is_current=False, is_reachable=False)
