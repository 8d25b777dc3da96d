"""The commits of a repository and their parents, as numbers: small, and quick to walk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Graph(NamedTuple):
    """Commits, children before parents: a parent's number is greater than its child's."""

    ids: list[bytes]
    """In hex, by number."""
    parents: list[tuple[int, ...]]
    """Those that are here: a shallow boundary has none."""
    times: list[int]
    """The committer's, seconds since 1970."""
    numbers: dict[bytes, int]
    """By id."""


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
    if all(not ps or min(ps) > child for child, ps in enumerate(parents)):
        return Graph(rows.ids, parents, rows.times, numbers)
    return _renumbered(rows, parents)


def _renumbered(rows: Listed, parents: list[tuple[int, ...]]) -> Graph:
    order = children_first(parents)
    places = [0] * len(order)
    for place, number in enumerate(order):
        places[number] = place
    ids = [rows.ids[number] for number in order]
    return Graph(
        ids,
        [tuple(places[parent] for parent in parents[number]) for number in order],
        [rows.times[number] for number in order],
        {id_: number for number, id_ in enumerate(ids)},
    )


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
