"""A remembered history brought up to date: only commits that are new are read, and what they change."""

from __future__ import annotations

from collections.abc import Iterable

from irkit.scan.detect.kept import digest_of
from irkit.scan.objects.cat_file import asking
from irkit.scan.objects.stores import stores
from irkit.scan.places.changes import Changes, Wanted
from irkit.scan.places.gits import answer
from irkit.scan.places.graph import Graph, Listed
from irkit.scan.places.known import Known, Lost
from irkit.scan.places.listing import starts_in
from irkit.scan.places.located import Wants
from irkit.scan.places.packed_graph import columns_of, listed_from, packed, unpacked
from irkit.scan.places.people import headers
from irkit.scan.places.refs import Refs, read_bytes
from irkit.scan.places.rows import History, Row, history_of
from irkit.scan.places.tips import tips
from irkit.scan.places.walk import Walk
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository

_MOST_COMMITS = 20_000
"""With more new ones all is walked: git is quicker."""


class Renewed(NamedTuple):
    """A history as it is now."""

    history: History
    changes: Changes
    new: int
    """How many commits are not among the known ones."""


def renewed(repository: Repository, known: Known, refs: Refs, wants: Wants) -> Renewed | None:
    """The history that all refs lead to now. None when it cannot be told from what is known: then all must be walked.

    That is so when something is looked for that was not looked for in the old commits, when the shallow boundary is
    another, or a new commit cannot be read.
    """
    if not (wants.trees if known.rules == wants.rules else wants.all_ids) <= known.asked:
        return None
    new = _new_commits(repository, known, refs) if known.shallow == shallow_hash(repository) else None
    below = packed(new, known.graph) if new else None
    if new is None or below is None:
        return None
    blobs = wants.files.blobs | {track.object_id for track in known.tracks if not track.is_commit} - {b""}
    walk = Walk(repository, Wanted(blobs, wants.files.names), 1)
    walk.changes.tracks.update(known.tracks)
    walk.changes.numbers.update(known.changes)
    walked = walk.commits(new)
    brought = {track.object_id for track, number in walked.changes.tracks.items() if number >= len(known.tracks)}
    if walked.skipped or not wants.files.blobs | wants.commits <= known.asked | brought | set(new.ids):
        return None
    everything = unpacked(below)
    graph = listed_from(everything, starts_in(repository, refs, everything))
    ends = tips(repository, refs, graph, wants.tags)
    history = history_of(graph, walked.changes, wants.commits, refs, ends)
    return Renewed(history, walked.changes, len(new.ids))


def remembered(
    history: History, changes: Changes, asked: frozenset[bytes], lost: Iterable[Row], about: tuple[str, str, str]
) -> Known:
    """What is worth remembering of a history; ``about``: rules, hashes of the shallow boundary and what is around."""
    here = history.graph.numbers
    graph = unpacked(columns_of(history.graph))
    kept = {id_: change for id_, change in changes.numbers.items() if id_ in here}
    firsts = {number: ends.first for number, ends in history.ends.items()}
    places = tuple(sorted(_lost(row) for row in lost if not row.is_reachable))
    rules, shallow, around = about
    return Known(rules, shallow, asked, graph, dict(history.tracks), firsts, kept, places, around)


def shallow_hash(repository: Repository) -> str:
    """Of the boundary of a shallow clone."""
    return digest_of(read_bytes(repository.common_dir / "shallow"), 16).hex()


def surroundings(repository: Repository, refs: Refs) -> str:
    """A hash of all that decides what is lost, and where: the objects that are here and what leads to them."""
    found = stores(repository)
    words = [refs.digest, *sorted(pack.name for pack in found.packs), *sorted(found.loose)]
    return digest_of("\n".join(words).encode(errors="surrogateescape"), 16).hex()


def _lost(row: Row) -> Lost:
    path = row.path.decode(errors="surrogateescape")
    return Lost(row.kind, row.object_id.decode(), path, row.first.decode(), row.last.decode())


def _new_commits(repository: Repository, known: Known, refs: Refs) -> Listed | None:
    """The commits that are not among the known ones, from the starts down to these.

    None when they are too many, or one cannot be read.
    """
    boundary = frozenset(refs.shallow.split())
    rows = Listed([], [], [])
    waiting = _unknown(repository, known.graph, refs)
    seen = set(waiting)
    if not waiting:
        return rows
    with asking(repository) as ask:
        while waiting:
            asked, before = sorted(waiting), set[bytes]()
            for id_, kind, body in ask([id_.decode() for id_ in asked]):
                if kind != "commit":
                    return None
                parents, at = headers(body)
                rows.ids.append(id_.encode())
                rows.parents.append([] if rows.ids[-1] in boundary else parents)
                rows.times.append(at)
                before.update(rows.parents[-1])
            if len(seen) > _MOST_COMMITS or len(rows.ids) < len(seen):
                return None
            waiting = {id_ for id_ in before - seen if id_ not in known.graph.numbers}
            seen |= waiting
    return rows


def _unknown(repository: Repository, below: Graph, refs: Refs) -> set[bytes]:
    """Commits that starts lead to and that are not among the known ones."""
    here = below.numbers
    ids = {id_ for start in refs.starts for id_ in start.ids if id_ not in here and start.peeled not in here}
    if not ids:
        return set()
    asked = b"".join(id_ + b"^{commit}\n" for id_ in sorted(ids))
    _, said, _ = answer(repository, "cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", read=asked)
    found = {line.split(b" ")[0] for line in said.splitlines() if line.endswith(b" commit")}
    return {id_ for id_ in found if id_ not in here}
