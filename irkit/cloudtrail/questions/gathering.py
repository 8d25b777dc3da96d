"""The ways to rows that do not fit into memory: one record a row, or shelf by shelf."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.record import Record

Row = TypeVar("Row")
Rank = tuple[object, ...]


@dataclass
class Gathering(Generic[Row]):
    """Rows as the question makes them (``rows``), of the records of some shelves at a time; nothing is to be learnt."""

    rows: Callable[[Asked], tuple[Row, ...]]
    rank: Callable[[Row], Rank]
    """By it, all rows of an answer are in the order in which ``rows`` gives them."""
    shelf: Callable[[Asked, Record], str | None] | None = None

    def led(self, lead: Record) -> str:
        """A shelf of its own."""
        return lead.event_id

    def learn(self, asked: Asked) -> None:
        """Nothing."""

    def ranked(self, asked: Asked) -> Iterator[tuple[Rank, Row]]:
        """The rows with their ranks, in order."""
        yield from sorted(((self.rank(row), row) for row in self.rows(asked)), key=_first)

    def last(self) -> Iterator[tuple[Rank, Row]]:
        """None."""
        yield from ()

    def remarks(self) -> tuple[str, ...]:
        """None."""
        return ()


def _first(pair: tuple[Rank, object]) -> Rank:
    return pair[0]
