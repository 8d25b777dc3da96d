"""DuckDB over a store's parts: it reads those files and nothing else, and what is asked of it cannot change that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from irkit.cloudtrail.store.columns import COLUMNS
from irkit.cloudtrail.store.duck import duckdb

Error = duckdb.Error
OutOfMemory = duckdb.OutOfMemoryException
MEMORY = "150MB"
_THREADS = 2
_SPILLED = "4GB"
_TYPES = {"u": "VARCHAR", "l": "BIGINT", "tsu:": "TIMESTAMP"}


def connected(spill: Path | None = None, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A new engine. ``spill`` is a folder for what does not fit into ``memory``; without one, that is an error."""
    return duckdb.connect(
        config={
            "threads": _THREADS,
            "memory_limit": memory,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "temp_directory": str(spill) if spill is not None else "",
            "max_temp_directory_size": _SPILLED,
            "python_enable_replacements": False,
        }
    )


class Opened:
    """An engine and the parts it may read, while it is being set up; ``locked`` ends that.

    DuckDB's guide "Securing DuckDB": no file but those named, no network, no extension, no setting changed.
    """

    def __init__(self, parts: Sequence[Path], held: duckdb.DuckDBPyConnection) -> None:
        """``held`` is one that was just ``connected``."""
        self.held = held
        self.held.execute("SET enable_progress_bar = false")  # it would write on stdout, which is data
        self.held.execute("SET parquet_metadata_cache = true")  # parts never change
        self.held.execute("SET allowed_paths = ?", [[str(part) for part in parts]])
        self.held.execute("SET enable_external_access = false")

    def leave_out(self, rows: Collection[tuple[str, str]]) -> None:
        """Rows of a part (its path) and a place do not count in the views made after this."""
        self.held.execute(
            "CREATE TEMP TABLE gone AS SELECT unnest(?) AS filename, unnest(?) AS place",
            [[part for part, _ in rows], [place for _, place in rows]],
        )

    def rows(self, name: str, parts: Sequence[Path], *conditions: str) -> None:
        """A view of the rows of some parts for which irkit's own conditions hold."""
        self.view(name, rows_of(parts, *conditions))

    def view(self, name: str, text: str) -> None:
        """A view of irkit's own statement."""
        self.held.execute(f"CREATE TEMP VIEW {name} AS {text}")

    def locked(self) -> duckdb.DuckDBPyConnection:
        """The engine, whose settings can no longer be changed."""
        self.held.execute("SET lock_configuration = true")
        return self.held


NOT_GONE = "(filename, place) NOT IN (SELECT filename, place FROM gone)"
"""A condition of a view, after ``leave_out``."""


def rows_of(parts: Iterable[Path], *conditions: str) -> str:
    """The statement that gives the rows of some parts for which irkit's own conditions hold."""
    return f"SELECT * FROM {_rows(parts)} WHERE {' AND '.join(conditions) or 'true'}"  # noqa: S608 own words


def _rows(parts: Iterable[Path]) -> str:
    names = ", ".join("'" + str(part).replace("'", "''") + "'" for part in parts)
    if names:
        return f"read_parquet([{names}], filename = true)"
    none = ", ".join(f"NULL::{_TYPES[one.format]} AS {one.name}" for one in COLUMNS)
    return f"(SELECT {none}, '' AS filename WHERE false)"
