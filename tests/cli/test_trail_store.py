"""The store behind ``irkit trail``: built, asked, listed and dropped; answers do not change by it."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import JsonValue

from irkit.cli import trail_behind, trail_sql
from irkit.cli.trail_written import Format
from irkit.cloudtrail.places import is_store, store_folder
from tests.cli.test_trail import DATA, Ask, ask, log
from tests.cloudtrail.made import body
from tests.patience import PATIENCE_S

__all__ = ["ask"]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    lines = [json.loads(line) for line in DATA.read_text().splitlines()]
    log(tmp_path / "logs", *lines[:9], name="a.json.gz")
    log(tmp_path / "logs", *lines[8:], name="b.json.gz")
    return tmp_path / "logs"


def stores() -> Path:
    return Path(os.environ["XDG_CACHE_HOME"]) / "irkit" / "cloudtrail"


def ids(rows: Sequence[dict[str, object]]) -> list[object]:
    return [row["event_id"] for row in rows]


def test_an_answer_is_the_same_with_a_store_and_without(ask: Ask, logs: Path) -> None:
    raw = ask("activity", "--from", logs, "--format", "json").document
    assert ask("cache", "--build", "--from", logs).code == 0
    stored = ask("activity", "--from", logs, "--format", "json").document
    assert stored["rows"] == raw["rows"]
    assert any("read from the store" in note for note in stored["coverage"]["notes"])
    read = ask("activity", "--from", logs, "--format", "json", "--no-cache").document
    assert read["rows"] == raw["rows"]
    assert not any("store" in note for note in read["coverage"]["notes"])


def test_a_file_that_came_later_is_in_the_answer(ask: Ask, logs: Path) -> None:
    ask("cache", "--build", "--from", logs)
    log(logs, body("iam:CreateUser", eventID="late"), name="c.json.gz")
    rows = ask("activity", "--from", logs, "--format", "json").document["rows"]
    assert "late" in ids(rows)
    assert len(rows) == 18


def test_sql_is_asked_of_the_store_which_is_built_first(ask: Ask, logs: Path) -> None:
    told = ask("sql", "SELECT call, count(*) AS n FROM events GROUP BY ALL ORDER BY n DESC", "--from", logs)
    assert told.code == 0
    assert "built first" in told.err
    heads, first = [line.split() for line in told.out.splitlines()[:2]]
    assert (heads, first[0]) == (["CALL", "N"], "kms:Decrypt")
    rows = ask("sql", "SELECT count(*) AS n FROM events", "--from", logs, "--format", "json")
    assert json.loads(rows.out) == [{"n": 17}]


def test_a_document_of_sql_is_written_while_its_rows_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_sql, "_AT_ONCE", 2)
    out = io.StringIO()

    def rows() -> Iterator[Sequence[JsonValue]]:
        for number in range(5):
            assert out.getvalue().count("n") == number // 2 * 2
            yield (number,)

    trail_sql._written(("n",), rows(), Format.JSON, out)
    assert out.getvalue() == json.dumps([{"n": number} for number in range(5)], indent=2) + "\n"
    trail_sql._written(("n",), iter(()), Format.JSON, empty := io.StringIO())
    assert empty.getvalue() == "[]\n"


def test_sql_tells_what_the_store_covers(ask: Ask, logs: Path) -> None:
    words = ("sql", "SELECT count(*) AS n FROM events", "--from", logs, "--format", "json")
    told = ask(*words)
    assert "1 row; 2 files read, 18 events looked at, 1 double left out" in told.err
    log(logs, body("iam:CreateUser", eventID="late"), name="c.json.gz")
    stale = ask(*words)
    assert (stale.code, json.loads(stale.out)) == (1, [{"n": 17}])
    assert "1 of its files are not in the store as they are now: irkit trail cache --build" in stale.err
    assert ask("cache", "--build", "--from", logs).code == 0
    assert (ask(*words).code, json.loads(ask(*words).out)) == (0, [{"n": 18}])


def test_sql_names_the_files_that_the_store_could_not_read(ask: Ask, logs: Path) -> None:
    (logs / "z.json.gz").write_bytes(b"\x1f\x8b no gzip")
    told = ask("sql", "SELECT count(*) AS n FROM events", "--from", logs, "--format", "json")
    assert (told.code, json.loads(told.out)) == (1, [{"n": 17}])
    assert "z.json.gz" in told.err.rpartition("1 row")[2]


@pytest.mark.parametrize(
    "text",
    ["DROP TABLE x", "SELECT 1; SELECT 2", "SELECT * FROM read_csv('/etc/passwd')", "SELECT nothing FROM events", "("],
)
def test_sql_that_is_no_select_over_the_store_is_refused(ask: Ask, logs: Path, text: str) -> None:
    told = ask("sql", text, "--from", logs)
    assert (told.code, told.out) == (2, "")


def test_the_columns_for_sql_are_told_without_a_store(ask: Ask) -> None:
    told = ask("sql", "--columns")
    assert told.code == 0
    assert "source_identity" in told.out


def test_stores_are_listed_and_dropped(ask: Ask, logs: Path) -> None:
    assert ask("cache").code == 0
    ask("cache", "--build", "--from", logs)
    row = json.loads(ask("cache", "--json").out)[0]
    assert (row["source"], row["files"], row["events"]) == ([str(logs)], 2, 17)
    assert str(logs) in ask("cache").out
    assert ask("cache", "--drop", "--from", logs).code == 0
    assert json.loads(ask("cache", "--json").out) == []


def test_a_store_that_cannot_be_begun_is_named(
    ask: Ask, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "full").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "full"))
    told = ask("cache", "--build", "--from", logs)
    assert told.code == 1
    assert "the store under" in told.err
    assert "make room" in told.err


def test_only_files_and_buckets_have_a_store(ask: Ask) -> None:
    assert ask("sql", "SELECT 1", "--from", "event-history").code == 2
    assert ask("cache", "--build", "--from", "event-history").code == 2


def test_a_store_is_built_behind_an_answer_that_read_much(
    ask: Ask, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "lowest priority" not in ask("activity", "--from", logs).err
    monkeypatch.setattr(trail_behind, "LEAST_SIZE", 1)
    assert "lowest priority" not in ask("activity", "--from", logs, "--no-cache").err
    told = ask("activity", "--from", logs)
    assert (told.code, "lowest priority" in told.err) == (0, True)
    folder = store_folder([str(logs)], stores())
    until = time.monotonic() + PATIENCE_S
    while not (is_store(folder) and json.loads(ask("cache", "--json").out)[0]["events"] == 17):
        assert time.monotonic() < until, "no store was built"
        time.sleep(0.05)
    assert "lowest priority" not in ask("activity", "--from", logs).err, "nothing is new"


def test_the_coverage_of_files_is_told_by_their_names(ask: Ask, tmp_path: Path) -> None:
    for day in (18, 20):
        folder = tmp_path / "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11" / str(day)
        log(folder, body("iam:GetUser"), name=f"111122223333_CloudTrail_eu-west-1_202611{day}T0305Z_x.json.gz")
    row = ask("coverage", "--from", tmp_path, "--format", "json").document["rows"][0]
    assert (row["account"], row["region"], row["files"], row["days"]) == ("111122223333", "eu-west-1", 2, 2)
    assert row["days_without"] == ["2026-11-19"]
    assert row["first_at"] == "2026-11-18T03:05:00Z"


def test_what_is_counted_in_the_store_is_what_the_records_say(ask: Ask, logs: Path) -> None:
    asked = ("seen", "--from", logs, "--format", "json")
    rows = ask(*asked, "--follow", "alone").document["rows"]
    found = {(row["what"], row["value"]): (row["count"], row["errors"], row["first_at"]) for row in rows}
    lines = [json.loads(line) for line in DATA.read_text().splitlines()]
    for name in {line["eventName"] for line in lines}:
        of_it = [line for line in lines if line["eventName"] == name]
        call = f"{of_it[0]['eventSource'].removesuffix('.amazonaws.com')}:{name}"
        errors = sum("errorCode" in line for line in of_it)
        assert found["call", call] == (len(of_it), errors, min(line["eventTime"] for line in of_it))
    told = ask(*asked, "--follow", "alone")
    assert "counted where the records lie" in told.err
    log(logs, body("iam:CreateUser"), name="c.json.gz")
    assert ("call", "iam:CreateUser") in {
        (row["what"], row["value"]) for row in ask(*asked, "--follow", "alone").document["rows"]
    }, "what is new is put into the store first"


def test_rows_counted_in_the_store_are_those_of_the_records_and_what_is_cut_is_told(
    ask: Ask, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("seen", "--from", logs, "--format", "json", "--follow", "alone")
    (logs / "gone.json").symlink_to(logs / "nothing")
    raw, counted = ask(*asked, "--no-cache").document, ask(*asked).document
    assert counted["rows"] == raw["rows"]
    assert counted["coverage"]["skipped"] == raw["coverage"]["skipped"]
    assert raw["coverage"]["skipped"]
    monkeypatch.setattr("irkit.cloudtrail.store.seen_counts.MOST_VALUES", 1)
    assert "NOT TOLD: more than the 1 most frequent" in ask(*asked).err


def test_where_no_store_can_be_written_the_records_are_read(
    ask: Ask, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    told = ask("seen", "--from", logs, "--format", "json", "--follow", "alone")
    assert told.code == 0
    assert "the records are read" in told.err
    assert told.document["rows"]


def test_records_that_are_only_streamed_are_all_there_once(ask: Ask, logs: Path) -> None:
    *rows, last = ask("activity", "--from", logs, "--format", "jsonl", "--follow", "alone").lines
    assert len(rows) == len(set(ids(rows))) == 17
    assert "coverage" in last


def test_more_records_than_memory_should_hold_are_refused_with_the_way_out(ask: Ask, logs: Path) -> None:
    told = ask("activity", "--from", logs, "--most", "5")
    assert told.code == 2
    assert "--follow alone" in told.err
    assert ask("activity", "--from", logs, "--most", "5", "--format", "jsonl", "--follow", "alone").code == 0


def test_where_there_is_no_file_counting_says_so_and_asks_for_no_store(ask: Ask, tmp_path: Path) -> None:
    told = ask("seen", "--follow", "alone", "--from", str(tmp_path))
    assert (told.code, "there is no file under" in told.err, "no store" in told.err) == (1, True, False)
