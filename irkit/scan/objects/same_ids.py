"""Which of many sorted ids are among others; told bucket by bucket, so that neither is ever whole in memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from mmap import mmap

ID = 20
Ids = memoryview | bytes | mmap
"""Sorted ids, 20 bytes each."""
_FEW = 16
"""So many times fewer ids than others in a bucket: each is searched instead of all others being read."""


def same_ids(ids: Ids, others: Ids) -> Iterator[int]:
    """The numbers of those ``ids`` that are in ``others``; both sorted, 20 bytes an id."""
    starts, other_starts = _starts(ids), _starts(others)
    for byte in range(256):
        start, end = starts[byte], starts[byte + 1]
        other_start, other_end = other_starts[byte], other_starts[byte + 1]
        if start == end or other_start == other_end:
            continue
        if (end - start) * _FEW < other_end - other_start:
            yield from (number for number in range(start, end) if _has(others, id_at(ids, number)))
            continue
        there = {bytes(others[at : at + ID]) for at in range(other_start * ID, other_end * ID, ID)}
        for number in range(start, end):
            if bytes(ids[number * ID : number * ID + ID]) in there:
                yield number


def id_at(ids: Ids, number: int) -> bytes:
    """One of many ids."""
    return bytes(ids[number * ID : number * ID + ID])


def _has(ids: Ids, id_: bytes) -> bool:
    count = len(ids) // ID
    at = bisect_left(range(count), id_, key=lambda number: id_at(ids, number))
    return at < count and id_at(ids, at) == id_


def _starts(ids: Ids) -> list[int]:
    count = len(ids) // ID
    starts = [bisect_left(range(count), byte, key=lambda number: ids[number * ID]) for byte in range(256)]
    return [*starts, count]
