"""Counts over a store, made where the events lie: pickers with counts, a histogram.

Each event counts once, whatever it lies in, and only what ``Query.matches`` counts: what SQL alone cannot decide is
decided record by record first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.store.columns import NAMES
from irkit.cloudtrail.store.holdings import Holdings, Rows
from irkit.cloudtrail.store.narrowing import Condition, Value, narrowing
from irkit.cloudtrail.store.stored import in_words, looking
from irkit.cloudtrail.store.views import EXTRA
from irkit.errors import NotFound, UsageError

if TYPE_CHECKING:
    import duckdb

MOST = 1_000
FIELDS = (*(name for name in NAMES if name not in {"odd", "byte_at", "byte_count"}), *EXTRA)
"""What can be counted: the columns of the view ``events``."""
ALL = Query()
_MEMORY = "110MB"
"""Everything is counted at the end of a build, beside what its process holds; with more it is no faster."""
_MADE = ", ".join(f"{text} AS {name}" for name, (text, _) in EXTRA.items())


@dataclass(frozen=True)
class Counted:
    """A value and how many events have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Bin:
    """A span of time from ``start_at`` on, as long as was asked for."""

    start_at: datetime
    count: int
    errors: int


def counted(folder: Path, field: str, query: Query = ALL, most: int = MOST) -> tuple[Counted, ...]:
    """The values of a field, most events first. Raises ``UsageError`` for no field, ``NotFound`` for no store."""
    rows = _rows(
        folder,
        query,
        f"SELECT {_known(field)}::VARCHAR AS value, count(*) AS count FROM asked "  # noqa: S608 a field of ours
        "GROUP BY value ORDER BY count DESC, value LIMIT ?",
        most,
    )
    return tuple(Counted(*row) for row in rows)


def histogram(folder: Path, step: timedelta, query: Query = ALL) -> tuple[Bin, ...]:
    """The events of each step of time that has any, in order. Steps begin at whole multiples of it since 1970."""
    if step < timedelta(seconds=1):
        raise UsageError("a histogram's step is at least a second")
    microseconds = step // timedelta(microseconds=1)
    rows = _rows(
        folder,
        query,
        "SELECT make_timestamp(epoch_us(time) // ?2 * ?2) AS start, count(*), count(*) FILTER (error <> '') "
        "FROM asked GROUP BY start ORDER BY start".replace("?2", str(microseconds)),
    )
    return tuple(Bin(_aware(start), count, errors) for start, count, errors in rows)


def _known(field: str) -> str:
    if field not in FIELDS:
        raise UsageError(f"there is no field {field!r} to count", hint=f"one of {', '.join(FIELDS)}")
    return field


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


class Asked:
    """The events that match, each once, as ``asked`` in statements. ``{}`` in these is where its WITH stands."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, matching: Condition, once: str) -> None:
        self._engine = engine
        self._values = matching.values
        self._with = f"WITH asked AS (SELECT {once}*, {_MADE} FROM ({matching.text}))"  # noqa: S608 values are bound

    def execute(self, statement: str, *values: Value | int) -> list[tuple]:  # type: ignore[type-arg]
        """The rows of a statement."""
        return self._engine.execute(statement.format(self._with), [*self._values, *values]).fetchall()

    def upon(self, statement: str, *values: Value | int) -> list[tuple]:  # type: ignore[type-arg]
        """The rows of a statement over tables that others made."""
        return self._engine.execute(statement, list(values)).fetchall()


@contextmanager
def asked_of(folder: Path, query: Query) -> Iterator[Asked]:
    """What matches a query, to be counted. Raises ``NotFound`` for no store."""
    holdings = Holdings.opened(folder)
    if holdings is None:
        raise NotFound(f"there is no store under {folder}", hint="irkit trail cache --build makes it")
    with (
        TemporaryDirectory(prefix="irkit-") as spill,
        closing(holdings),
        in_words(folder),
        closing(holdings.engine(query, spill=Path(spill), memory=_MEMORY)) as engine,
    ):
        once = "" if holdings.is_settled else "DISTINCT ON (event_id) "
        yield Asked(engine, _matching(engine, holdings, query), once)


def _rows(folder: Path, query: Query, statement: str, *values: Value | int) -> list[tuple]:  # type: ignore[type-arg]
    """What a statement gives of the events that match, each once, which it calls ``asked``."""
    with asked_of(folder, query) as asked:
        return asked.execute("{} " + statement, *values)


def _matching(engine: duckdb.DuckDBPyConnection, holdings: Holdings, query: Query) -> Condition:
    """The statement that gives the events that match, and its values."""
    conditions = narrowing(query)
    is_exact = all(each.exact for each in conditions)
    if is_exact and not holdings.has_odd(query):
        return _union([(holdings.plain(query, each) or Rows.PLAIN, each) for each in conditions])
    _note_matching(engine, holdings, query)
    noted = Condition("event_id IN (SELECT event_id FROM matching)", (), exact=True)
    return _union([*((Rows.PLAIN, each) for each in (conditions if is_exact else (noted,))), (Rows.ODD, noted)])


def _union(every: Sequence[tuple[str, Condition]]) -> Condition:
    return Condition(
        " UNION ALL BY NAME ".join(f"FROM {view} WHERE {condition.text}" for view, condition in every),
        tuple(value for _, condition in every for value in condition.values),
        exact=True,
    )


def _note_matching(engine: duckdb.DuckDBPyConnection, holdings: Holdings, query: Query) -> None:
    """The table ``matching``: ids of the events that match, found record by record."""
    engine.execute("CREATE TEMP TABLE matching (event_id VARCHAR)")
    with closing(holdings.engine(query)) as other:
        for batch in looking(other, holdings, query):
            ids = [one.event_id.encode("utf-8", "replace").decode() for one in batch.records]
            engine.execute("INSERT INTO matching SELECT unnest(?)", [ids])
