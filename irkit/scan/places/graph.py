"""The commits of a repository and their parents, as numbers: small, and quick to walk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from irkit.native import native
from irkit.scan.quick import NamedTuple, Protocol

_ROW = re.compile(rb"([0-9]{1,20}) commit ([0-9a-f]{40})((?: [0-9a-f]{40})*)\n([0-9a-f]{40})\n")


class Numbers(Protocol):
    """A mapping, or as much of one as is needed."""

    def get(self, id_: bytes, /) -> int | None:
        """The number of a commit; None when it is not here."""

    def __getitem__(self, id_: bytes, /) -> int:
        """Raises ``KeyError``."""

    def __contains__(self, id_: object, /) -> bool:
        """Whether it is here."""


class Packed(NamedTuple):
    """Commits by number, in columns of bytes; their numbers are 4 or 8 bytes in the machine's order."""

    ids: bytes
    """20 each."""
    times: bytes
    """The committer's, seconds since 1970, 8 each."""
    first: bytes
    """4 each: how many parents all commits before it have; one more, how many all have."""
    parents: bytes
    """Numbers of the commits' parents, one commit's behind another's, 4 each."""


class Graph(NamedTuple):
    """Commits by number, as git lists them: from the newest."""

    ids: Sequence[bytes]
    """In hex, by number."""
    parents: Sequence[tuple[int, ...]]
    """Those that are here: a shallow boundary has none."""
    times: Sequence[int]
    """The committer's, seconds since 1970."""
    numbers: Numbers
    """By id."""
    order: Sequence[int]
    """All numbers, children before parents."""
    packed: Packed | None = None
    """The same in columns, where it was made of these."""


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


def listed_with_trees(data: bytes, into: Listed, trees: list[bytes]) -> int:
    """Adds rows of two lines, ``time commit id parent...`` and the id of the tree; how many bytes they are.

    That is what git writes with ``--format=%T``. It ends before what is no such row, or not all of one.
    """
    at = 0
    while row := _ROW.match(data, at):
        time, id_, parents, tree = row.groups()
        into.times.append(int(time))
        into.ids.append(id_)
        into.parents.append(parents.split())
        trees.append(tree)
        at = row.end()
    return at


def numbered(ids: list[bytes], parents: list[list[bytes]]) -> tuple[dict[bytes, int], list[tuple[int, ...]], bool]:
    """Numbers by id, each commit's parents that are here by number, and whether all parents stand behind children."""
    numbers = {id_: number for number, id_ in enumerate(ids)}
    find = numbers.get
    of_each = [tuple([number for id_ in some if (number := find(id_)) is not None]) for some in parents]
    return numbers, of_each, all(not ps or min(ps) > child for child, ps in enumerate(of_each))


listed_with_trees = native("irkit.scan.places._commits", listed_with_trees)
numbered = native("irkit.scan.places._commits", numbered)


def graph(rows: Listed) -> Graph:
    """Of listed commits. Git lists by time: where a wrong clock puts a parent before its child, they are sorted."""
    numbers, parents, is_in_order = numbered(rows.ids, rows.parents)
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
