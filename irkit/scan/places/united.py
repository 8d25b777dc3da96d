"""From sets of tracks, each with a set of starts, the starts of each track. Pure."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCK = 32
"""Sets that are taken together: in most of their combinations they hold a track all or not at all."""


def united(sets: Sequence[tuple[int, int]], width: int) -> list[int]:
    """For each of ``width`` tracks, the union of the second sets of all pairs whose first set has it; sets are bits.

    A thousand sets of thousands of tracks are millions of pairs: so blocks of sets are transposed as texts, and each
    combination that occurs in a block is united once.
    """
    starts = [0] * width
    for at in range(0, len(sets), _BLOCK):
        block = sets[at : at + _BLOCK]
        texts = [f"{mask:0{width}b}" for mask, _ in block]
        known: dict[tuple[str, ...], int] = {}
        for place, column in enumerate(zip(*texts, strict=True), 1):
            if column not in known:
                union = 0
                for held, (_, reached) in zip(column, block, strict=True):
                    if held == "1":
                        union |= reached
                known[column] = union
            if known[column]:
                starts[width - place] |= known[column]
    return starts
