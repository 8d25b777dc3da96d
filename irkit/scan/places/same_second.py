"""Which of several commits of one second came first: rebases and scripts make many, and times alone do not tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack

from irkit.scan.finding import Place
from irkit.scan.objects.cat_file import Ask, asking
from irkit.scan.places.graph import Graph
from irkit.scan.places.people import headers
from irkit.scan.repository import Repository

_MOST_ROUNDS = 64
_MOST_COMMITS = 20_000
"""In a longer row of commits of one second, or more of them, those that are told may be any of these."""


def ranked(repository: Repository, places: Iterable[Place], graph: Graph | None = None) -> dict[str, int]:
    """Of commits of one second that stand as first, or as last, of one path: numbers, larger than those of ancestors.

    Commits that are not in the graph are read from one git.
    """
    asked = _of_one_second(places)
    if not asked:
        return {}
    with ExitStack() as stack:
        return _generations(_parents(_Heads(repository, graph, stack), asked))


class _Heads:
    """Parents and times of commits."""

    def __init__(self, repository: Repository, graph: Graph | None, stack: ExitStack) -> None:
        self._repository = repository
        self._graph = graph
        self._stack = stack
        self._ask: Ask | None = None

    def of(self, ids: Iterable[str]) -> Iterator[tuple[str, list[str], int]]:
        """Of what is no commit none, and 0."""
        rest = []
        for id_ in sorted(ids):
            number = self._graph.numbers.get(id_.encode()) if self._graph else None
            if number is None or self._graph is None:
                rest.append(id_)
            else:
                graph = self._graph
                yield id_, [graph.ids[one].decode() for one in graph.parents[number]], graph.times[number]
        if rest and self._ask is None:
            self._ask = self._stack.enter_context(asking(self._repository))
        for id_, kind, body in self._ask(rest) if rest and self._ask else ():
            before, at = headers(body) if kind == "commit" else ([], 0)
            yield id_, [one.decode() for one in before], at


def _parents(heads: _Heads, asked: set[str]) -> dict[str, list[str]]:
    """Of these commits and those of their ancestors that are of one of their seconds."""
    parents: dict[str, list[str]] = {}
    seconds: set[int] = set()
    for is_first_round in (True, *[False] * _MOST_ROUNDS):
        found: set[str] = set()
        for id_, before, at in heads.of(asked):
            if is_first_round:
                seconds.add(at)
            parents[id_] = before if at in seconds else []
            found.update(parents[id_])
        parents |= {id_: [] for id_ in asked - parents.keys()}  # git ended
        asked = found - parents.keys() if len(parents) < _MOST_COMMITS else set()
    return parents


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
