"""Rows in parts of about one weight: an answer's rows may name one event each, or a hundred thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import TypeVar

T = TypeVar("T")


def weight(row: object) -> int:
    """What a row takes in memory, by the number of its fields and of what they list."""
    kind = type(row)
    if kind not in _SHAPES:
        _SHAPES[kind] = _shape(kind)
    alone, lists = _SHAPES[kind]
    return alone + sum(len(getattr(row, name)) for name in lists) if lists else alone


_SHAPES: dict[type[object], tuple[int, tuple[str, ...]]] = {}
"""Of each kind of row: there are very many rows of few kinds."""


def _shape(kind: type[object]) -> tuple[int, tuple[str, ...]]:
    """How many of its fields are one value each, and which are tuples."""
    every = fields(kind) if is_dataclass(kind) else ()
    lists = tuple(each.name for each in every if str(each.type).startswith("tuple"))
    return len(every) - len(lists), lists


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
