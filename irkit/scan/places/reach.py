"""From which starts (refs, reflogs) a commit is reached. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from irkit.scan.places.graph import Graph


def reach(graph: Graph, starts: Mapping[int, int], wanted: Container[int]) -> dict[int, int]:
    """For each wanted commit number, the set (as bits) of starts that lead to it; ``starts`` has those of each tip.

    Children are taken before parents, so one walk passes each commit's set on to its parents. It is kept where wanted.
    """
    found: dict[int, int] = {}
    passed = dict(starts)
    parents_of = graph.parents
    for number in graph.order:
        mask = passed.pop(number, 0)
        if number in wanted:
            found[number] = mask
        if not mask:
            continue
        for parent in parents_of[number]:
            known = passed.get(parent)
            passed[parent] = mask if known is None or known is mask else known | mask
    return found


def passed(graph: Graph, brought: Mapping[int, int], at: Iterable[int]) -> dict[int, int]:
    """For each of these commit numbers, the tracks (as bits) that a commit of its history brought, or it did itself."""
    masks = [0] * len(graph.ids)
    known: dict[int, int] = {0: 0}
    for number in reversed(graph.order):
        own = mask = brought.get(number, 0)
        for parent in graph.parents[number]:
            other = masks[parent]
            if other is not mask:
                mask = other if not mask else mask | other
        if own or len(graph.parents[number]) > 1:
            mask = known.setdefault(mask, mask)
        masks[number] = mask
    return {number: masks[number] for number in at}
