"""A part holds its rows with those of one caller together, and takes little memory to write, however many they are."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import found
from irkit.cloudtrail.store import settling
from irkit.cloudtrail.store.columns import NAMES, Row
from irkit.cloudtrail.store.holdings import Holdings
from irkit.cloudtrail.store.part import GROUP, write_part, writing_engine, writing_parquet
from irkit.cloudtrail.store.stored import Stored
from tests.cloudtrail.made import body
from tests.cloudtrail.store.logs import aws_form, build, log

COUNT = 40_000
LONG = "x" * 1_000
_FILLED: dict[str, str | int] = {"params": f'{{"a":"{LONG}"}}', "byte_count": len(LONG), "byte_at": 0}


def row(number: int) -> Row:
    """One of ten callers' rows, a kilobyte."""
    held: dict[str, str | int] = {
        **dict.fromkeys(NAMES, ""),
        **_FILLED,
        "time": COUNT - number,
        "event_id": f"{number}",
        "principal_arn": f"{number % 10}",
    }
    return tuple(held[name] for name in NAMES)


def test_a_part_of_more_than_memory_holds_is_written(tmp_path: Path) -> None:
    at = tmp_path / "one.parquet"
    with closing(writing_engine("32MB")) as engine:
        write_part(engine, (row(number) for number in range(COUNT)), at)
    rows = duckdb.execute("SELECT event_id, principal_arn, time FROM read_parquet(?)", [str(at)]).fetchall()
    assert len({event_id for event_id, _, _ in rows}) == COUNT
    first = [(arn, time) for _, arn, time in rows[:2_000]]
    assert first == sorted(first)


def test_a_worker_holds_few_rows_of_a_part_while_it_writes_it(tmp_path: Path) -> None:
    at = tmp_path / "one.parquet"
    with closing(writing_engine()) as engine:
        write_part(engine, (row(number) for number in range(20_000)), at)
    groups = "SELECT max(row_group_num_rows) FROM parquet_metadata(?)"
    assert duckdb.execute(groups, [str(at)]).fetchall()[0][0] < GROUP / 2


def test_who_writes_no_rows_of_its_own_does_without_the_package_around_duckdb() -> None:
    names = ("marks", "settling", "seen_counts", "stored", "sql")
    loads = "; ".join(f"import irkit.cloudtrail.store.{name}" for name in names)
    engine = "from irkit.cloudtrail.store.part import writing_engine; writing_engine().execute('SELECT 1')"
    seen = "import sys; print('_duckdb' in sys.modules, 'duckdb' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", f"{loads}; {engine}; {seen}"], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["True", "False"]


def test_what_memory_cannot_put_in_order_is_settled_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sparing(engine: duckdb.DuckDBPyConnection, statement: str, at: Path) -> None:
        if "ORDER BY" in statement:
            raise duckdb.OutOfMemoryException("could not allocate block")
        writing_parquet(engine, statement, at)

    monkeypatch.setattr(settling, "writing_parquet", sparing)
    for name in ("a", "b"):
        log(tmp_path / "logs" / f"{name}.json", aws_form([body("s3:PutObject", eventID=each) for each in ("1", name)]))
        build(tmp_path / "logs", tmp_path / "store")
    assert {one.event_id for one in found(Stored(tmp_path / "store"), Query()).records} == {"1", "a", "b"}
    holdings = Holdings.opened(tmp_path / "store")
    assert holdings is not None
    with closing(holdings):
        assert holdings.is_settled
        assert sum(part.rows for part in holdings.parts) == 3


def test_how_far_the_engine_is_never_stands_on_stdout_where_a_worker_speaks_to_its_builder() -> None:
    with closing(writing_engine()) as engine:
        assert engine.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]
