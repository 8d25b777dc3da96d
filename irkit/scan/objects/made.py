"""Families of a pack's deltas: each object made once, few of them kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from irkit.native import native
from irkit.scan.objects.pack_entries import Entries
from irkit.scan.quick import Protocol

Made = Iterator[tuple[int, bytes, bytes]]
"""Number, content, and delta that it was made by (empty for the first of a family)."""
_PAGES_KEPT = 8 << 20
"""How much of the pack may be read before its pages are given back to the system's cache."""


class _Pack(Protocol):
    @property
    def entries(self) -> Entries:
        """What is in the pack."""

    @property
    def view(self) -> memoryview:
        """All of the pack."""

    def make(self, number: int, base: bytes | None) -> tuple[bytes, bytes] | None:
        """Content and delta of an entry, of which this is the base; None when it is broken."""

    def release(self) -> None:
        """Give the pages read so far back to the system's cache."""


def made(pack: _Pack, roots: array[int]) -> Made:
    """These entries and all that are deltas of them; without those that are broken, and what is made from them.

    Deepest first, the largest branch last: while one is read, the bases that wait for it are at most as many as the
    family's size has bits.
    """
    offsets, _, _, _, _, first_child, next_sibling, _, _ = pack.entries
    used = 0
    for root in roots:
        waiting: list[tuple[int, bytes | None]] = [(root, None)]
        while waiting:
            number, base = waiting.pop()
            one = pack.make(number, base)
            if one is None:
                continue
            body, delta = one
            yield number, body, delta
            used += offsets[number + 1] - offsets[number]
            if used > _PAGES_KEPT:
                pack.release()
                used = 0
            child = first_child[number]
            while child >= 0:
                waiting.append((child, body))
                child = next_sibling[child]


made = native("irkit.scan.objects._families", made)
