"""An engine is connected while the files are looked through, is given to one taker, and is let go of by nobody else."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as threads

import duckdb
import pytest

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import Batch, found
from irkit.cloudtrail.store import engine
from irkit.cloudtrail.store.ahead import Ahead
from irkit.cloudtrail.store.cached import Cached, Ready
from tests.cloudtrail.store.conftest import Kept


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[duckdb.DuckDBPyConnection]:
    """The engines that were connected."""
    every: list[duckdb.DuckDBPyConnection] = []
    connect = engine.connected

    def noted(spill: Path | None = None, memory: str = engine.MEMORY) -> duckdb.DuckDBPyConnection:
        every.append(connect(spill, memory))
        return every[-1]

    monkeypatch.setattr(engine, "connected", noted)
    return every


def is_closed(one: duckdb.DuckDBPyConnection) -> bool:
    try:
        one.execute("SELECT 1")
    except duckdb.ConnectionException:
        return True
    return False


def connecting() -> list[Thread]:
    return [each for each in threads() if each.name == "connecting"]


def test_an_engine_is_given_once(connected: list[duckdb.DuckDBPyConnection]) -> None:
    ahead = Ahead()
    first, second = ahead.taken(), ahead.taken()
    ahead.close()
    assert [first, second] == connected
    assert first is not second
    assert not is_closed(first)
    first.close()
    second.close()


def test_an_engine_that_nobody_took_is_closed(connected: list[duckdb.DuckDBPyConnection]) -> None:
    Ahead().close()
    assert [is_closed(each) for each in connected] == [True]
    assert not connecting()


def test_who_takes_it_is_told_why_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise duckdb.Error("no room")

    monkeypatch.setattr(engine, "connected", refused)
    ahead = Ahead()
    with pytest.raises(duckdb.Error, match="no room"):
        ahead.taken()
    ahead.close()


def test_a_look_at_a_store_connects_one_engine_before_it_asks(
    kept: Kept, connected: list[duckdb.DuckDBPyConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    at: list[int] = []
    look = Ready.look

    def noted(self: Ready, query: Query) -> object:
        for each in connecting():
            each.join()
        at.append(len(connected))
        return look(self, query)

    monkeypatch.setattr(Ready, "look", noted)
    found(Cached(LocalFiles([kept.logs]), kept.folder), Query(keys=("AKIANOBODY",)))
    assert at == [1]
    assert [is_closed(each) for each in connected] == [True]


def test_an_engine_that_cannot_be_connected_is_told_and_all_is_read_raw(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise duckdb.Error("no room")

    monkeypatch.setattr(engine, "connected", refused)
    answer = found(Cached(LocalFiles([kept.logs]), kept.folder), Query(calls=("kms:Decrypt",)))
    assert answer.records == found(LocalFiles([kept.logs]), Query(calls=("kms:Decrypt",))).records
    assert any("no room" in note for note in answer.coverage.notes)


def test_no_thread_is_at_work_when_files_are_read_raw(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are forked for that, and a lock that a thread holds then is held for ever in them."""
    is_waited_for = Event()
    connect, settle, look = engine.connected, Ahead.settle, LocalFiles.look
    at_work: list[list[Thread]] = []

    def slow() -> duckdb.DuckDBPyConnection:
        is_waited_for.wait()
        return connect()

    def waiting(self: Ahead) -> None:
        is_waited_for.set()
        settle(self)

    def noted(self: LocalFiles, query: Query) -> Generator[Batch, None, Coverage]:
        at_work.append(connecting())
        return (yield from look(self, query))

    monkeypatch.setattr(engine, "connected", slow)
    monkeypatch.setattr(Ahead, "settle", waiting)
    monkeypatch.setattr(LocalFiles, "look", noted)
    with closing(Cached(LocalFiles([kept.logs]), kept.folder).ready()) as ready:
        list(ready.unstored(Query()))

    assert at_work == [[]]
