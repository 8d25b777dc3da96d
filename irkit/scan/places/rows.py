"""Places before they are written out: ids, paths and sets of starts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from irkit.scan.finding import PlaceKind
from irkit.scan.places.bitset import bits, is_set, octets_of
from irkit.scan.places.changes import Track
from irkit.scan.places.graph import Graph
from irkit.scan.places.presence import Presence, chosen
from irkit.scan.places.refs import Refs
from irkit.scan.places.tips import Ranks, Tips
from irkit.scan.places.united import united
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


class Earlier(NamedTuple):
    """What is known from an earlier walk over commits that the graph has only as ends, without their parents."""

    ends: Mapping[int, Ends]
    """By number of a track."""
    plain: int
    """Tracks that a commit brought which is not of a stash, as bits."""
    passed: Mapping[int, int]
    """Of a commit of the graph, by its number, the tracks that its history brought before the graph begins."""
    stashes: Mapping[int, tuple[int, ...]]
    """Of a stash entry of the graph, the commits with its index and untracked files."""


NOTHING_EARLIER = Earlier({}, 0, {}, {})


class History(NamedTuple):
    """All that is known of the commits.

    A commit of the graph may stand for several old tips: those whose histories brought the same and that hold the same.
    """

    graph: Graph
    tracks: dict[Track, int]
    presence: Presence
    reach: dict[int, int]
    """Starts that lead to a commit, for those that brought something or passed it on."""
    refs: Refs
    tips: Tips
    ranks: Ranks
    earlier: Earlier = NOTHING_EARLIER


def ends_of_tracks(history: History) -> dict[int, Ends]:
    """Of all tracks whose beginning and end were seen, now or earlier."""
    ids, times = history.graph.ids, history.graph.times
    brought, left = history.presence.brought, history.presence.left
    first = chosen(brought, sorted(brought, key=lambda number: (times[number], -number)))
    last = chosen(left, sorted(left, key=lambda number: (-times[number], number)))
    found = dict(history.earlier.ends)
    for bit in first.keys() | last.keys():
        before = found.get(bit)
        if before is None and bit in first and bit in last:
            found[bit] = Ends(ids[first[bit]], times[first[bit]], ids[last[bit]], times[last[bit]])
        elif before is not None:
            if bit in first and times[first[bit]] < before.first_at:
                before = before._replace(first=ids[first[bit]], first_at=times[first[bit]])
            if bit in last and times[last[bit]] > before.last_at:
                before = before._replace(last=ids[last[bit]], last_at=times[last[bit]])
            found[bit] = before
    return found


def track_rows(history: History) -> list[Row]:
    """A row for each track, in the order in which the tracks were found."""
    ends, starts, width = ends_of_tracks(history), _starts(history), len(history.tracks)
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
    return [Row(PlaceKind.TAG, id_, b"", id_, id_, named[id_], is_current=True) for id_ in sorted(ids) if id_ in named]


def stash_commits(history: History) -> set[int]:
    """Numbers of the commits that ``git stash`` made: the entry, its index and its untracked files."""
    entries = {number for number, mask in history.tips.of_commit.items() if mask & history.ranks.stash}
    return entries.union(*(stash_parts(history, number) for number in entries))


def stash_parts(history: History, entry: int) -> tuple[int, ...]:
    """Numbers of the commits of a stash entry's index and untracked files."""
    return history.earlier.stashes.get(entry) or history.graph.parents[entry][1:]


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


def plain_tracks(history: History) -> int:
    """The tracks that a commit brought which is not of a stash, as bits."""
    stashed = stash_commits(history)
    plain = history.earlier.plain
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
    earlier = [(mask, history.reach[number]) for number, mask in history.earlier.passed.items()]
    for bit, reached in enumerate(united(earlier, len(history.tracks))):
        if reached:
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
