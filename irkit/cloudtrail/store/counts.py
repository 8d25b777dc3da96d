"""Counts over a store, made where the events lie: pickers with counts, a histogram, first and last seen.

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
_MADE = ", ".join(f"{text} AS {name}" for name, (text, _) in EXTRA.items())


@dataclass(frozen=True)
class Counted:
    """A value and how many events have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Seen:
    """A value, how many events have it, and what they are: ``ips`` and ``agents`` are numbers of each."""

    value: str
    count: int
    errors: int
    denied: int
    first_at: datetime
    last_at: datetime
    ips: int
    agents: int


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


def seen(folder: Path, fields: Sequence[str], query: Query = ALL, most: int = MOST) -> dict[str, tuple[Seen, ...]]:
    """When each value of each field was seen, and with what. Raises as ``counted`` does."""
    known = [_known(field) for field in fields]
    with _asked(folder, query) as asked:
        together = _CALLERS.intersection(known) if len(_CALLERS.intersection(known)) > 1 else frozenset()
        if together:
            named = ", ".join(sorted(_CALLERS))
            asked.execute(
                f"CREATE TEMP TABLE callers AS {{}} SELECT {named}, {_SUMS} FROM asked GROUP BY {named}"  # noqa: S608
            )
        return {field: _seen(asked, field, "callers" if field in together else "", most) for field in known}


_CALLERS = frozenset({"principal_arn", "key_id", "ip", "agent"})
"""Fields that depend on each other: there are few combinations of them, and from these each is counted."""
_SUMS = (
    "count(*) AS count, count(*) FILTER (error <> '') AS errors, count(*) FILTER (denied) AS denied, "
    "min(time) AS first, max(time) AS last"
)
_ADDED = (
    "sum(count)::BIGINT AS count, sum(errors)::BIGINT AS errors, sum(denied)::BIGINT AS denied, "
    "min(first) AS first, max(last) AS last"
)
_NUMBERS = "count(DISTINCT ip) AS ips, count(DISTINCT agent) AS agents"


def _seen(asked: _Asked, field: str, table: str, most: int) -> tuple[Seen, ...]:
    if not table:
        statement = (
            f"{{}} SELECT {field}::VARCHAR AS value, {_SUMS}, {_NUMBERS} FROM asked "  # noqa: S608 fields of ours
            f"GROUP BY value ORDER BY count DESC, value LIMIT {most:d}"
        )
    else:  # numbers of different values are dear: they are counted of the values that are given
        statement = (
            f"{{}}, top AS MATERIALIZED (SELECT {field} AS value, {_ADDED} FROM {table} "  # noqa: S608
            f"GROUP BY {field} ORDER BY count DESC, value LIMIT {most:d}), "
            f"numbers AS (SELECT {field} AS value, {_NUMBERS} FROM {table} SEMI JOIN top ON {field} = top.value "
            f"GROUP BY {field}) FROM top JOIN numbers USING (value) ORDER BY count DESC, value"
        )
    rows = asked.execute(statement)
    return tuple(Seen(row[0], row[1], row[2], row[3], _aware(row[4]), _aware(row[5]), row[6], row[7]) for row in rows)


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


class _Asked:
    """The events that match, each once, as ``asked`` in statements. ``{}`` in these is where its WITH stands."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, matching: Condition, once: str) -> None:
        self._engine = engine
        self._values = matching.values
        self._with = f"WITH asked AS (SELECT {once}*, {_MADE} FROM ({matching.text}))"  # noqa: S608 values are bound

    def execute(self, statement: str, *values: Value | int) -> list[tuple]:  # type: ignore[type-arg]
        """The rows of a statement."""
        return self._engine.execute(statement.format(self._with), [*self._values, *values]).fetchall()


@contextmanager
def _asked(folder: Path, query: Query) -> Iterator[_Asked]:
    holdings = Holdings.opened(folder)
    if holdings is None:
        raise NotFound(f"there is no store under {folder}", hint="irkit trail cache --build makes it")
    with (
        TemporaryDirectory(prefix="irkit-") as spill,
        closing(holdings),
        in_words(folder),
        closing(holdings.engine(query, spill=Path(spill))) as engine,
    ):
        once = "" if holdings.is_settled else "DISTINCT ON (event_id) "
        yield _Asked(engine, _matching(engine, holdings, query), once)


def _rows(folder: Path, query: Query, statement: str, *values: Value | int) -> list[tuple]:  # type: ignore[type-arg]
    """What a statement gives of the events that match, each once, which it calls ``asked``."""
    with _asked(folder, query) as asked:
        return asked.execute("{} " + statement, *values)


def _matching(engine: duckdb.DuckDBPyConnection, holdings: Holdings, query: Query) -> Condition:
    """The statement that gives the events that match, and its values."""
    conditions = narrowing(query)
    is_exact = all(each.exact for each in conditions)
    if is_exact and not holdings.has_odd(query):
        return _union([(Rows.PLAIN, each) for each in conditions])
    _note_matching(engine, holdings, query)
    noted = Condition("event_id IN (SELECT event_id FROM matching)", (), exact=True)
    return _union([*((Rows.PLAIN, each) for each in (conditions if is_exact else (noted,))), (Rows.ODD, noted)])


def _union(every: Sequence[tuple[Rows, Condition]]) -> Condition:
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
