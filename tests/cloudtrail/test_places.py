"""Which source a text names, and several of them as one."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from irkit.clients.clients import Clients
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.one_pass import OnePass
from irkit.cloudtrail.places import Kind, Reach, opened, place, places, store_folder
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.several import several
from irkit.cloudtrail.source import Batch, Progress, found
from irkit.errors import Denied, UsageError
from tests.cloudtrail.made import START, made


def nobody() -> Clients:
    raise AssertionError("files need no cloud")


class Scripted:
    """A source that has these records, or fails."""

    def __init__(self, label: str, *records: Record, error: Denied | None = None) -> None:
        self.label = label
        self._records, self._error = records, error

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        yield Batch(tuple(one for one in self._records if query.matches(one)), Progress("files", 1, 1))
        if self._error is not None:
            raise self._error
        return Coverage((self.label,), START, START, START + timedelta(hours=1), sources=(self.label,), never=())


@pytest.mark.parametrize(
    ("text", "kind", "name", "below"),
    [
        ("event-history", Kind.HISTORY, "event-history", ""),
        ("s3://acme-trail", Kind.BUCKET, "acme-trail", ""),
        ("s3://acme-trail/some/prefix/", Kind.BUCKET, "acme-trail", "some/prefix/"),
        ("athena:logs.cloudtrail@ir", Kind.ATHENA, "logs.cloudtrail", "ir"),
        ("athena:cloudtrail", Kind.ATHENA, "default.cloudtrail", ""),
        ("lake:12345678-90ab-cdef-1234-567890abcdef", Kind.LAKE, "12345678-90ab-cdef-1234-567890abcdef", ""),
    ],
)
def test_a_text_names_a_source(text: str, kind: Kind, name: str, below: str) -> None:
    found_place = place(text)
    assert (found_place.kind, found_place.name, found_place.below) == (kind, name, below)


def test_a_path_is_files_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("athena").mkdir()
    assert place("athena").kind is Kind.FILES
    assert place(str(tmp_path)).kind is Kind.FILES


@pytest.mark.parametrize("text", ["s3://", "s3://A", "athena:", "lake:1", "events-history", "http://x", ""])
def test_what_names_no_source_is_refused_with_what_can(text: str) -> None:
    with pytest.raises(UsageError) as told:
        place(text or "no such file")
    assert "event-history" in told.value.hint


def test_each_source_is_meant_once(tmp_path: Path) -> None:
    assert len(places([str(tmp_path), "event-history", "event-history", str(tmp_path)])) == 2


def test_a_store_is_of_its_source_however_that_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    monkeypatch.chdir(tmp_path)
    assert store_folder(["logs"], tmp_path) == store_folder([f"{logs}/"], tmp_path)
    assert store_folder(["s3://b-b/x"], tmp_path) == store_folder(["s3://b-b/x/"], tmp_path)
    assert store_folder(["s3://b-b/x"], tmp_path) != store_folder(["s3://b-b/y"], tmp_path)


def test_files_need_neither_a_cloud_nor_a_store(tmp_path: Path) -> None:
    source = opened([str(tmp_path)], Reach(nobody))
    assert isinstance(source, OnePass)
    assert str(tmp_path) in source.label


def test_several_sources_answer_as_one_each_event_once() -> None:
    one, two = made("iam:GetUser"), made("iam:ListUsers", 1)
    source = several((Scripted("a", one, two), Scripted("b", two)))
    answer = found(source, Query())
    assert [each.event_id for each in answer.records] == [one.event_id, two.event_id]
    assert (source.label, answer.coverage.sources) == ("a and b", ("a", "b"))


def test_a_source_that_fails_is_named_and_the_others_answer() -> None:
    one = made("iam:GetUser")
    answer = found(several((Scripted("a", error=Denied("no permission")), Scripted("b", one))), Query())
    assert [each.event_id for each in answer.records] == [one.event_id]
    assert answer.coverage.not_seen == {"a": "no permission"}
    assert not answer.coverage.is_whole


def test_when_no_source_answers_the_first_error_is_told() -> None:
    with pytest.raises(Denied, match="first"):
        found(several((Scripted("a", error=Denied("first")), Scripted("b", error=Denied("second")))), Query())
