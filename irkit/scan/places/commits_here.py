"""Every commit object of a repository, whether something leads to it or not."""

from __future__ import annotations

from collections.abc import Container, Iterable

from irkit.scan.objects.cat_file import list_objects, read_objects
from irkit.scan.places.graph import Listed
from irkit.scan.places.people import headers
from irkit.scan.repository import Repository


def commits_here(repository: Repository, without: Container[bytes] = ()) -> Listed:
    """Every commit that is here and can be read, newest first."""
    ids = [one.id for one in list_objects(repository) if one.kind == "commit" and one.id.encode() not in without]
    rows = []
    for id_, kind, body in read_objects(repository, ids):
        if kind == "commit":
            parents, at = headers(body)
            rows.append((at, id_.encode(), parents))
    rows.sort(key=lambda row: -row[0])
    return Listed([id_ for _, id_, _ in rows], [parents for _, _, parents in rows], [at for at, _, _ in rows])


def reached(commits: Listed, starts: Iterable[bytes]) -> Listed:
    """Those of the commits that can be reached from the starts, over parents that are here."""
    parents = dict(zip(commits.ids, commits.parents, strict=True))
    seen: set[bytes] = set()
    left = [id_ for id_ in starts if id_ in parents]
    while left:
        id_ = left.pop()
        if id_ not in seen:
            seen.add(id_)
            left += [parent for parent in parents[id_] if parent in parents]
    kept = [number for number, id_ in enumerate(commits.ids) if id_ in seen]
    return Listed(
        [commits.ids[number] for number in kept],
        [commits.parents[number] for number in kept],
        [commits.times[number] for number in kept],
    )
