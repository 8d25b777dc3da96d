"""Findings in blobs that new commits brought, where they can be told from these commits alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Commit, Place, PlaceKind
from irkit.scan.grouped import Context, Grouped, Seen, grouped
from irkit.scan.objects.held import Held
from irkit.scan.places.changes import Track
from irkit.scan.places.located import MOST_REFS
from irkit.scan.places.people import text
from irkit.scan.places.refs import rank_of
from irkit.scan.quick import NamedTuple
from irkit.scan.scrubbed import scrubbed

_REMOTE = b"refs/remotes/"


class Line(NamedTuple):
    """Commits by which branches went forward, each the only parent of the one before."""

    tip: bytes
    ids: frozenset[bytes]
    names: tuple[bytes, ...]
    """Of the branches."""


class Brought(NamedTuple):
    """New objects, and what the new commits have that their parents have not."""

    held: Sequence[Held]
    """The new objects with sightings."""
    added: Mapping[bytes, Collection[Track]]
    """By commit, the followed blobs that it adds; none of them removes one."""
    lines: Sequence[Line]
    people: Mapping[bytes, Commit]
    """Who made the tips of the lines, and the commits that add something."""
    is_mirror: bool
    """Whether nobody can say what was pushed: all that it holds comes from elsewhere."""


def with_hits(held: Iterable[Held]) -> frozenset[bytes] | None:
    """Ids of the blobs with more than lines that are passed over. None when another kind of object has such."""
    hits = [one for one in held if any(not seen.dismissed for seen in one.sightings)]
    return frozenset(one.object_id.encode() for one in hits) if all(one.kind == "blob" for one in hits) else None


def newly(brought: Brought, detector: Detector, key: Callable[[], bytes], known: Collection[str]) -> Grouped | None:
    """What is found in new blobs, and what is passed over. None when that depends on more than the new commits.

    Each blob must be added once at each of its paths, and stand there still; none may hold one of the ``known`` values.
    """
    places: dict[str, list[Place]] = {}
    pushed: dict[str, bool] = {}
    tracks = [(commit, track) for commit, some in brought.added.items() for track in some]
    if len({track for _, track in tracks}) < len(tracks):
        return None
    for commit, track in tracks:
        lines = [line for line in brought.lines if commit in line.ids]
        last = _newest([brought.people[line.tip] for line in lines])
        if last is None:
            return None
        names = sorted((name for line in lines for name in line.names), key=lambda name: (rank_of(name), name))
        first = brought.people[commit]
        pushed[first.id] = any(name.startswith(_REMOTE) for name in names)
        places.setdefault(track.object_id.decode(), []).append(
            Place(
                PlaceKind.BLOB,
                text(track.path),
                object_id=track.object_id.decode(),
                first=first,
                last=last,
                refs=tuple(map(text, names[:MOST_REFS])),
                refs_count=len(names),
                is_current=True,
            )
        )
    seen = [Seen(one, tuple(places.get(held.object_id, ()))) for held in brought.held for one in held.sightings]
    if any(not one.sighting.dismissed and (not one.places or _value(one) in known) for one in seen):
        return None
    told = grouped(seen, Context(detector.rule, key, lambda commit: None if brought.is_mirror else pushed[commit]))
    clean, _ = scrubbed(told.findings, (), lambda body: detector.look(body).sightings)
    return told._replace(findings=tuple(clean))


def _value(seen: Seen) -> str:
    return seen.sighting.value.decode("utf-8", "backslashreplace")


def _newest(commits: Iterable[Commit]) -> Commit | None:
    """None when none is, or nobody can say."""
    by_id = {commit.id: commit for commit in commits}
    try:
        times = sorted(((datetime.fromisoformat(one.at), id_) for id_, one in by_id.items()), reverse=True)
    except ValueError:
        return None
    return by_id[times[0][1]] if len(times) == 1 or (times and times[0][0] > times[1][0]) else None
