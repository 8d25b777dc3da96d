"""What a shallow or partial clone does not have: nobody can look into it here."""

from __future__ import annotations

from collections.abc import Iterable

from irkit.scan.finding import Skipped
from irkit.scan.objects.pack_index import IndexUnknown, PackIndex
from irkit.scan.objects.stores import stores
from irkit.scan.repository import Repository, environment
from irkit.scan.spawned import Asked

LEFT_AT_REMOTE = "partial clone: left at the remote"
"""Why an object is not here; ``git fetch --refetch --no-filter`` brings all."""
_NAMED = 20
_INDEXED = "sha1"


def absent(repository: Repository) -> tuple[Skipped, ...]:
    """The history before a shallow clone's edge, and what a partial clone left at its remote."""
    skipped: list[Skipped] = []
    if repository.is_shallow:
        edge = len((repository.common_dir / "shallow").read_bytes().split())
        skipped.append(Skipped("shallow clone", f"history before {edge} commit{'s' * (edge != 1)} is not here"))
    if repository.is_partial:
        missing = _promised(repository)
        skipped += [Skipped(f"object {id_}", LEFT_AT_REMOTE) for id_ in missing[:_NAMED]]
        if len(missing) > _NAMED:
            more = len(missing) - _NAMED
            skipped.append(Skipped(f"{more} more objects", LEFT_AT_REMOTE))
    return tuple(skipped)


def not_here(repository: Repository, ids: Iterable[str]) -> set[str]:
    """Those of the objects that a partial clone has left at its remote; none where irkit cannot read its indexes.

    git before 2.45 would end at the first of them that it is asked for, since it may not fetch it.
    """
    if not repository.is_partial or repository.object_format != _INDEXED:
        return set()
    found = stores(repository)
    try:
        indexes = [PackIndex(pack.with_suffix(".idx")) for pack in found.packs]
    except (IndexUnknown, OSError):
        return set()
    packed = (id_ for id_ in ids if id_ not in found.loose)
    return {id_ for id_ in packed if all(index.find(bytes.fromhex(id_)) is None for index in indexes)}


def _promised(repository: Repository) -> list[str]:
    asked = repository.git("rev-list", "--objects", "--all", "--missing=print", "--no-object-names")
    said = Asked(*asked[1:], environ=environment()).said()
    return [line[1:].decode() for line in said.out.split(b"\n") if line.startswith(b"?")]
