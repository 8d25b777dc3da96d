"""Answers of more records than are held in memory: asked span by span, with their rows on disk, and the same."""

from __future__ import annotations

import fcntl
import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from irkit.cli import trail_gauge, trail_settled, trail_wide, trail_written
from irkit.cli.trail import trail
from irkit.cli.trail_written import Format
from irkit.cloudtrail.questions import sliced
from irkit.cloudtrail.questions.question import Question
from irkit.cloudtrail.ranked_rows import RankedRows
from irkit.cloudtrail.store.manifest import unwritable
from tests.cli.test_trail import Ask, log
from tests.cloudtrail.questions.test_ci import RECORDS
from tests.cloudtrail.store.logs import real

FEW = 3
"""Records that are held in these tests."""
IN_A_SPAN = 120
Hold = Callable[[int], list[str]]


@dataclass(frozen=True)
class Kept:
    logs: Path
    caches: Path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Real records in files of no order, and a store of them."""
    at = tmp_path_factory.mktemp("wide")
    once = [*real(), *(json.loads(one.text) for one in RECORDS)]
    bodies = [later(each, number) for number in range(4) for each in once]
    random.Random(1).shuffle(bodies)
    for number in range(3):
        log(at / "logs", *bodies[number::3], name=f"{number}.json.gz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(at / "cache"))
        assert trail(["cache", "--build", "--from", str(at / "logs"), "--jobs", "1"]) == 0
        yield Kept(at / "logs", at / "cache")


@pytest.fixture
def ask(kept: Kept, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept.caches))
    return Ask(capsys)


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Sets how many records are held; gives the ids of the questions that were then asked span by span."""
    used: list[str] = []
    wide = trail_wide.wide

    def spied(question: Question[object], *rest: object) -> trail_wide.Wide:
        used.append(question.id)
        return wide(question, *rest)  # type: ignore[arg-type]

    def held(count: int) -> list[str]:
        monkeypatch.setattr(trail_gauge, "HELD", count)
        monkeypatch.setattr(trail_gauge, "HELD_RAW", count)
        monkeypatch.setattr(sliced, "IN_A_SPAN", IN_A_SPAN)
        monkeypatch.setattr(trail_written, "_AT_ONCE", 2)
        monkeypatch.setattr(trail_wide, "wide", spied)
        return used

    return held


@dataclass(frozen=True)
class Numbered:
    number: int
    ids: tuple[str, ...]


def later(one: Mapping[str, object], times: int) -> dict[str, object]:
    """The same event again, so many times some minutes later."""
    at = datetime.fromisoformat(str(one["eventTime"])) + times * timedelta(minutes=7)
    ids = {name: f"{one[name]}-{times}" for name in ("eventID", "sharedEventID") if name in one}
    return {**one, **ids, "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}


def told(text: str) -> list[str]:
    """What is said, but for the seconds that it took."""
    return [line.rpartition(", ")[0] if line.startswith("irkit trail:") else line for line in text.splitlines()]


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        *((verb, Format.JSON) for verb in ("denied", "decrypts", "secrets", "persistence", "ci", "activity")),
        ("activity", Format.JSONL),
        ("denied", Format.TABLE),
        ("seen", Format.JSON),
        ("seen", Format.TABLE),
    ],
)
def test_an_answer_that_is_not_held_is_the_same(ask: Ask, kept: Kept, hold: Hold, verb: str, form: Format) -> None:
    words = (verb, "--from", kept.logs, "--format", form)
    whole = ask(*words)
    used = hold(FEW)
    parts = ask(*words)
    assert used == [verb]
    assert whole.code == parts.code == 0
    assert whole.out.count("event_id") > 1 or form is Format.TABLE
    if form is Format.JSONL:  # as they are found
        assert sorted(parts.out.splitlines()) == sorted(whole.out.splitlines())
    else:
        assert parts.out == whole.out
    assert told(parts.err) == told(whole.err)


def test_what_is_new_is_told_without_holding_what_was_before(ask: Ask, kept: Kept, hold: Hold) -> None:
    words = ("news", "--from", kept.logs, "--since", "2024-08-01", "--until", "2026-11-22", "--format", "json")
    whole = ask(*words)
    assert len(whole.document["rows"]) > 1
    assert any(row["against"] for row in whole.document["rows"])
    used = hold(FEW)
    parts = ask(*words)
    assert (parts.out, told(parts.err), used) == (whole.out, told(whole.err), ["news"])


def test_a_file_that_what_leads_to_the_records_would_need_is_named(
    ask: Ask, tmp_path: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run's token is taken on up to 12 hours before the window: what cannot be read there is no part of it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    name = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/111122223333_CloudTrail_eu-west-1_20261121T{}Z_x.json"
    for at in ("1205", "1215"):
        file = tmp_path / "logs" / name.format(at)
        log(file.parent, *(json.loads(one.text) for one in RECORDS), name=file.name)
    (tmp_path / "logs" / name.format("0710")).write_bytes(b"{")
    words = ("ci", "--from", tmp_path / "logs", "--since", "2026-11-21T12:00Z", "--until", "2026-11-21T13:00Z")
    whole = ask(*words, "--no-cache", "--format", "json")
    used = hold(0)
    parts = ask(*words, "--format", "json")
    assert used == ["ci"]
    assert (parts.code, whole.code) == (1, 1)
    told = [each.document["coverage"]["skipped"] for each in (whole, parts)]
    assert told[0] == told[1]
    assert len(told[0]) == 1
    assert parts.document["rows"] == whole.document["rows"]


@pytest.mark.parametrize("words", [("--sort", "call"), ("--sort", "-at", "--limit", "7"), ("--sort", "-error")])
def test_rows_that_are_not_held_are_sorted_alike(ask: Ask, kept: Kept, hold: Hold, words: tuple[str, ...]) -> None:
    whole = ask("activity", "--from", kept.logs, "--format", "csv", *words)
    assert hold(FEW) == []
    parts = ask("activity", "--from", kept.logs, "--format", "csv", *words)
    assert (parts.out, told(parts.err)) == (whole.out, told(whole.err))


def test_what_cannot_be_asked_otherwise_is_refused(ask: Ask, kept: Kept, hold: Hold) -> None:
    used = hold(FEW)
    found = ask("activity", "--from", kept.logs, "--no-cache", "--most", FEW)
    assert (found.code, found.out, used) == (2, "", [])
    assert f"more than {FEW} records match" in found.err


def test_rows_are_merged_a_few_of_each_run_at_a_time(tmp_path: Path) -> None:
    rows: RankedRows[Numbered] = RankedRows(tmp_path)
    with closing(rows):
        for start in (2, 0, 1):
            rows.add(((number,), Numbered(number, tuple("x" * 300))) for number in range(start, 300, 3))
        assert len(rows) == 300
        for _ in range(2):
            assert [one.number for one in rows] == list(range(300))
        odd = rows.reordered(lambda row: (row.number % 2,))
        with closing(odd):
            assert [one.number for one in odd] == [*range(0, 300, 2), *range(1, 300, 2)]
    assert list(tmp_path.iterdir()) == []


def test_what_was_held_is_given_back_before_a_store_is_built(
    ask: Ask, kept: Kept, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    complete = trail_settled.complete

    def completed(*given: object) -> None:
        done.append("complete")
        complete(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(trail_settled, "give_back", lambda: done.append("give back"))
    monkeypatch.setattr(trail_settled, "complete", completed)
    hold(FEW)
    assert ask("secrets", "--from", kept.logs, "--format", "json").code == 0
    assert done == ["give back", "give back", "complete"], "before what is new is fetched, and after"


def test_a_store_that_is_just_being_built_is_waited_for(
    ask: Ask, kept: Kept, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask("denied", "--from", kept.logs)
    (folder,) = kept.caches.glob("irkit/cloudtrail/*")
    heard: list[str] = []
    with (folder / "building.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        def built(text: str) -> None:
            heard.append(text)
            fcntl.flock(lock, fcntl.LOCK_UN)

        monkeypatch.setattr(trail_wide, "say", built)
        hold(FEW)
        found = ask("denied", "--from", kept.logs)
    assert (found.code, found.out) == (0, whole.out)
    assert len(heard) == 1
    assert "is just being built: this waits for it" in heard[0]


def test_without_room_for_a_store_it_is_said_what_else_can_be_done(
    ask: Ask, kept: Kept, hold: Hold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    hold(FEW)
    found = ask("denied", "--from", kept.logs)
    assert (found.code, found.out) == (1, "")
    assert "no store of them can be made" in found.err
    assert "--since" in found.err


def test_a_disk_that_fills_while_the_store_is_built_is_told_with_the_ways_out(
    ask: Ask, kept: Kept, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_raw: object, folder: Path, *_: object) -> None:
        raise unwritable(folder, "No space left on device")

    monkeypatch.setattr(trail_settled, "complete", full)
    hold(FEW)
    found = ask("denied", "--from", kept.logs)
    assert (found.code, found.out) == (1, "")
    assert "No space left on device" in found.err
    assert "--since" in found.err
