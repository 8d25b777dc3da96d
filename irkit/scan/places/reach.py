"""From which starts (refs, reflogs) a commit is reached. Pure."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence

from irkit.scan.places.graph import Graph


def reach(graph: Graph, starts: Mapping[int, int], wanted: Collection[int]) -> dict[int, int]:
    """For each wanted commit number, the set (as bits) of starts that lead to it; ``starts`` has those of each tip."""
    if graph.packed is None:
        return pass_on(graph.parents, graph.order, starts, wanted)
    from irkit.scan.places import packed_graph

    _, _, first, parents = graph.packed
    return packed_graph.reach(first, parents, bytes(graph.order), dict(starts), wanted)


def pass_on(
    parents_of: Sequence[tuple[int, ...]], order: Sequence[int], starts: Mapping[int, int], wanted: Container[int]
) -> dict[int, int]:
    """As ``reach``.

    Children are taken before parents (``order``), so one walk passes each commit's set on to its parents. It is kept
    where wanted.
    """
    found: dict[int, int] = {}
    passed = dict(starts)
    for number in order:
        mask = passed.pop(number, 0)
        if number in wanted:
            found[number] = mask
        if not mask:
            continue
        for parent in parents_of[number]:
            known = passed.get(parent)
            passed[parent] = mask if known is None or known is mask else known | mask
    return found
