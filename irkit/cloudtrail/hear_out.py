"""A look to its end: each thing that it gives is told, and its value given back."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeVar

_Told = TypeVar("_Told")
_Value = TypeVar("_Value")


def hear_out(look: Generator[_Told, None, _Value], told: Callable[[_Told], object]) -> _Value:
    """What a look comes to; ``told`` hears what it gives meanwhile. It is closed, also when ``told`` raises."""
    with closing(look):
        while True:
            try:
                one = next(look)
            except StopIteration as end:
                value: _Value = end.value
                return value
            told(one)
