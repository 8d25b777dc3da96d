"""Rows in parts of about one weight: an answer's rows may name one event each, or a hundred thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def weight(row: object) -> int:
    """What a row takes in memory, by the number of its fields and of what they list."""
    return sum(len(each) if isinstance(each, tuple) else 1 for each in vars(row).values())


def parted(several: Iterable[T], most: int, heavy: Callable[[T], int] = weight) -> Iterator[list[T]]:
    """In parts of about so much weight; one that weighs more is a part of its own."""
    part: list[T] = []
    held = 0
    for one in several:
        held += heavy(one)
        if part and held > most:
            yield part
            part, held = [], heavy(one)
        part.append(one)
    if part:
        yield part
