"""A part of the store: one Parquet file with the events of some files. Written once, never changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

from irkit.cloudtrail.store.arrow import Chunk, Column, Rows, chunk
from irkit.cloudtrail.store.columns import COLUMNS, NAMES, Row
from irkit.cloudtrail.store.duck import duckdb

GROUP = 10_240
"""Rows of one row group of a part that stays: what a look can leave out at once."""
_FIRST_GROUP = 4_096
"""Of one that a worker writes: what it holds in memory while it does. Small parts are put together anew later."""
ORDER = "ORDER BY principal_arn, key_id, time"
"""Of the rows of a part: who is asked for stands together, so that a look unpacks few row groups."""
_RUN_ROWS = _FIRST_GROUP // 2
_RUN_BYTES = 3_000_000
"""Rows are put in order so many at a time: one file may hold more than memory does."""
_CHUNK_ROWS = 1_024
_CHUNK_BYTES = 2_000_000
_ARROW = tuple(Column(one.name, one.format) for one in COLUMNS)
_LENGTH = NAMES.index("byte_count")
_ordering = itemgetter(*(NAMES.index(name) for name in ("principal_arn", "key_id", "time")))


def _runs(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of each run as ``ORDER`` has them."""
    held: list[Row] = []
    size = 0
    for row in rows:
        held.append(row)
        size += int(row[_LENGTH])
        if len(held) == _RUN_ROWS or size > _RUN_BYTES:
            yield from _given(held)
            size = 0
    yield from _given(held)


def _given(held: list[Row]) -> Iterator[Row]:
    """In order, and let go of as they are taken."""
    held.sort(key=_ordering, reverse=True)
    while held:
        yield held.pop()


def chunks(rows: Iterable[Row]) -> Iterator[Chunk]:
    """Rows as chunks of columns, made as they are asked for: few rows when they are long."""
    held: list[Row] = []
    size = 0
    for row in rows:
        held.append(row)
        size += int(row[_LENGTH])
        if len(held) == _CHUNK_ROWS or size > _CHUNK_BYTES:
            yield chunk(list(zip(*held, strict=True)))
            held, size = [], 0
    if held:
        yield chunk(list(zip(*held, strict=True)))


def write_part(engine: duckdb.DuckDBPyConnection, rows: Iterable[Row], at: Path) -> None:
    """Write a new Parquet file, on disk when this returns. The rows are asked for as they are written.

    Raises what making the rows raises, and ``duckdb.Error`` for what the disk refuses.
    """
    import duckdb as package  # it sets up what reads a stream: without it DuckDB takes no rows of Python's

    stream = Rows(_ARROW, chunks(_runs(rows)))
    engine.register("rows_to_write", stream)
    try:
        writing_parquet(engine, "FROM rows_to_write", at, _FIRST_GROUP)
    except package.Error:
        if stream.failure is not None:
            raise stream.failure from None
        raise
    finally:
        engine.unregister("rows_to_write")


def writing_parquet(engine: duckdb.DuckDBPyConnection, statement: str, at: Path, group: int = GROUP) -> None:
    """Write what irkit's own statement gives as a part, in row groups of so many rows."""
    name = str(at).replace("'", "''")
    engine.execute(
        f"COPY ({statement}) TO '{name}' "
        f"(FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {group}, ROW_GROUP_SIZE_BYTES '32MB')"
    )
    with at.open("rb") as written:
        os.fsync(written.fileno())


def writing_engine(memory: str = "100MB", spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An engine that writes parts: one thread, little memory, nothing fetched or loaded.

    What does not fit into its memory goes to the folder ``spill``; without one, that is an error.
    """
    engine = duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": memory,
            "temp_directory": str(spill) if spill is not None else "",
            "preserve_insertion_order": False,
            # What a part took goes back to the system after it: of three processes together, 10 MB.
            "allocator_flush_threshold": "1MB",
            "allocator_bulk_deallocation_flush_threshold": "1MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    engine.execute("SET enable_progress_bar = false")  # it would write on stdout, where a worker speaks to its builder
    return engine
