"""Which of several commits of one second came first: rebases and scripts make many, and times alone do not tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from irkit.scan.finding import Place
from irkit.scan.objects.cat_file import read_objects
from irkit.scan.places.people import headers
from irkit.scan.repository import Repository

_MOST_ROUNDS = 64
_MOST_COMMITS = 20_000
"""In a longer row of commits of one second, or more of them, those that are told may be any of these."""


def ranked(repository: Repository, places: Iterable[Place]) -> dict[str, int]:
    """Of commits of one second that stand as first, or as last, of one path: numbers, larger than those of ancestors.

    Git is asked once for all of them, and once more for each further generation of these seconds.
    """
    asked = _of_one_second(places)
    parents: dict[str, list[str]] = {}
    seconds: set[int] = set()
    for is_first_round in (True, *[False] * _MOST_ROUNDS):
        found: set[str] = set()
        for id_, kind, body in read_objects(repository, sorted(asked)) if asked else ():
            before, at = headers(body) if kind == "commit" else ([], 0)
            if is_first_round:
                seconds.add(at)
            parents[id_] = [one.decode() for one in before] if at in seconds else []
            found.update(parents[id_])
        asked = found - parents.keys() if len(parents) < _MOST_COMMITS else set()
    return _generations(parents)


def _of_one_second(places: Iterable[Place]) -> set[str]:
    alike: dict[tuple[str, str, bool], set[str]] = {}
    for place in places:
        for commit, is_first in ((place.first, True), (place.last, False)):
            if commit and place.path:
                alike.setdefault((place.path, commit.at, is_first), set()).add(commit.id)
    return {id_ for ids in alike.values() if len(ids) > 1 for id_ in ids}


def _generations(parents: Mapping[str, list[str]]) -> dict[str, int]:
    """Of each commit, the length of its longest line of ancestors among these."""
    found: dict[str, int] = {}
    waiting = list(parents)
    while waiting:
        id_ = waiting[-1]
        before = [one for one in parents[id_] if one in parents]
        rest = [one for one in before if one not in found]
        if rest and id_ not in found:
            waiting += rest
            continue
        found[id_] = 1 + max((found[one] for one in before), default=0)
        waiting.pop()
    return found
