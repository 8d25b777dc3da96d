"""Log files of a bucket kept as evidence, and the bundle checked without any network."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from irkit.cloudtrail.integrity.bundle import Bundle
from irkit.cloudtrail.integrity.finding import Kind, Verdict
from irkit.cloudtrail.integrity.folder import Folder
from irkit.cloudtrail.integrity.s3_objects import S3Objects
from irkit.cloudtrail.integrity.verify import verify
from irkit.cloudtrail.kept import Keep, keep
from irkit.cloudtrail.query import Window
from irkit.errors import OutsideError, Refused
from tests.bench import Bench
from tests.cloudtrail.integrity.signed_trail import HOUR, START, SignedTrail, signed_trail
from tests.cloudtrail.integrity.test_s3_objects import Keys, held, put

HERE = "eu-west-1"


@pytest.fixture
def source(on: Bench) -> S3Objects:
    trail = signed_trail(3, trail=SignedTrail(bucket=f"trail-{uuid.uuid4().hex[:8]}"))
    return held(on, put(on, trail), Keys())


def rows(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()[1:]]


def test_a_kept_trail_is_proven_from_its_bundle_alone(source: S3Objects, tmp_path: Path) -> None:
    kept = keep(source, tmp_path / "bundle")
    assert (kept.digests, kept.logs, kept.fetched, kept.unread) == (3, 9, 12, ())
    report = verify(Bundle(kept.folder))
    assert report.verdict is Verdict.INTACT, list(report.lines())
    assert report.logs.proven == 9
    assert report.chains[0].proven == {"own signature": 3}
    assert {row["path"] for row in rows(kept.folder)} == {
        f"objects/{row['bucket']}/{row['key']}" for row in rows(kept.folder)
    }


def test_a_bundle_is_a_plain_folder_too(source: S3Objects, tmp_path: Path) -> None:
    kept = keep(source, tmp_path / "bundle")
    (kept.folder / "manifest.jsonl").unlink()
    assert verify(Folder(kept.folder)).verdict is Verdict.INTACT


def test_keeping_goes_on_where_it_stopped(source: S3Objects, tmp_path: Path) -> None:
    first = keep(source, tmp_path / "bundle")
    (first.folder / "manifest.jsonl").unlink()
    gone = next(first.folder.rglob("*_CloudTrail_*.json.gz"))
    gone.unlink()
    second = keep(source, tmp_path / "bundle")
    assert (first.fetched, second.fetched) == (12, 1)
    assert verify(Bundle(second.folder)).verdict is Verdict.INTACT


def test_a_whole_bundle_is_never_written_again(source: S3Objects, tmp_path: Path) -> None:
    keep(source, tmp_path / "bundle")
    with pytest.raises(Refused, match="holds a whole bundle already"):
        keep(source, tmp_path / "bundle")


def test_a_window_is_kept_with_the_digest_after_it(on: Bench, tmp_path: Path) -> None:
    trail = signed_trail(5, trail=SignedTrail(bucket=f"trail-{uuid.uuid4().hex[:8]}"))
    window = Window(START + HOUR, START + 3 * HOUR)
    kept = keep(held(on, put(on, trail), Keys(), "", window), tmp_path / "bundle", Keep.WHOLE, window)
    assert kept.logs == 6
    assert verify(Bundle(kept.folder)).verdict is Verdict.INTACT


def test_referenced_log_files_are_told_by_the_hashes_taken_then(source: S3Objects, tmp_path: Path) -> None:
    kept = keep(source, tmp_path / "bundle", Keep.REFERENCE)
    assert not list(kept.folder.rglob("*_CloudTrail_*.json.gz"))
    report = verify(Bundle(kept.folder))
    assert report.verdict is Verdict.UNPROVEN
    assert [one.kind for one in report.findings] == [Kind.REFERENCED_LOG]
    assert report.logs.proven == 9


@pytest.mark.parametrize("name", ["_CloudTrail_", "_CloudTrail-Digest_"])
def test_a_copy_that_was_touched_later_is_named(source: S3Objects, tmp_path: Path, name: str) -> None:
    kept = keep(source, tmp_path / "bundle")
    path = min(kept.folder.rglob(f"*{name}*.json.gz"))
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    report = verify(Bundle(kept.folder))
    assert report.verdict is Verdict.ALTERED
    assert str(path) in [one.place for one in report.findings if one.kind is Kind.ALTERED_COPY]


def test_public_keys_that_are_not_those_that_were_kept_are_an_altered_copy(source: S3Objects, tmp_path: Path) -> None:
    kept = keep(source, tmp_path / "bundle")
    path = kept.folder / "public-keys.json"
    path.write_bytes(path.read_bytes() + b" ")
    report = verify(Bundle(kept.folder))
    assert (report.verdict, report.logs.proven) == (Verdict.ALTERED, 9)
    assert [(one.kind, one.place) for one in report.findings] == [(Kind.ALTERED_COPY, str(path))]
    path.unlink()
    assert "no such file" in [one.seen for one in verify(Bundle(kept.folder)).findings]


def test_a_bundle_of_an_older_irkit_says_nothing_of_its_keys_and_is_still_proven(
    source: S3Objects, tmp_path: Path
) -> None:
    manifest = keep(source, tmp_path / "bundle").folder / "manifest.jsonl"
    head, *rows = manifest.read_text().splitlines()
    manifest.write_text("\n".join([json.dumps({**json.loads(head), "public_keys_sha256": None}), *rows]) + "\n")
    report = verify(Bundle(tmp_path / "bundle"))
    assert report.verdict is Verdict.INTACT
    assert any("older irkit" in note for note in report.notes)


def test_a_file_that_was_put_into_a_bundle_is_named(source: S3Objects, tmp_path: Path) -> None:
    kept = keep(source, tmp_path / "bundle")
    (kept.folder / "objects" / "more.json.gz").write_bytes(b"")
    report = verify(Bundle(kept.folder))
    assert [(one.kind, one.seen) for one in report.findings] == [
        (Kind.NOT_READ, "the manifest does not name it: added later")
    ]


def test_a_manifest_that_leads_out_of_the_bundle_is_refused(source: S3Objects, tmp_path: Path) -> None:
    kept = keep(source, tmp_path / "bundle")
    manifest = kept.folder / "manifest.jsonl"
    manifest.write_text(manifest.read_text().replace('"path":"objects/', '"path":"../objects/'))
    with pytest.raises(OutsideError, match="outside of the bundle"):
        Bundle(kept.folder)
    manifest.write_text("{}")
    with pytest.raises(OutsideError, match="irkit-trail-bundle/1"):
        Bundle(kept.folder)
