"""Sets that are passed along a history: of tracks from parents to children, of starts the other way. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence


def pass_down(
    parents_of: Sequence[tuple[int, ...]], order: Sequence[int], changes: Mapping[int, tuple[int, int]]
) -> tuple[list[int], dict[int, int], dict[int, int]]:
    """What ``Presence`` (presence.py) has. ``order`` has children before parents.

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


def pass_on(
    parents_of: Sequence[tuple[int, ...]], order: Sequence[int], starts: Mapping[int, int], wanted: Container[int]
) -> dict[int, int]:
    """As ``reach`` (reach.py).

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
