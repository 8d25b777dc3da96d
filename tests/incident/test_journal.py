from __future__ import annotations

import json
import multiprocessing
import sqlite3
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from irkit.errors import JournalBroken, JournalUnwritable
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, StepId
from irkit.incident.journal import SqliteJournal
from irkit.incident.record import GENESIS, canonical, commitment, record_hash
from irkit.incident.state import IncidentState, fold
from irkit.incident.verification import verification

KIM = Actor(name="kim", kind=ActorKind.HUMAN)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def written(path: Path, *texts: str) -> SqliteJournal:
    journal = SqliteJournal(path)
    for text in texts:
        journal.append(ev.NoteAdded(text=text), actor=KIM)
    return journal


def forced(path: Path, sql: str, *values: object) -> None:
    """Alter the file as an attacker would who drops the triggers first."""
    with sqlite3.connect(path) as db:
        for name in ("no_update", "no_delete", "no_fork"):
            db.execute(f"DROP TRIGGER {name}")
        db.execute(sql, values)
    db.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE events SET hash = 'x' WHERE seq = 2",
        "DELETE FROM events WHERE seq = 3",
        "INSERT OR REPLACE INTO events SELECT seq, hash, record FROM events WHERE seq = 2",
        'INSERT INTO events VALUES (9, \'x\', \'{"seq": 9, "previous": "x"}\')',
        'INSERT INTO events VALUES (4, \'x\', \'{"seq": 4, "previous": "fork"}\')',
    ],
)
def test_the_database_itself_refuses_to_alter_drop_or_fork(tmp_path: Path, sql: str) -> None:
    written(tmp_path / "j.db", "a", "b", "c")
    with sqlite3.connect(tmp_path / "j.db") as db, pytest.raises(sqlite3.Error):
        db.execute(sql)
    assert verification(tmp_path / "j.db").events == 3


def test_every_altered_byte_of_a_record_is_found_and_the_event_named(tmp_path: Path) -> None:
    written(tmp_path / "j.db", "first", "second", "third").close()
    forced(tmp_path / "j.db", "UPDATE events SET record = replace(record, 'second', 'sec0nd')")
    result = verification(tmp_path / "j.db")
    assert result.broken.startswith("event 2:")
    with pytest.raises(JournalBroken, match="event 2"):
        SqliteJournal(tmp_path / "j.db").records()


def test_a_missing_event_is_found(tmp_path: Path) -> None:
    written(tmp_path / "j.db", "first", "second", "third").close()
    forced(tmp_path / "j.db", "DELETE FROM events WHERE seq = 2")
    assert verification(tmp_path / "j.db").broken == "event 2: missing"


def test_a_cut_tail_is_found_by_a_head_written_down_earlier(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.db", "first", "second", "third")
    head = journal.state().head
    journal.close()
    forced(tmp_path / "j.db", "DELETE FROM events WHERE seq = 3")
    assert verification(tmp_path / "j.db").broken == ""
    assert "cut short" in verification(tmp_path / "j.db", head[:16]).broken


def test_a_file_that_is_no_journal_is_named_broken_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    assert "cannot be read" in verification(tmp_path / "j.db").broken


def test_a_read_only_place_is_an_error_before_anything_happens(tmp_path: Path) -> None:
    with pytest.raises(JournalUnwritable):
        SqliteJournal(tmp_path / "no" / "such" / "folder.db")


def test_a_guard_that_raises_keeps_the_event_out(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.db", "first")

    def no(_: IncidentState) -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        journal.append(ev.NoteAdded(text="second"), actor=KIM, guard=no)
    journal.append(ev.NoteAdded(text="third"), actor=KIM)
    assert [r.event.text for r in journal.records() if isinstance(r.event, ev.NoteAdded)] == ["first", "third"]


def test_a_redacted_field_leaves_the_chain_as_it_was(tmp_path: Path) -> None:
    written(tmp_path / "j.db", "the name of a customer")
    with sqlite3.connect(tmp_path / "j.db") as db:
        text, digest = db.execute("SELECT record, hash FROM events").fetchone()
    record = json.loads(text)
    record["fields"]["event.text"] = commitment("event.text", record["fields"]["event.text"])
    assert "customer" not in json.dumps(record)
    assert record_hash(record) == digest


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=8))
def test_what_is_read_back_is_what_was_written(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("j") / "j.db"
    journal = written(path, *texts)
    again = SqliteJournal(path)
    assert again.records() == journal.records()
    assert [r.event for r in again.records()] == [ev.NoteAdded(text=text) for text in texts]
    assert fold(again.records()) == journal.state()
    assert again.records()[0].previous == GENESIS
    assert verification(path).events == len(texts)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(value=JSON)
def test_the_short_way_to_canonical_json_gives_the_bytes_of_the_reference(value: JsonValue) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def _append_many(path: Path, name: str, count: int) -> None:
    journal = SqliteJournal(path)
    for n in range(count):
        journal.append(ev.NoteAdded(text=f"{name} {n}"), actor=KIM)


def test_many_processes_append_to_one_chain_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    SqliteJournal(path).close()
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_append_many, args=(path, name, 20)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert verification(path).events == 60
    texts = [r.event.text for r in SqliteJournal(path).records() if isinstance(r.event, ev.NoteAdded)]
    for name in "abc":
        assert [t for t in texts if t.startswith(name)] == [f"{name} {n}" for n in range(20)]


def test_a_broken_journal_stays_broken_however_often_it_is_looked_at(tmp_path: Path) -> None:
    written(tmp_path / "j.db", "a", "b", "c").close()
    forced(tmp_path / "j.db", "UPDATE events SET record = replace(record, '\"b\"', '\"B\"') WHERE seq = 2")
    journal = SqliteJournal(tmp_path / "j.db")
    for _ in range(3):
        with pytest.raises(JournalBroken, match="event 2"):
            journal.state()
        with pytest.raises(JournalBroken, match="event 2"):
            journal.records()


def test_a_database_of_somebody_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "j.db") as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    before = (tmp_path / "j.db").read_bytes()
    with pytest.raises(JournalBroken, match="no irkit journal"):
        SqliteJournal(tmp_path / "j.db")
    assert (tmp_path / "j.db").read_bytes() == before


def test_a_file_that_is_no_database_is_called_broken_and_not_unwritable(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"this is no database, " * 200)
    with pytest.raises(JournalBroken, match="not a database"):
        SqliteJournal(tmp_path / "j.db")


def test_an_emptied_journal_does_not_verify(tmp_path: Path) -> None:
    SqliteJournal(tmp_path / "j.db").close()
    assert "event 1: missing" in verification(tmp_path / "j.db").broken


def test_half_a_surrogate_pair_is_written_as_the_replacement_character(tmp_path: Path) -> None:
    """A byte of a command line, a name in a commit or a user agent in a log may be no UTF-8."""
    journal = written(tmp_path / "j.db", "caf\udce9 \ud800")
    answer = ev.DecisionGiven(step=StepId("ask"), answer={"said": "\udcff", "share": 0.5})
    journal.append(answer, actor=KIM)
    fresh = SqliteJournal(tmp_path / "j.db").records()
    assert [getattr(fresh[0].event, "text", ""), getattr(fresh[1].event, "answer", {})] == [
        "caf\ufffd \ufffd",
        {"said": "\ufffd", "share": 0.5},
    ]
    assert verification(tmp_path / "j.db").broken == ""


def sealed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a read-only medium: nothing can be made beside the file, for root neither."""
    monkeypatch.setattr("os.access", lambda *_: False)
    path.parent.chmod(0o500)


def test_a_journal_on_a_read_only_medium_is_read_and_verified_but_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "j.db", "a", "b").close()
    sealed(tmp_path / "j.db", monkeypatch)
    journal = SqliteJournal(tmp_path / "j.db")
    assert len(journal.records()) == 2
    with pytest.raises(JournalUnwritable):
        journal.append(ev.NoteAdded(text="c"), actor=KIM)
    assert verification(tmp_path / "j.db").events == 2
    assert {file.name for file in tmp_path.iterdir()} == {"j.db"}


def test_events_in_a_log_that_a_read_only_medium_hides_are_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_still = written(tmp_path / "j.db", "a", "b")
    sealed(tmp_path / "j.db", monkeypatch)
    with pytest.raises(JournalUnwritable, match="holds events"):
        SqliteJournal(tmp_path / "j.db")
    assert "j.db-wal" in verification(tmp_path / "j.db").broken
    open_still.close()
