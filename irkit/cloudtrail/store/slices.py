"""A store asked span by span of time, so that what a wide question looks at fits into memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import closing
from datetime import timedelta

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import Batch
from irkit.cloudtrail.store.columns import EPOCH
from irkit.cloudtrail.store.holdings import Holdings
from irkit.cloudtrail.store.stored import coverage, in_words, looking, sources

_MINUTE = timedelta(minutes=1)


class Slices:
    """The events of one store as a source. Each look opens the parts it needs, and lets go of them."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._coverage: Coverage | None = None

    @property
    def label(self) -> str:
        """``store under cache/``."""
        return f"store under {self._holdings.folder}"

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """The matching records, as ``Stored``. What the first look covers is told by all: to count it takes long."""
        with in_words(self._holdings.folder), closing(self._holdings.engine(query)) as engine:
            yield from looking(engine, self._holdings, query)
        if self._coverage is None:
            self._coverage = coverage(self._holdings, query)
        return self._coverage

    def spans(self, query: Query, most: int) -> tuple[Window, ...]:
        """Spans of whole minutes, oldest first, that hold all records of a query, each about ``most`` of them or less.

        A minute that holds more is a span of its own.
        """
        counts = self._by_minute(query)
        found: list[Window] = []
        held = 0
        for minute in sorted(counts):
            start = EPOCH + minute * _MINUTE
            if found and held + counts[minute] <= most:
                found[-1] = Window(found[-1].start, start + _MINUTE)
                held += counts[minute]
            else:
                found.append(Window(start, start + _MINUTE))
                held = counts[minute]
        return tuple(found)

    def _by_minute(self, query: Query) -> Counter[int]:
        """How many rows may match, by the minute since 1970."""
        counts: Counter[int] = Counter()
        with in_words(self._holdings.folder), closing(self._holdings.engine(query)) as engine:
            for rows, condition in sources(self._holdings, query):
                statement = (
                    "SELECT epoch_us(time) // 60000000 AS minute, count(*) "  # noqa: S608 values are bound
                    f"FROM {rows} WHERE {condition.text} GROUP BY minute"
                )
                counts.update(dict(engine.execute(statement, list(condition.values)).fetchall()))
        return counts
