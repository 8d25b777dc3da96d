"""Where held objects stand: commits, paths and refs, from one pass over history and not a git call an object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from irkit.scan.finding import Commit, Place, PlaceKind
from irkit.scan.objects.cat_file import read_objects
from irkit.scan.places.changes import Wanted
from irkit.scan.places.located import MOST_REFS, Holder, Located, wanted_ids, wanted_names
from irkit.scan.places.people import person, text
from irkit.scan.places.presence import presence
from irkit.scan.places.reach import reach
from irkit.scan.places.refs import Refs, read_bytes, read_refs
from irkit.scan.places.rows import History, Row, commit_rows, name_rows, named_starts, tag_rows, track_rows
from irkit.scan.places.tips import ranks, tag_target, tips
from irkit.scan.places.unreached import Missing, lost_rows, named_rows, staged_rows
from irkit.scan.places.walk import Walk, Walked
from irkit.scan.repository import Repository


def locate(repository: Repository, held: Sequence[Holder], *, cache: Path | None, jobs: int) -> Located:
    """Every place of the held objects that have more than dismissed sightings.

    ``cache`` is a folder, for what makes the next time quick; ``jobs`` is how many gits run at once. What cannot be
    read of the history is in ``skipped``; what can is located all the same.
    """
    wanted = Wanted(wanted_ids(held, "blob"), wanted_names(held))
    commits, tags = wanted_ids(held, "commit"), wanted_ids(held, "tag")
    if not (wanted.blobs or wanted.names or commits or tags):
        return Located({}, {})
    refs = read_refs(repository)
    walked = Walk(repository, wanted, jobs).history()
    history = _history(repository, refs, walked, commits, tags)
    rows = [*track_rows(history), *commit_rows(history, commits), *tag_rows(history, tags)]
    rows += named_rows(repository, history, wanted)
    skipped = walked.skipped
    missing = _missing(rows, wanted, held)
    if any(missing):
        rows += staged_rows(repository, wanted._replace(blobs=missing.blobs, names=missing.names))
        missing = _missing(rows, wanted, held)
    if any(missing):
        lost, more = lost_rows(repository, history, missing, jobs)
        rows += lost
        skipped += more
    boundary = frozenset(read_bytes(repository.common_dir / "shallow").decode(errors="replace").split())
    found = _written(repository, rows, history, wanted.names)
    return found._replace(
        commits=len(history.graph.ids), pushed=_pushed(history, commits), boundary=boundary, skipped=skipped
    )


def _history(
    repository: Repository, refs: Refs, walked: Walked, commits: Iterable[bytes], tags: Iterable[bytes]
) -> History:
    graph = walked.graph
    seen = presence(graph, walked.changes.of_commit)
    ends = tips(repository, refs, graph, tags)
    numbers = {graph.numbers[id_] for id_ in commits if id_ in graph.numbers}
    reached = reach(graph, ends.of_commit, seen.brought.keys() | numbers)
    return History(graph, walked.changes, seen, reached, refs, ends, ranks(refs))


def _missing(rows: Iterable[Row], wanted: Wanted, held: Sequence[Holder]) -> Missing:
    """What no row has."""
    placed = {row.object_id for row in rows}
    paths = [row.path for row in rows if row.kind is PlaceKind.FILE_NAME]
    names = tuple(name for name in wanted.names if not any(name in path for path in paths))
    trees = wanted_ids(held, "tree") if names else frozenset()
    commits, tags = wanted_ids(held, "commit"), wanted_ids(held, "tag")
    return Missing(wanted.blobs - placed, names, commits - placed, tags - placed, trees)


def _pushed(history: History, commits: Iterable[bytes]) -> frozenset[str]:
    of_interest = {*history.presence.brought, *(history.graph.numbers.get(id_, -1) for id_ in commits)} - {-1}
    remote = history.ranks.remote
    return frozenset(history.graph.ids[number].decode() for number in of_interest if history.reach[number] & remote)


def _written(repository: Repository, rows: Sequence[Row], history: History, names: Sequence[bytes]) -> Located:
    numbers, times = history.graph.numbers, history.graph.times
    ends = {id_ for row in rows for id_ in (row.first, row.last) if id_}
    named = name_rows(rows, names, {id_: times[numbers[id_]] for id_ in ends if id_ in numbers})
    people = _people(repository, ends)
    of_starts: dict[int, tuple[tuple[str, ...], int]] = {}

    def place(row: Row) -> Place:
        if row.starts not in of_starts:
            of_starts[row.starts] = named_starts(history.refs, row.starts, history.ranks, MOST_REFS)
        refs, count = ((row.staged_in,), 1) if row.staged_in else of_starts[row.starts]
        return Place(
            row.kind,
            text(row.path),
            object_id=row.object_id.decode(),
            first=people.get(row.first),
            last=people.get(row.last),
            refs=refs,
            refs_count=count,
            is_reachable=row.is_reachable,
            is_current=row.is_current,
        )

    places: dict[str, list[Place]] = {}
    for row in rows:
        if row.kind is not PlaceKind.FILE_NAME:
            places.setdefault(row.object_id.decode(), []).append(place(row))
    by_id = {id_: tuple(found) for id_, found in places.items()}
    return Located(by_id, {name: tuple(map(place, some)) for name, some in named.items()})


def _people(repository: Repository, ids: Iterable[bytes]) -> dict[bytes, Commit]:
    """Who and when, of commits and tags; of a tag, the commit is the one it names and the author who tagged it."""
    found = {}
    for id_, kind, body in read_objects(repository, sorted(one.decode() for one in ids)):
        if kind == "commit":
            found[id_.encode()] = person(id_, body)
        elif kind == "tag":
            found[id_.encode()] = person(tag_target(body).decode(), body)
    return found
