"""The store as a source: a query is narrowed by SQL over the parts, and decided record by record."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cloudtrail.coverage import Counts, Coverage
from irkit.cloudtrail.heard import latest
from irkit.cloudtrail.query import Query, Spare
from irkit.cloudtrail.quiet import is_before
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress
from irkit.cloudtrail.store.columns import EPOCH
from irkit.cloudtrail.store.holdings import Holdings, Rows
from irkit.cloudtrail.store.manifest import StoreBroken
from irkit.cloudtrail.store.narrowing import Condition, narrowing
from irkit.cloudtrail.store.rows import SELECTED, WITHOUT, NotApart, Reader
from irkit.counted import counted, few
from irkit.errors import NotFound, OutsideError

if TYPE_CHECKING:
    import duckdb

_ROWS = 2_000
_MORE = 2
"""How many times what a key did its owner may have done, for both to be asked at once."""
_FEW = 4
"""How many times the calls asked for a key may have made, for them to be read alone."""
_MOST_OWNERS = 50
_SHOWN = 3
_UNJUDGED = Condition("true", (), exact=False)
_NEVER = ("nothing but the files that were read into the store",)


class Stored:
    """The events of one store. Raises ``NotFound`` when asked and there is no store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def label(self) -> str:
        """``store under cache/``."""
        return f"store under {self._folder}"

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """The matching records. Raises ``NotFound`` for no store, ``StoreBroken`` for one that cannot be read."""
        holdings = Holdings.opened(self._folder)
        if holdings is None:
            raise NotFound(f"there is no store under {self._folder}", hint="irkit trail cache --build makes it")
        with closing(holdings), in_words(self._folder), closing(holdings.engine(query)) as engine:
            yield from looking(engine, holdings, query)
            return coverage(holdings, query)


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """The engine's errors as irkit's."""
    from irkit.cloudtrail.store.engine import Error, OutOfMemory  # a builder does without

    try:
        yield
    except OutOfMemory as error:
        raise OutsideError(
            f"the store under {folder} needs more memory for this than it may take",
            hint="ask for a shorter span of time",
        ) from error
    except Error as error:
        raise StoreBroken(
            f"the store under {folder} cannot be read: {error}",
            hint="ask again with --no-cache; the folder may be deleted: it is made again from the raw files",
        ) from error
    except NotApart as error:
        raise StoreBroken(
            f"the store under {folder} is of another version of irkit: {error}",
            hint="delete the folder: it is made again from the raw files",
        ) from error
    except RuntimeError as error:
        raise_interrupt(error)
        raise


def raise_interrupt(error: RuntimeError) -> None:
    """Ctrl-C while DuckDB works comes as an error of Python's own kind: raise it as what it is."""
    if "interrupted" in str(error):
        raise KeyboardInterrupt from error


def looking(engine: duckdb.DuckDBPyConnection, holdings: Holdings, query: Query) -> Generator[Batch, None, None]:
    """The matching records of the holdings; an event that is in two files comes twice while they are not settled.

    ``engine`` is one of the holdings, for the query's windows or more.
    """
    given = 0
    reader = Reader()
    selected = WITHOUT[Spare.REQUEST_ID] if Spare.REQUEST_ID in query.spare else SELECTED
    for rows, condition in sources(holdings, query):
        statement = f"SELECT {selected} FROM {rows} WHERE {condition.text}"  # noqa: S608 values are bound
        engine.execute(statement, list(condition.values))
        for records in _records(engine, reader):
            matching = tuple(records if condition.exact else filter(query.matches, records))
            given += len(matching)
            yield Batch(matching, Progress("rows", given, 0, given))


def sources(holdings: Holdings, query: Query) -> Iterator[tuple[str, Condition]]:
    """What the rows that may match stand in, and the condition that narrows them there."""
    for condition in narrowing(query):
        if rows := holdings.plain(query, condition):
            yield rows, condition
    if holdings.has_odd(query):
        yield Rows.ODD, _UNJUDGED


def _records(engine: duckdb.DuckDBPyConnection, reader: Reader) -> Iterator[list[Record]]:
    while held := engine.fetchmany(_ROWS):
        yield reader.records(held)


def owners(engine: duckdb.DuckDBPyConnection, holdings: Holdings, query: Query) -> tuple[str, ...]:
    """ARNs of those who used the keys of a query; empty when it is better to ask twice.

    That is so when they did far more with other keys, or with these far more than the calls that are asked for.
    """
    keys = Query(windows=query.windows, keys=query.keys)
    of_keys = _counted(engine, holdings, keys, narrowing(keys))
    arns = tuple(arn for arn in of_keys if arn)
    if not arns or len(arns) > _MOST_OWNERS or (query.calls and _are_few(engine, holdings, query, of_keys)):
        return ()
    callers = Query(windows=query.windows, arns=arns)
    theirs = _counted(engine, holdings, callers, narrowing(callers)[:1])
    return arns if sum(theirs.values()) <= sum(of_keys.values()) * _MORE + _ROWS else ()


def _are_few(engine: duckdb.DuckDBPyConnection, holdings: Holdings, query: Query, of_keys: Mapping[str, int]) -> bool:
    """Whether the calls that are asked for are few of those that were made with the keys."""
    asked = Query(windows=query.windows, keys=query.keys, calls=query.calls)
    return sum(_counted(engine, holdings, asked, narrowing(asked)).values()) * _FEW < sum(of_keys.values())


def _counted(
    engine: duckdb.DuckDBPyConnection, holdings: Holdings, query: Query, conditions: Iterable[Condition]
) -> dict[str, int]:
    """How many rows of each caller fulfil any of some conditions of a query."""
    found: dict[str, int] = {}
    for condition in conditions:
        if rows := holdings.plain(query, condition):
            statement = f"SELECT principal_arn, count(*) FROM {rows} WHERE {condition.text} GROUP BY ALL"  # noqa: S608
            for arn, count in engine.execute(statement, list(condition.values)).fetchall():
                found[arn] = found.get(arn, 0) + count
    return found


def coverage(holdings: Holdings, query: Query) -> Coverage:
    """What the store can say about a query."""
    totals = holdings.totals(query)
    first, last = moment(totals.first), moment(totals.last)
    span = query.span
    asked_at = datetime.fromisoformat(totals.newest) if totals.newest else min(last, latest())
    if span is not None and totals.first is not None and is_before(span, first):
        asked_at = span.start
    return Coverage(
        regions=query.regions or tuple(dict.fromkeys(scope.region for scope in holdings.scopes if scope.region)),
        start=span.start if span is not None else first,
        end=span.end if span is not None else last,
        asked_at=asked_at,
        sources=(f"store under {holdings.folder}",),
        accounts=query.accounts or tuple(dict.fromkeys(scope.account for scope in holdings.scopes if scope.account)),
        skipped=holdings.skipped,
        notes=tuple(_notes(holdings)),
        counts=Counts(totals.files, totals.pruned, totals.size, totals.events, totals.doubles),
        never=_NEVER,
    )


def _notes(holdings: Holdings) -> Iterator[str]:
    if several := holdings.misnamed:
        one, more = "file holds other events than its name says", "files hold other events than their names say"
        yield f"{counted(len(several), one, more)} ({few(several, _SHOWN)}): all were read"


def moment(microseconds: int | None) -> datetime:
    """Of microseconds since 1970; 1970 itself for none."""
    return EPOCH + timedelta(microseconds=microseconds or 0)
