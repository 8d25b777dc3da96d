"""Which commits brought a track, and which held it last: worked out from what each commit changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from irkit.scan.places import packed_graph
from irkit.scan.places.bitset import bits
from irkit.scan.places.graph import Graph
from irkit.scan.places.passed_along import pass_down
from irkit.scan.quick import NamedTuple


class Presence(NamedTuple):
    """By commit number (see ``Graph``), sets of tracks as bits."""

    held: list[int]
    """What stands in the commit's tree."""
    brought: dict[int, int]
    """What stands in it and in none of its parents: a merge brings only what was made in it."""
    left: dict[int, int]
    """What stands in it and in no child, or not in some child."""


def presence(graph: Graph, changes: Mapping[bytes, tuple[int, int]]) -> Presence:
    """Of all commits of the graph.

    ``changes`` has by id what a commit has and its first parent has not, and the other way round.
    """
    find = graph.numbers.get
    numbered = {number: change for id_, change in changes.items() if (number := find(id_)) is not None}
    if graph.packed is None:
        return Presence(*pass_down(graph.parents, graph.order, numbered))
    _, _, first, parents = graph.packed
    return Presence(*packed_graph.presence(first, parents, bytes(graph.order), numbered))


def with_commits(seen: Presence, numbered: Mapping[int, int]) -> Presence:
    """The same with commits as tracks of their own; ``numbered`` has their bits by the commit's number."""
    brought, left = dict(seen.brought), dict(seen.left)
    for number, bit in numbered.items():
        brought[number] = brought.get(number, 0) | bit
        left[number] = left.get(number, 0) | bit
    return Presence(seen.held, brought, left)


def chosen(masks: Mapping[int, int], order: Iterable[int]) -> dict[int, int]:
    """For each bit of any mask, the first of the ``order`` (keys of ``masks``) whose mask has it."""
    found: dict[int, int] = {}
    seen = 0
    for number in order:
        new = masks[number] & ~seen
        if not new:
            continue
        seen |= new
        for bit in bits(new):
            found[bit] = number
    return found
