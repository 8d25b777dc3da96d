"""Files of which nothing can be read are told of by every answer, and read once, as long as they do not change."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

from irkit.cloudtrail.coverage import Coverage, Skipped
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw.inflated import REFUSED, Broken, inflated
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.source import found
from irkit.cloudtrail.store import building
from irkit.cloudtrail.store.job import Job, JobDone
from irkit.cloudtrail.store.workers import Ended
from tests.cloudtrail.made import body
from tests.cloudtrail.store.logs import aws_form, aws_name, build, cached, log, told

EVERYTHING = Query()
BY_KEY = Query(keys=("AKIANOBODY",))


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Some logs that can be read, and what cannot: by name a log, or not."""
    at = tmp_path / "logs"
    log(at / aws_name(), aws_form(body("s3:GetObject", second, eventID=f"{second}") for second in range(5)))
    for name, content in (
        (aws_name(hour=13, unique="noise"), b"no gzip at all"),
        (aws_name(hour=14, unique="cut"), b"\x1f\x8b\x08\x00\x00\x00\x00\x00"),
        ("empty.json", b""),
        ("wrong.json", b'{"Records":[{"eventID":'),
        ("notes.txt", b"found these on the old laptop"),
    ):
        (at / name).write_bytes(content)
    return at


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that this process reads."""
    names: list[str] = []

    def watched(file: RawFile) -> Generator[bytes, None, Broken | None]:
        names.append(Path(file.place).name)
        return inflated(file)

    monkeypatch.setattr("irkit.cloudtrail.raw.reading.inflated", watched)
    return names


def without_the_stores_own(coverage: Coverage) -> tuple[object, ...]:
    notes = [each for each in coverage.notes if "from the store" not in each]
    counts = coverage.counts
    return coverage.is_whole, set(coverage.skipped), notes, (counts.files, counts.size, counts.events)


@pytest.mark.parametrize("query", [EVERYTHING, BY_KEY])
def test_what_cannot_be_read_is_told_by_each_answer_and_not_read_again(
    logs: Path, tmp_path: Path, opened: list[str], query: Query
) -> None:
    build(logs, tmp_path / "store")
    plain = found(LocalFiles([logs]), query).coverage
    assert len(plain.skipped) == 4
    opened.clear()
    assert without_the_stores_own(cached(logs, tmp_path / "store", query)[1]) == without_the_stores_own(plain)
    assert opened == []


def test_a_second_build_tells_it_again_and_reads_nothing(logs: Path, tmp_path: Path) -> None:
    first = build(logs, tmp_path / "store")
    assert (first.files, len(first.unread), len(first.skipped)) == (1, 5, 4)
    progress, second = told(logs, tmp_path / "store")
    assert progress == []
    assert (second.files, set(second.unread), set(second.skipped)) == (0, set(first.unread), set(first.skipped))


def test_a_file_that_can_be_read_now_is_read(logs: Path, tmp_path: Path, opened: list[str]) -> None:
    build(logs, tmp_path / "store")
    log(logs / "wrong.json", aws_form([body("iam:CreateUser", eventID="mended")]))
    records, coverage = cached(logs, tmp_path / "store", EVERYTHING)
    assert "mended" in {one.event_id for one in records}
    assert opened == ["wrong.json"]
    assert len(coverage.skipped) == 3
    built = build(logs, tmp_path / "store")
    assert (built.files, len(built.unread)) == (1, 4)
    assert len(cached(logs, tmp_path / "store", EVERYTHING)[1].skipped) == 3


def test_what_the_system_did_not_let_us_read_is_tried_again(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(jobs: Iterable[Job], processes: int) -> Generator[Ended, None, None]:
        for job in jobs:
            places = tuple(file.place for file in job.files)
            why = f"{REFUSED}Permission denied)"
            yield Ended(job, JobDone(skipped=tuple(Skipped(Locator(each), why) for each in places), unread=places))

    with monkeypatch.context() as refused:
        refused.setattr(building, "working", refusing)
        assert build(logs, tmp_path / "store").files == 0
    assert len(cached(logs, tmp_path / "store", EVERYTHING)[0]) == 5
    assert build(logs, tmp_path / "store").files == 1
