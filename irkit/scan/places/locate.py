"""Where held objects stand: commits, paths and refs, from one pass over history and not a git call an object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from irkit.scan.finding import PlaceKind
from irkit.scan.places.changes import Wanted
from irkit.scan.places.commits_here import commits_here, reached
from irkit.scan.places.graph import graph
from irkit.scan.places.located import Holder, Located, wanted_ids, wanted_names
from irkit.scan.places.presence import presence
from irkit.scan.places.reach import reach
from irkit.scan.places.refs import Refs, read_bytes, read_refs
from irkit.scan.places.rows import History, Row, commit_rows, name_rows, tag_rows, track_rows
from irkit.scan.places.tips import ranks, tips
from irkit.scan.places.unreached import Missing, lost_rows, named_rows, staged_rows
from irkit.scan.places.walk import Walk, Walked
from irkit.scan.places.written import pushed, written
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
    if not walked.is_listed:
        walked = _salvaged(repository, refs, walked, jobs)
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
    numbers, times = history.graph.numbers, history.graph.times
    ends = {id_ for row in rows for id_ in (row.first, row.last) if id_ in numbers}
    named = name_rows(rows, wanted.names, {id_: times[numbers[id_]] for id_ in ends})
    found = written(repository, rows, history, named)
    return found._replace(
        commits=len(history.graph.ids), pushed=pushed(history, commits), boundary=boundary, skipped=skipped
    )


def _salvaged(repository: Repository, refs: Refs, walked: Walked, jobs: int) -> Walked:
    """The walk again when git cannot list the commits: over every commit object that is here."""
    commits = commits_here(repository)
    everything = graph(commits)
    starts = tips(repository, refs, everything, ()).of_commit
    rows = reached(commits, [everything.ids[number] for number in starts])
    again = Walk(repository, walked.changes.wanted, jobs).commits(rows)
    return again._replace(skipped=(*walked.skipped, *again.skipped))


def _history(
    repository: Repository, refs: Refs, walked: Walked, commits: Iterable[bytes], tags: Iterable[bytes]
) -> History:
    commit_graph = walked.graph
    seen = presence(commit_graph, walked.changes.of_commit)
    ends = tips(repository, refs, commit_graph, tags)
    numbers = {commit_graph.numbers[id_] for id_ in commits if id_ in commit_graph.numbers}
    reach_of = reach(commit_graph, ends.of_commit, seen.brought.keys() | numbers)
    return History(commit_graph, walked.changes, seen, reach_of, refs, ends, ranks(refs))


def _missing(rows: Iterable[Row], wanted: Wanted, held: Sequence[Holder]) -> Missing:
    """What no row has."""
    placed = {row.object_id for row in rows}
    paths = [row.path for row in rows if row.kind is PlaceKind.FILE_NAME]
    names = tuple(name for name in wanted.names if not any(name in path for path in paths))
    trees = wanted_ids(held, "tree") if names else frozenset()
    commits, tags = wanted_ids(held, "commit"), wanted_ids(held, "tag")
    return Missing(wanted.blobs - placed, names, commits - placed, tags - placed, trees)
