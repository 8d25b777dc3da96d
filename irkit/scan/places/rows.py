"""Places before they are written out: ids, paths and sets of starts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from irkit.scan.finding import PlaceKind
from irkit.scan.places.changes import Changes, Track
from irkit.scan.places.graph import Graph
from irkit.scan.places.presence import Presence, bits, chosen
from irkit.scan.places.refs import Refs
from irkit.scan.places.tips import Ranks, Tips

_HEX = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Row(NamedTuple):
    """One place."""

    kind: PlaceKind
    object_id: bytes
    path: bytes
    first: bytes
    """Id of the commit that brought it; of a tag, the tag's own; empty when there is none."""
    last: bytes
    starts: int
    """The starts whose history holds it, as bits."""
    is_current: bool
    is_reachable: bool = True
    staged_in: str = ""
    """The index that it stands in, when it is in no history."""


class History(NamedTuple):
    """All that is known of the commits."""

    graph: Graph
    changes: Changes
    presence: Presence
    reach: dict[int, int]
    """Starts that lead to a commit, for those that brought or hold something."""
    refs: Refs
    tips: Tips
    ranks: Ranks


def track_rows(history: History) -> list[Row]:
    """A row for each track, in the order in which the tracks were found."""
    graph, presence = history.graph, history.presence
    times = graph.times
    first = chosen(presence.brought, sorted(presence.brought, key=lambda number: (times[number], -number)))
    last = chosen(presence.left, sorted(presence.left, key=lambda number: (-times[number], number)))
    starts, plain = _reached(history)
    current = 0
    for number, mask in history.tips.of_commit.items():
        if mask & history.ranks.current:
            current |= presence.held[number]
    for number in stash_commits(history):
        current |= presence.held[number]
    rows = []
    for track, bit in history.changes.tracks.items():
        if bit not in first or bit not in last:  # what brought it could not be read
            continue
        kind, path = _kind(track, starts[bit], bool(plain >> bit & 1), history.ranks)
        ends = graph.ids[first[bit]], graph.ids[last[bit]]
        rows.append(Row(kind, track.object_id, path, *ends, starts[bit], bool(current >> bit & 1)))
    return rows


def commit_rows(history: History, ids: Iterable[bytes]) -> list[Row]:
    """A row for each commit that a start leads to."""
    rows = []
    stashed = stash_commits(history)
    for id_ in sorted(ids):
        number = history.graph.numbers.get(id_)
        if number is not None:
            kind = PlaceKind.STASH if number in stashed else PlaceKind.COMMIT
            is_tip = bool(history.tips.of_commit.get(number, 0) & history.ranks.current)
            rows.append(Row(kind, id_, b"", id_, id_, history.reach[number], is_tip))
    return rows


def tag_rows(history: History, ids: Iterable[bytes]) -> list[Row]:
    """A row for each tag that a ref leads to."""
    named = history.tips.of_object
    return [Row(PlaceKind.TAG, id_, b"", id_, id_, named[id_], is_current=True) for id_ in sorted(ids) if id_ in named]


def stash_commits(history: History) -> set[int]:
    """Numbers of the commits that ``git stash`` made: the entry, its index and its untracked files."""
    entries = [number for number, mask in history.tips.of_commit.items() if mask & history.ranks.stash]
    return {*entries, *(parent for number in entries for parent in history.graph.parents[number][1:])}


def named_starts(refs: Refs, mask: int, ranks: Ranks, most: int) -> tuple[tuple[str, ...], int]:
    """The first names of a set of starts, and how many there are: refs, or else stash entries, or else reflogs."""
    mask = mask & ranks.real or mask & ranks.stash or mask
    names: list[str] = []
    left = mask
    while left and len(names) < most:
        low = left & -left
        names.append(refs.starts[low.bit_length() - 1].name.decode(errors="surrogateescape"))
        left ^= low
    return tuple(names), mask.bit_count()


def _reached(history: History) -> tuple[dict[int, int], int]:
    """Per track the starts that lead to it; and the tracks that a commit brought which is not of a stash."""
    stashed = stash_commits(history)
    starts: dict[int, int] = {}
    plain = 0
    for number, mask in history.presence.brought.items():
        reached = history.reach[number]
        for bit in bits(mask):
            starts[bit] = starts.get(bit, 0) | reached
        if number not in stashed:
            plain |= mask
    return starts, plain


def _kind(track: Track, starts: int, is_plain: bool, ranks: Ranks) -> tuple[PlaceKind, bytes]:  # noqa: FBT001 - a fact
    if not track.object_id:
        return PlaceKind.FILE_NAME, track.path
    if not is_plain and not starts & ranks.real:
        return PlaceKind.STASH, track.path
    if starts and not starts & ~ranks.notes:
        noted = track.path.replace(b"/", b"")
        return PlaceKind.NOTE, noted if _HEX.fullmatch(noted) else track.path
    return PlaceKind.BLOB, track.path


def name_rows(rows: Iterable[Row], names: Iterable[bytes], times: Mapping[bytes, int]) -> dict[bytes, list[Row]]:
    """By name, a row for each path up to the part with the name: of all files below, the first, the last and all refs.

    ``times`` has the commits' times, by id.
    """
    files = [row for row in rows if row.kind is PlaceKind.FILE_NAME]
    found: dict[bytes, list[Row]] = {}
    for name in names:
        together: dict[tuple[bytes, bool, str], Row] = {}
        for row in files:
            at = row.path.find(name)
            if at < 0:
                continue
            end = row.path.find(b"/", at + len(name))
            path = row.path if end < 0 else row.path[:end]
            key = path, row.is_reachable, row.staged_in
            row = row._replace(path=path)  # noqa: PLW2901 - the same row, cut
            together[key] = _both(together[key], row, times) if key in together else row
        found[name] = list(together.values())
    return {name: some for name, some in found.items() if some}


def _both(one: Row, other: Row, times: Mapping[bytes, int]) -> Row:
    return one._replace(
        first=min(one.first, other.first, key=lambda id_: times.get(id_, 0)),
        last=max(one.last, other.last, key=lambda id_: times.get(id_, 0)),
        starts=one.starts | other.starts,
        is_current=one.is_current or other.is_current,
    )
