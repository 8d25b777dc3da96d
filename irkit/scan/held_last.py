"""Findings after branches went forward over commits that bring and take out no secret: the new tips hold them last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from irkit.scan.finding import Commit, Finding, Place, PlaceKind
from irkit.scan.places.gits import answer
from irkit.scan.repository import Repository
from irkit.scan.scrubbed import CUT

_AtPath = Mapping[str, str]
"""By path, the object there."""


class _Uncertain(Exception):
    """It cannot be told from what is known."""


def held_last(
    repository: Repository,
    findings: Sequence[Finding],
    tips: Mapping[bytes, Commit],
    holders: Sequence[frozenset[str]],
) -> tuple[Finding, ...] | None:
    """The findings with the newest commit that holds each place. None when that cannot be told from what is known.

    ``tips`` has the new ones by id; each holds of the objects with secrets what the old one held. ``holders`` has of
    each finding the objects with its value.
    """
    current = sorted({place.path for one in findings for place in one.places if _may_stand(place)})
    try:
        ends = [(commit, _at_paths(repository, tip, current)) for tip, commit in sorted(tips.items())]
        return tuple(
            one._replace(places=tuple(_renewed(place, ends, holding) for place in one.places))
            for one, holding in zip(findings, holders, strict=True)
        )
    except _Uncertain:
        return None


def _may_stand(place: Place) -> bool:
    return place.kind is PlaceKind.BLOB and place.is_current and bool(place.path)


def _at_paths(repository: Repository, commit: bytes, paths: Sequence[str]) -> _AtPath:
    """What a commit has at these paths. Raises ``_Uncertain``."""
    if not paths:
        return {}
    if any("\n" in path or CUT in path for path in paths):  # cannot be asked for
        raise _Uncertain
    asked = "".join(f"{commit.decode()}:{path}\n" for path in paths).encode(errors="surrogateescape")
    _, said, _ = answer(repository, "cat-file", "--batch-check=%(objectname)", read=asked)
    ids = said.decode(errors="replace").split("\n")[:-1]
    if len(ids) != len(paths):
        raise _Uncertain
    return dict(zip(paths, ids, strict=True))


def _renewed(place: Place, ends: Sequence[tuple[Commit, _AtPath]], holding: frozenset[str]) -> Place:
    """The place with its last commit. Raises ``_Uncertain``."""
    if not _may_stand(place) or place.last is None:
        return place
    there = [(commit, at[place.path]) for commit, at in ends if at[place.path] in holding]
    if any(id_ != place.object_id for _, id_ in there):  # that version of the file may be the newest now
        raise _Uncertain
    holders = {place.last.id: place.last} | {commit.id: commit for commit, _ in there}
    newest = max(map(_at, holders.values()))
    last = [commit for commit in holders.values() if _at(commit) == newest]
    if len(last) > 1:
        raise _Uncertain
    return place._replace(last=last[0])


def _at(commit: Commit) -> datetime:
    try:
        return datetime.fromisoformat(commit.at)
    except ValueError:
        raise _Uncertain from None
