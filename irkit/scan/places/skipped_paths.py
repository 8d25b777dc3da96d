"""What HEAD calls the objects that were not looked into: an id tells nobody which file it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from irkit.scan.finding import Skipped
from irkit.scan.repository import Repository
from irkit.scan.scrubbed import Look, scrubbed

_OBJECT = re.compile(r"object ([0-9a-f]{40,64})(?::|$)")


def with_paths(repository: Repository, skipped: Sequence[Skipped], look: Look) -> tuple[Skipped, ...]:
    """The same, each object with the first of its paths in HEAD before it; without a secret that a path holds.

    What HEAD has not got, or where it cannot be read, stays as it is.
    """
    ids = {found[1].encode() for one in skipped if (found := _OBJECT.match(one.what))}
    if not ids:
        return tuple(skipped)
    from irkit.scan.places.changes import Wanted  # 9 ms, which hardly any scan needs
    from irkit.scan.places.trees import tree_tracks

    tracks = tree_tracks(repository, b"HEAD", Wanted(frozenset(ids), ()))
    paths = {id_.decode(): path.decode("utf-8", "surrogateescape") for id_, path in reversed(tracks)}
    _, named = scrubbed((), list(_named(skipped, paths)), look)
    return tuple(named)


def _named(skipped: Iterable[Skipped], paths: dict[str, str]) -> Iterable[Skipped]:
    for one in skipped:
        found = _OBJECT.match(one.what)
        path = paths.get(found[1]) if found else None
        yield one if path is None else Skipped(f"{path}, {one.what}", one.reason)
