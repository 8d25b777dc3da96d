"""From which starts (refs, reflogs) a commit is reached. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from irkit.scan.places import packed_graph
from irkit.scan.places.graph import Graph
from irkit.scan.places.passed_along import pass_on


def reach(graph: Graph, starts: Mapping[int, int], wanted: Collection[int]) -> dict[int, int]:
    """For each wanted commit number, the set (as bits) of starts that lead to it; ``starts`` has those of each tip."""
    if graph.packed is None:
        return pass_on(graph.parents, graph.order, starts, wanted)
    _, _, first, parents = graph.packed
    return packed_graph.reach(first, parents, bytes(graph.order), dict(starts), wanted)
