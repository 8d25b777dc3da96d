from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from irkit.clients.clients import Clients
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw_text import raw_text, raw_texts
from irkit.cloudtrail.source import found
from irkit.errors import NotFound, OutsideError, UsageError
from tests.cloudtrail.made import body


def nobody() -> Clients:
    raise AssertionError("files need no cloud")


@pytest.fixture(params=["logs.json.gz", "logs.json"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    text = json.dumps({"Records": [body("iam:GetUser", userAgent="é"), body("iam:ListUsers")]}, ensure_ascii=False)
    path = tmp_path / str(request.param)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_a_record_is_read_again_as_it_was_written(file: Path) -> None:
    for one in found(LocalFiles([file]), Query()).records:
        assert raw_text(one.locator, nobody) == one.text
        assert json.loads(one.text)["eventID"] == one.event_id


def test_records_are_read_again_by_place_with_or_without_an_offset(file: Path) -> None:
    first, second = found(LocalFiles([file]), Query()).records
    bare = [first._replace(text=""), second._replace(text="", locator=Locator(str(file)))]
    assert raw_texts(bare, nobody) == {first.event_id: first.text, second.event_id: second.text}


def test_what_cannot_be_read_is_left_out_of_many_and_refused_alone(file: Path) -> None:
    one = found(LocalFiles([file]), Query()).records[0]
    gone = Locator(f"{file}.gone", 0, 10)
    assert raw_texts([one._replace(text="", locator=gone)], nobody) == {}
    with pytest.raises(NotFound):
        raw_text(gone, nobody)
    with pytest.raises(OutsideError, match="ends before"):
        raw_text(Locator(str(file), 10**6, 10), nobody)
    with pytest.raises(UsageError):
        raw_text(Locator(str(file)), nobody)
    with pytest.raises(UsageError):
        raw_text(Locator(str(file), 0, 1 << 30), nobody)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "a.gz"
    broken.write_bytes(gzip.compress(b"x" * 1000)[:-12])
    with pytest.raises(OutsideError, match=r"a\.gz"):
        raw_text(Locator(str(broken), 990, 20), nobody)
