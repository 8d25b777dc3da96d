"""Findings after refs went forward: what stood in the commit that one led to now stands in the new one last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from irkit.scan.finding import Commit, Finding, Place
from irkit.scan.places.gits import answer
from irkit.scan.places.people import read_people
from irkit.scan.repository import Repository
from irkit.scan.scrubbed import CUT


def renewed_ends(
    repository: Repository, findings: Sequence[Finding], moves: Mapping[str, tuple[str, str]], located: frozenset[str]
) -> tuple[Finding, ...] | None:
    """The findings with their newest commits. None when these cannot be told from what is known.

    ``moves`` has of refs, by name, the old and the new commit; nothing between them adds or removes an object of
    ``located``, which are all with a secret.
    """
    new_of = dict(moves.values())
    if set(new_of.items()) != set(moves.values()):
        return None
    people = read_people(repository, {id_.encode() for id_ in new_of.values()}) if new_of else {}
    newer = {old: people[new.encode()] for old, new in new_of.items() if new.encode() in people}
    current = [place for finding in findings for place in finding.places if place.is_current and place.last]
    others = [place for place in current if place.last and place.last.id not in newer]
    if len(newer) != len(new_of) or _stand_in_one(repository, others, list(new_of.values()), located):
        return None
    if any(_at(newer[place.last.id]) <= _at(place.last) for place in current if place.last and place.last.id in newer):
        return None
    return tuple(
        finding._replace(places=tuple(_renewed(place, newer) for place in finding.places)) for finding in findings
    )


def _renewed(place: Place, newer: Mapping[str, Commit]) -> Place:
    if not (place.is_current and place.last and place.path):
        return place
    return place._replace(last=newer.get(place.last.id, place.last))


def _stand_in_one(
    repository: Repository, places: Sequence[Place], commits: Sequence[str], located: frozenset[str]
) -> bool:
    """Whether one of the commits has an object with a secret at the path of a place, or nobody can say."""
    paths = {place.path for place in places if place.path}
    if any("\n" in path or CUT in path for path in paths):
        return True
    asked = "".join(f"{commit}:{path}\n" for commit in commits for path in sorted(paths))
    if not asked:
        return False
    words = ("cat-file", "--batch-check=%(objectname)")
    _, said, _ = answer(repository, *words, read=asked.encode(errors="surrogateescape"))
    return any(line.decode(errors="replace") in located for line in said.splitlines())


def _at(commit: Commit) -> datetime:
    return datetime.fromisoformat(commit.at)
