"""The versions of files that commits bring, each with the versions it replaces: and what is new in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from irkit.scan.finding import Sighting
from irkit.scan.objects.held import Held

_GITLINK = b"160000"


class Version(NamedTuple):
    """A blob that a commit brings to a path."""

    commit: bytes
    path: bytes
    blob: bytes
    replaced: tuple[bytes, ...]
    """Blobs of the same path in its parents; of a new file, the blobs of all files that the commit deletes."""
    is_new: bool
    """Whether no parent has a file there."""


def versions(raw: bytes) -> Iterator[Version]:
    """Of the output (``--raw -z -c``): a merge has only what differs from all its parents."""
    rows: list[tuple[bytes, list[bytes], bytes, bytes]] = []
    commit = b""
    walk = iter(raw.split(b"\0")[:-1])
    for token in walk:
        if token[:1] != b":":
            yield from _of_commit(commit, rows)
            commit, rows = token, []
            continue
        count = len(token) - len(token.lstrip(b":"))
        words = token[count:].split(b" ")
        modes, ids, status = words[: count + 1], words[count + 1 : -1], words[-1]
        path = next(walk, b"")
        if modes[-1] != _GITLINK:
            olds = [id_ for mode, id_ in zip(modes, ids[:-1], strict=False) if mode != _GITLINK and id_.strip(b"0")]
            rows.append((path, olds, ids[-1], status))
    yield from _of_commit(commit, rows)


def _of_commit(commit: bytes, rows: list[tuple[bytes, list[bytes], bytes, bytes]]) -> Iterator[Version]:
    deleted = tuple(old for _, olds, new, _ in rows if not new.strip(b"0") for old in olds)
    for path, olds, new, _ in rows:
        if new.strip(b"0"):
            yield Version(commit, path, new, tuple(olds) or deleted, not olds)


class Brought(NamedTuple):
    """What commits brought."""

    held: tuple[Held, ...]
    """Blobs with the sightings of new values (and dismissed ones), commits and tags."""
    versions: tuple[Version, ...]
    """Those that brought a new value."""
    names: tuple[tuple[Version, Sighting], ...] = ()
    """New files whose path holds a value, each path cut behind the part that does."""


def brought(held: Iterable[Held], found: Iterable[Version]) -> Brought:
    """Of held objects, among them the blobs that were replaced, what the versions have that was not there before."""
    by_id = {one.object_id.encode(): one for one in held}
    values = {id_: {one.value for one in each.sightings if not one.dismissed} for id_, each in by_id.items()}
    fresh: dict[bytes, set[bytes]] = {}
    kept = []
    for version in found:
        if version.blob in values:
            new = values[version.blob].difference(*(values.get(old, set()) for old in version.replaced))
            fresh.setdefault(version.blob, set()).update(new)
            if new:
                kept.append(version)
    rest = [one for id_, one in by_id.items() if one.kind in {"commit", "tag"} or id_ in fresh]
    told = []
    for one in rest:
        sightings = one.sightings
        if one.kind == "blob":
            new = fresh[one.object_id.encode()]
            sightings = tuple(seen for seen in sightings if seen.dismissed or seen.value in new)
        if sightings:
            told.append(one._replace(sightings=sightings))
    return Brought(tuple(told), tuple(kept))
