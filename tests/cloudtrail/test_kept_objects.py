from __future__ import annotations

import os
from pathlib import Path

import pytest

from irkit.clients.s3 import S3Object
from irkit.cloudtrail.kept_objects import INDEX, KeptObjects
from irkit.errors import OutsideError
from tests.cloudtrail.made import START


def thing(key: str = "a/b.json.gz", content: bytes = b"content", etag: str = "e1") -> S3Object:
    return S3Object(key, len(content), etag, START)


def test_what_was_kept_is_held_by_the_next_run(tmp_path: Path) -> None:
    kept = KeptObjects(tmp_path).keep("logs", thing(), iter([b"con", b"tent"]))
    assert kept is not None
    assert kept.path == tmp_path / "logs/a/b.json.gz"
    assert kept.path.read_bytes() == b"content"
    again = KeptObjects(tmp_path)
    assert again.held("logs", thing()) == kept
    assert again.everything() == (kept,)
    assert again.held("logs", thing(etag="e2")) is None
    assert again.held("other", thing()) is None


def test_an_object_that_was_altered_on_disk_does_not_count(tmp_path: Path) -> None:
    kept = KeptObjects(tmp_path).keep("logs", thing(), [b"content"])
    assert kept is not None
    kept.path.write_bytes(b"CONTENT")
    assert KeptObjects(tmp_path).held("logs", thing()) is None
    kept.path.unlink()
    assert KeptObjects(tmp_path).held("logs", thing()) is None


def test_a_part_of_an_object_never_counts(tmp_path: Path) -> None:
    kept = KeptObjects(tmp_path)
    with pytest.raises(OutsideError, match="3 bytes and was listed with 7"):
        kept.keep("logs", thing(), [b"con"])
    assert kept.everything() == ()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    KeptObjects(tmp_path).keep("logs", thing(), [b"content"])
    index = tmp_path / INDEX
    index.write_bytes(index.read_bytes() + b'{"place":"s3://logs/x","pa\n{"place":1}\n[]\n')
    assert len(KeptObjects(tmp_path).everything()) == 1


def test_an_object_that_was_replaced_lies_beside_the_first(tmp_path: Path) -> None:
    kept = KeptObjects(tmp_path)
    first, second = kept.keep("logs", thing(), [b"content"]), kept.keep("logs", thing(etag="e2"), [b"CONTENT"])
    assert first is not None
    assert second is not None
    assert (first.path.read_bytes(), second.path.read_bytes()) == (b"content", b"CONTENT")


@pytest.mark.parametrize("key", ["../../out", "/etc/x", "a//b", "a/./b", "x" * 300, "nul\0", "a/"])
def test_a_key_that_is_no_safe_path_stays_within_the_folder(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "in" / "side"
    kept = KeptObjects(folder).keep("logs", thing(key), [b"content"])
    assert kept is not None
    assert kept.path.resolve().is_relative_to(folder.resolve())
    assert KeptObjects(folder).held("logs", thing(key)) == kept


def test_no_more_is_kept_than_there_is_room_for(tmp_path: Path) -> None:
    kept = KeptObjects(tmp_path, most=10)
    assert kept.keep("logs", thing("one"), [b"content"]) is not None
    assert kept.keep("logs", thing("two"), [b"content"]) is None
    assert kept.left_out == 1
    assert KeptObjects(tmp_path, most=10).keep("logs", thing("three"), [b"content"]) is None


def test_what_a_killed_run_left_half_written_is_taken_away_in_time(tmp_path: Path) -> None:
    old, young = tmp_path / "logs/.0000.part", tmp_path / "logs/.1111.part"
    old.parent.mkdir()
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    KeptObjects(tmp_path).keep("logs", thing(), [b"content"])
    assert not old.exists()
    assert young.exists()


def test_what_another_run_kept_since_is_known_when_it_is_looked_for_again(tmp_path: Path) -> None:
    first = KeptObjects(tmp_path, most=20)
    assert KeptObjects(tmp_path).keep("logs", thing(), [b"content"]) is not None
    assert first.held("logs", thing()) is None
    first.look_again()
    assert first.held("logs", thing()) is not None
    assert first.keep("logs", thing("two"), [b"content"]) is not None
    first.look_again()
    assert first.keep("logs", thing("three"), [b"content"]) is None, "what it kept itself is counted once, and counted"
    assert first.held("logs", thing("two")) is not None


def test_of_a_place_that_was_replaced_a_store_is_given_what_was_kept_last(tmp_path: Path) -> None:
    kept = KeptObjects(tmp_path)
    for etag in ("e1", "e2"):
        kept.keep("logs", thing(etag=etag), [b"content"])
    kept.keep("other", thing(), [b"content"])
    assert [one.etag for one in kept.newest("s3://logs/")] == ["e2"]
