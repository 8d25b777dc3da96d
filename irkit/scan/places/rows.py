"""Places before they are written out: ids, paths and sets of starts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from irkit.scan.finding import PlaceKind
from irkit.scan.places.bitset import bits, is_set, mask_of, octets_of
from irkit.scan.places.changes import Changes, Track
from irkit.scan.places.graph import Graph
from irkit.scan.places.presence import Presence, chosen, presence, with_commits
from irkit.scan.places.reach import reach
from irkit.scan.places.refs import Refs
from irkit.scan.places.tips import Ranks, Tips, ranks
from irkit.scan.quick import NamedTuple

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


class Ends(NamedTuple):
    """The first and the last commit of a track, by id, and their times."""

    first: bytes
    first_at: int
    last: bytes
    last_at: int


class History(NamedTuple):
    """All that is known of the commits."""

    graph: Graph
    tracks: dict[Track, int]
    presence: Presence
    ends: Mapping[int, Ends]
    """By number of a track whose beginning and end were seen."""
    reach: dict[int, int]
    """Starts that lead to a commit, for those that brought something."""
    refs: Refs
    tips: Tips
    ranks: Ranks


def history_of(graph: Graph, changes: Changes, commits: Iterable[bytes], refs: Refs, tips: Tips) -> History:
    """All that follows from what each commit changes; ``commits`` are followed for their own texts."""
    seen = presence(graph, changes.of_commit)
    here = ((graph.numbers.get(id_), id_) for id_ in sorted(commits))
    seen = with_commits(seen, {number: changes.bit(Track(id_, b"")) for number, id_ in here if number is not None})
    reached = reach(graph, tips.of_commit, seen.brought)
    return History(graph, changes.tracks, seen, _ends(graph, seen), reached, refs, tips, ranks(refs))


def _ends(graph: Graph, seen: Presence) -> dict[int, Ends]:
    ids, times = graph.ids, graph.times
    oldest_first = sorted(sorted(seen.brought, reverse=True), key=times.__getitem__)
    newest_first = sorted(sorted(seen.left, reverse=True), key=times.__getitem__)[::-1]
    first, last = chosen(seen.brought, oldest_first), chosen(seen.left, newest_first)
    return {
        bit: Ends(ids[number], times[number], ids[last[bit]], times[last[bit]])
        for bit, number in first.items()
        if bit in last
    }


def track_rows(history: History) -> list[Row]:
    """A row for each track, in the order in which the tracks were found."""
    ends, starts, width = history.ends, _starts(history), len(history.tracks)
    plain = octets_of(plain_tracks(history), width)
    tips = {number for number, mask in history.tips.of_commit.items() if mask & history.ranks.current}
    current = 0
    for number in tips | stash_commits(history):
        current |= history.presence.held[number]
    standing, rows = octets_of(current, width), []
    for track, bit in history.tracks.items():
        if bit not in ends:  # what brought it could not be read
            continue
        reached = starts.get(bit, 0)
        is_current = track.object_id in history.tips.current if track.is_commit else is_set(standing, bit)
        kind, path = _kind(track, reached, is_set(plain, bit), history.ranks)
        rows.append(Row(kind, track.object_id, path, ends[bit].first, ends[bit].last, reached, is_current))
    return rows


def tag_rows(history: History, ids: Iterable[bytes]) -> list[Row]:
    """A row for each tag that a ref leads to."""
    named = history.tips.of_object
    there = [(id_, mask_of(named[id_])) for id_ in sorted(ids) if id_ in named]
    return [Row(PlaceKind.TAG, id_, b"", id_, id_, mask, is_current=True) for id_, mask in there]


def stash_commits(history: History) -> set[int]:
    """Numbers of the commits that ``git stash`` made: the entry, its index and its untracked files."""
    entries = {number for number, mask in history.tips.of_commit.items() if mask & history.ranks.stash}
    return entries.union(*(stash_parts(history, number) for number in entries))


def stash_parts(history: History, entry: int) -> tuple[int, ...]:
    """Numbers of the commits of a stash entry's index and untracked files."""
    return history.graph.parents[entry][1:]


def named_starts(refs: Refs, mask: int, ranks: Ranks, most: int) -> tuple[tuple[str, ...], int]:
    """The first names of a set of starts, and how many there are: refs, or else stash entries, or else reflogs."""
    mask = mask & ranks.real or mask & ranks.stash or mask
    names = [refs.starts[bit].name.decode(errors="surrogateescape") for bit in islice(bits(mask), most)]
    return tuple(names), mask.bit_count()


def plain_tracks(history: History) -> int:
    """The tracks that a commit brought which is not of a stash, as bits."""
    stashed = stash_commits(history)
    plain = 0
    for number, mask in history.presence.brought.items():
        if number not in stashed:
            plain |= mask
    return plain


def _starts(history: History) -> dict[int, int]:
    """Per track the starts that lead to it."""
    starts: dict[int, int] = {}
    for number, mask in history.presence.brought.items():
        reached = history.reach[number]
        for bit in bits(mask) if reached else ():
            starts[bit] = starts.get(bit, 0) | reached
    return starts


def _kind(track: Track, starts: int, is_plain: bool, ranks: Ranks) -> tuple[PlaceKind, bytes]:  # noqa: FBT001 - a fact
    if not track.object_id:
        return PlaceKind.FILE_NAME, track.path
    if track.is_commit:
        return (PlaceKind.COMMIT if is_plain else PlaceKind.STASH), b""
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
    files = sorted(row for row in rows if row.kind is PlaceKind.FILE_NAME)  # of two at one time the same is the first
    found: dict[bytes, list[Row]] = {}
    for name in names:
        together: dict[tuple[bytes, bool, str], Row] = {}
        for row in files:
            path = cut_behind(row.path, name)
            if not path:
                continue
            key = path, row.is_reachable, row.staged_in
            row = row._replace(path=path)  # noqa: PLW2901 - the same row, cut
            together[key] = _both(together[key], row, times) if key in together else row
        found[name] = list(together.values())
    return {name: some for name, some in found.items() if some}


def cut_behind(path: bytes, name: bytes) -> bytes:
    """A path up to the part in which the name ends; empty when it does not stand there."""
    at = path.find(name)
    end = path.find(b"/", at + len(name))
    return b"" if at < 0 else path[: end if end >= 0 else len(path)]


def _both(one: Row, other: Row, times: Mapping[bytes, int]) -> Row:
    return one._replace(
        first=min(one.first, other.first, key=lambda id_: times.get(id_, 0)),
        last=max(one.last, other.last, key=lambda id_: times.get(id_, 0)),
        starts=one.starts | other.starts,
        is_current=one.is_current or other.is_current,
    )
