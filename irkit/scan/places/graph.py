"""The commits of a repository and their parents, as numbers: small, and quick to walk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Graph(NamedTuple):
    """Commits by number, as git lists them: from the newest."""

    ids: list[bytes]
    """In hex, by number."""
    parents: list[tuple[int, ...]]
    """Those that are here: a shallow boundary has none."""
    times: list[int]
    """The committer's, seconds since 1970."""
    numbers: dict[bytes, int]
    """By id."""
    order: Sequence[int]
    """All numbers, children before parents."""


class Listed(NamedTuple):
    """Rows of ``git rev-list --parents --timestamp``, in its order: id, ids of the parents, time."""

    ids: list[bytes]
    parents: list[list[bytes]]
    times: list[int]


def listed(lines: Iterable[bytes], into: Listed) -> None:
    """Adds rows ``time id parent...``; what is no such row raises ``ValueError``."""
    for line in lines:
        at, id_, *parents = line.split(b" ")
        into.times.append(int(at))
        into.ids.append(id_)
        into.parents.append(parents)


def graph(rows: Listed) -> Graph:
    """Of listed commits. Git lists by time: where a wrong clock puts a parent before its child, they are sorted."""
    numbers = {id_: number for number, id_ in enumerate(rows.ids)}
    find = numbers.get
    parents = [tuple([number for id_ in ids if (number := find(id_)) is not None]) for ids in rows.parents]
    is_in_order = all(not ps or min(ps) > child for child, ps in enumerate(parents))
    order = range(len(parents)) if is_in_order else children_first(parents)
    return Graph(rows.ids, parents, rows.times, numbers, order)


def children_first(parents: Sequence[tuple[int, ...]]) -> list[int]:
    """Numbers in an order in which no parent stands before a child of it, otherwise as given where that holds."""
    waits_for = [0] * len(parents)
    for ps in parents:
        for parent in ps:
            waits_for[parent] += 1
    order = [number for number, count in enumerate(waits_for) if not count]
    for number in order:  # it grows while it is walked
        for parent in parents[number]:
            waits_for[parent] -= 1
            if not waits_for[parent]:
                order.append(parent)
    return order
