"""Which commits brought a track, and which held it last: worked out from what each commit changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from irkit.scan.places.bitset import bits
from irkit.scan.places.graph import Graph
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
    from irkit.scan.places import packed_graph

    _, _, first, parents = graph.packed
    return Presence(*packed_graph.presence(first, parents, bytes(graph.order), numbered))


def pass_down(
    parents_of: Sequence[tuple[int, ...]], order: Sequence[int], changes: Mapping[int, tuple[int, int]]
) -> tuple[list[int], dict[int, int], dict[int, int]]:
    """What ``Presence`` has. ``order`` has children before parents.

    A commit's tree is its first parent's with its changes, so walking parents first gives what every tree holds; the
    other parents only decide whether a merge brought something.
    """
    held = [0] * len(parents_of)
    brought: dict[int, int] = {}
    left: dict[int, int] = {}
    has_child = bytearray(len(held))
    known: dict[int, int] = {0: 0}
    for number in reversed(order):
        parents = parents_of[number]
        here = held[parents[0]] if parents else 0
        change = changes.get(number)
        if change:
            added, removed = change
            here = (here & ~removed) | added
            here = known.setdefault(here, here)
            for parent in parents:
                added &= ~held[parent]
            if added:
                brought[number] = added
        held[number] = here
        for parent in parents:
            has_child[parent] = 1
            gone = held[parent]
            if gone and gone is not here and (gone := gone & ~here):
                left[parent] = left.get(parent, 0) | gone
    for number, has in enumerate(has_child):
        if not has and held[number]:
            left[number] = held[number]
    return held, brought, left


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
