"""Anyone's SELECT: the events and nothing else of the machine."""

from __future__ import annotations

import json
import os
import signal
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Timer

import pytest

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.store.holdings import Holdings
from irkit.cloudtrail.store.sql import described, sql
from irkit.errors import NotFound, OutsideError, UsageError
from tests.cloudtrail.store.conftest import Kept
from tests.cloudtrail.store.logs import raw

FIELDS = (
    "SELECT event_id, call, session, denied, principal, ip, params FROM events WHERE event_id NOT IN ('lone', 'big')"
)


def rows(folder: Path, text: str) -> list[tuple[object, ...]]:
    with closing(sql(folder, text)) as answered:
        return list(answered.rows)


def test_each_event_is_a_row_once(kept: Kept) -> None:
    assert rows(kept.folder, "SELECT count(*), count(DISTINCT event_id) FROM events") == [(86, 86)]


def test_columns_hold_what_records_hold(kept: Kept) -> None:
    got = {row[0]: row[1:] for row in rows(kept.folder, FIELDS)}
    for one in raw(kept.logs, Query()):
        if one.event_id in got:
            call, session, denied, principal, ip, params = got[one.event_id]
            assert (call, session, denied, principal, ip) == (one.call, one.session, one.denied, one.principal, one.ip)
            assert one.params == _camel(params)


def _camel(text: object) -> object:
    from irkit.cloudtrail.json_map import JsonMap

    return JsonMap(str(text))


def test_decrypts_and_sessions_are_ready_made(kept: Kept) -> None:
    assert rows(kept.folder, "SELECT count(*) FROM decrypts WHERE context <> ''") == [(12,)]
    keys = {one.key_id for one in raw(kept.logs, Query()) if one.key_id.startswith("ASIA")}
    assert {row[0] for row in rows(kept.folder, "SELECT key_id FROM sessions")} == keys


def test_all_columns_and_views_are_described(kept: Kept) -> None:
    with closing(sql(kept.folder, "FROM events LIMIT 0")) as answered:
        columns = set(answered.columns)
    names = {name for name, says in described() if not says.startswith("view: ")}
    assert names == columns
    assert {name for name, says in described() if says.startswith("view: ")} == {"decrypts", "sessions"}


def test_rows_are_json(kept: Kept) -> None:
    held = rows(kept.folder, "SELECT time, 1.5::DECIMAL(4, 2), [1], {'a': DATE '2026-01-01'}, NULL FROM events LIMIT 1")
    assert json.loads(json.dumps(held[0]))[1:] == ["1.50", [1], {"a": "2026-01-01"}, None]
    assert str(held[0][0]).endswith("Z")


@pytest.mark.parametrize(
    "text",
    [
        "COPY events TO '{at}'",
        "ATTACH '{at}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET threads = 1",
        "RESET enable_external_access",
        "CREATE TABLE mine AS SELECT 1",
        "DROP VIEW events",
        "EXPORT DATABASE '{at}'",
        "CALL pragma_version()",
        "EXPLAIN ANALYZE COPY events TO '{at}'",
        "CHECKPOINT",
        "SELECT 1; COPY events TO '{at}'",
        "",
        "SELEC 1",
        "SELECT nothing FROM events",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_json('http://127.0.0.1:9/x')",
        "SELECT * FROM parquet_metadata('/etc/passwd')",
        "SELECT * FROM sqlite_scan('{folder}/manifest.db', 'files')",
        "SELECT * FROM query('COPY events TO ''{at}''')",
        "SELECT getenv('HOME')",
        "SELECT * FROM kept",
    ],
)
def test_anything_but_a_select_of_events_is_refused(kept: Kept, tmp_path: Path, text: str) -> None:
    at = tmp_path / "out"
    with pytest.raises(UsageError):
        rows(kept.folder, text.format(at=at, folder=kept.folder))
    assert not at.exists()


def test_the_engine_itself_refuses_what_the_statement_check_would(kept: Kept, tmp_path: Path) -> None:
    import duckdb

    holdings = Holdings.opened(kept.folder)
    assert holdings is not None
    with closing(holdings), closing(holdings.engine(Query())) as engine:
        for text in (
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'out.db'}'",
            "SET enable_external_access = true",
            "SET allowed_paths = ['/etc/passwd']",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SELECT * FROM read_text('/etc/passwd')",
        ):
            with pytest.raises(duckdb.Error):
                engine.execute(text)
    assert list(tmp_path.iterdir()) == []


def test_a_select_without_end_is_ended(kept: Kept) -> None:
    with pytest.raises(OutsideError, match="not done after"):
        list(sql(kept.folder, "SELECT count(*) FROM range(1000000000000)", timedelta(seconds=0.2)).rows)


def test_an_interrupt_ends_a_select_as_an_interrupt(kept: Kept) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            sql(kept.folder, "SELECT count(*) FROM range(1000000000000)", timedelta(seconds=60))
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)


def test_a_select_of_too_much_memory_is_ended(kept: Kept) -> None:
    with pytest.raises(OutsideError, match="memory"):
        rows(kept.folder, "SELECT list(n) FROM range(100000000) AS one(n)")


def test_there_must_be_a_store(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no store"):
        sql(tmp_path, "SELECT 1")
