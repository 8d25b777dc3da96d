"""Anyone's SELECT over a store: read-only, over its events alone, with a time limit."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.store.columns import COLUMNS
from irkit.cloudtrail.store.duck import duckdb
from irkit.cloudtrail.store.holdings import Holdings
from irkit.cloudtrail.store.views import EXTRA, VIEWS
from irkit.errors import NotFound, OutsideError, UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue

PATIENCE = timedelta(minutes=5)
_ROWS = 1_000
_T = TypeVar("_T")
_TELLS = "irkit trail sql --columns tells what there is"


@dataclass(frozen=True)
class Answered:
    """The columns of an answer, and its rows as they are read, which can be once. Close it."""

    columns: tuple[str, ...]
    rows: Generator[tuple[JsonValue, ...], None, None]
    """Times are texts as ISO 8601 has them, in UTC; dates, decimals and what else JSON does not know are texts too."""

    def close(self) -> None:
        """Let go of the store."""
        self.rows.close()


def sql(folder: Path, text: str, patience: timedelta = PATIENCE) -> Answered:
    """The answer to one SELECT over ``events`` (``described`` names its columns) and the views made of it.

    Raises ``UsageError`` for anything but one valid SELECT, ``NotFound`` for no store, ``StoreBroken``, and
    ``OutsideError`` when it takes longer than ``patience`` or more memory than there is for it.
    """
    _refuse_all_but_select(text)
    holdings = Holdings.opened(folder)
    if holdings is None:
        raise NotFound(f"there is no store under {folder}", hint="irkit trail cache --build makes it")
    rows = _rows(holdings, text, patience)
    columns = next(rows)
    return Answered(tuple(str(name) for name in columns), rows)


def described() -> tuple[tuple[str, str], ...]:
    """The columns of ``events`` and what they hold; then the other views."""
    return (
        *((one.name, one.says) for one in COLUMNS if one.name != "odd"),
        *((name, says) for name, (_, says) in EXTRA.items()),
        *((view.name, f"view: {view.says}") for view in VIEWS if view.name != "events"),
    )


def _refuse_all_but_select(text: str) -> None:
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise UsageError(f"this is no SQL: {_first(error)}", hint=_TELLS) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError("a store answers one SELECT at a time, and nothing else", hint=_TELLS)


def _rows(holdings: Holdings, text: str, patience: timedelta) -> Generator[tuple[JsonValue, ...], None, None]:
    """First the names of the columns, then the rows."""
    with (
        TemporaryDirectory(prefix="irkit-") as spill,
        closing(holdings),
        closing(holdings.engine(Query(), VIEWS, Path(spill))) as engine,
        ThreadPoolExecutor(1, thread_name_prefix="sql") as pool,
        _in_words(),
    ):
        waited = _Waited(engine, pool, patience)
        waited.call(lambda: engine.execute(text))
        yield tuple(column[0] for column in engine.description or ())
        while held := waited.call(lambda: engine.fetchmany(_ROWS)):
            yield from (tuple(map(plain, row)) for row in held)


class _Waited:
    """The engine works in a thread of its own: DuckDB hears of no signal while it works, and Ctrl-C must end it."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, pool: ThreadPoolExecutor, patience: timedelta) -> None:
        self._engine = engine
        self._pool = pool
        self._patience = patience
        self._left_s = patience.total_seconds()

    def call(self, work: Callable[[], _T]) -> _T:
        """What a call comes to; it is ended when the patience is over, and by an interrupt."""
        began = monotonic()
        future = self._pool.submit(work)
        try:
            return future.result(self._left_s)
        except TimeoutError as error:
            self._engine.interrupt()
            raise OutsideError(
                f"the store was not done after {self._patience.total_seconds():g} seconds",
                hint="ask for a shorter span of time, or fewer columns",
            ) from error
        except BaseException:
            self._engine.interrupt()
            raise
        finally:
            self._left_s = max(0.0, self._left_s - (monotonic() - began))


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise OutsideError(
            "the store needs more memory for this than it may take",
            hint="ask for a shorter span of time, or fewer columns",
        ) from error
    except duckdb.Error as error:
        raise UsageError(f"the store cannot answer this: {_first(error)}", hint=_TELLS) from error


def _first(error: duckdb.Error) -> str:
    """The error's words without the pointer into the text that DuckDB draws below them."""
    return str(error).partition("\n\nLINE ")[0].strip()


def plain(value: object) -> JsonValue:
    """A value as JSON has it; what JSON does not know as a text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    return str(value)
