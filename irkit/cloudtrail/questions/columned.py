"""Rows of an answer as columns: who writes a table needs no object for each of very many rows, nor all columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar, overload

Row = TypeVar("Row")


class Columned(Sequence[Row]):
    """Rows, each made anew when it is asked for, of columns that are made when they are asked for first."""

    def __init__(self, row: Callable[..., Row], count: int, columns: Mapping[str, Callable[[], list[object]]]) -> None:
        """``columns`` are the row's fields in their order, each with what makes its ``count`` values."""
        self._row, self._count, self._columns = row, count, columns
        self._made: dict[str, list[object]] = {}

    def column(self, name: str) -> list[object]:
        """A field's values, one a row. Raises ``KeyError`` for no field."""
        if name not in self._made:
            self._made[name] = self._columns[name]()
        return self._made[name]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, *map(self.column, self._columns))

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> Columned[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | Columned[Row]:
        if not isinstance(at, slice):
            return self._row(*(self.column(name)[at] for name in self._columns))
        count = len(range(self._count)[at])
        if count == self._count and at.step in {None, 1}:
            return self

        def part(name: str) -> Callable[[], list[object]]:
            return lambda: self.column(name)[at]

        return Columned(self._row, count, {name: part(name) for name in self._columns})
