"""Answers of more records than are held, of a bucket: every object is in them, also what arrives meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from irkit.cli import trail_gauge
from irkit.clients.s3 import S3Object
from irkit.cloudtrail.questions import sliced
from irkit.wiring import trail_scope
from tests.cli.test_trail import Ask, ask
from tests.cloudtrail.fake_s3 import FakeS3, key_of, log
from tests.cloudtrail.made import START, made
from tests.cloudtrail.test_bucket import FakeClients

__all__ = ["ask"]
FILES = 60
IN_A_FILE = 4
WORDS = ("--from", "s3://logs", "--format", "json", "--jobs", "1")


class Arriving(FakeS3):
    """A bucket into which something is put while it is listed: ``comes`` is called between two pages of a listing."""

    comes: Callable[[], None] | None = None

    def page(self, bucket: str, prefix: str, after: str = "") -> tuple[tuple[S3Object, ...], bool]:
        found = super().page(bucket, prefix, after)
        if after and self.comes is not None:
            self.comes()
        return found


@pytest.fixture
def s3(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> Arriving:
    """What ``s3://logs`` is, and few records that are held."""
    held = Arriving(page_size=20)
    for number in range(FILES):
        put(held, number)
    settings = SimpleNamespace(source=(), accounts=(), role="", external_id="")

    def scope(_config: object) -> trail_scope.Scope:
        found = trail_scope.Scope(SimpleNamespace(cloudtrail=settings), trail_scope.own_stores())  # type: ignore[arg-type]
        found.__dict__["clients"] = FakeClients(held)
        return found

    monkeypatch.setattr(trail_scope, "scope_alone", scope)
    monkeypatch.setattr(trail_gauge, "HELD", IN_A_FILE)
    monkeypatch.setattr(trail_gauge, "HELD_RAW", IN_A_FILE)
    monkeypatch.setattr(sliced, "IN_A_SPAN", 2 * IN_A_FILE)
    return held


def put(s3: FakeS3, number: int) -> None:
    """One more log file, ten minutes after the one before."""
    rows = [made("iam:ListUsers", number * 600 + each) for each in range(IN_A_FILE)]
    s3.put(key_of(START + timedelta(minutes=10 * number + 5)), log(rows))


def test_an_answer_that_is_not_held_has_every_object_of_a_bucket(ask: Ask, s3: Arriving) -> None:
    told = ask("activity", *WORDS)
    assert (told.code, len(told.document["rows"])) == (0, FILES * IN_A_FILE)
    assert s3.reads() < 2 * FILES


def test_what_arrives_while_it_is_answered_is_in_it(ask: Ask, s3: Arriving) -> None:
    late = iter((-1, -2))  # before what is listed next: this listing does not see it
    s3.comes = lambda: put(s3, number) if (number := next(late, None)) is not None else None
    told = ask("seen", "--follow", "alone", *WORDS)
    calls = next(row["count"] for row in told.document["rows"] if row["what"] == "call")
    assert (told.code, next(late, None)) == (0, None)
    assert calls == (FILES + 2) * IN_A_FILE
    assert any("counted where the records lie" in each for each in told.document["notes"])


def test_what_keeps_arriving_is_told_as_not_seen(ask: Ask, s3: Arriving) -> None:
    late = count(1)
    s3.comes = lambda: put(s3, -next(late))
    told = ask("activity", *WORDS)
    assert told.code == 1
    assert any("came" in why for why in told.document["coverage"]["not_seen"].values())
    assert len(told.document["rows"]) > FILES * IN_A_FILE


def test_objects_that_there_is_no_room_to_keep_are_told_as_not_seen(
    ask: Ask, s3: Arriving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from irkit.cloudtrail import places

    monkeypatch.setattr(places, "MOST_KEPT", sum(map(len, s3.held.values())) // 2)
    told = ask("activity", *WORDS)
    assert told.code == 1
    assert 0 < len(told.document["rows"]) < FILES * IN_A_FILE
    assert any("room" in why for why in told.document["coverage"]["not_seen"].values())


def test_sql_of_a_bucket_that_nobody_asked_before_has_its_objects(ask: Ask, s3: Arriving) -> None:
    told = ask("sql", "SELECT count(*) AS n FROM events", *WORDS)
    assert (told.code, json.loads(told.out)) == (0, [{"n": FILES * IN_A_FILE}])
    assert "s3://logs/ was not looked at again" in told.err
