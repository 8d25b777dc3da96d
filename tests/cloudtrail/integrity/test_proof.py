"""By what a digest is proven: its own signature, the next digest, keys of its time."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from irkit.cloudtrail.integrity.digest import digest, series
from irkit.cloudtrail.integrity.finding import Kind, Verdict
from irkit.cloudtrail.integrity.folder import Folder
from irkit.cloudtrail.integrity.public_keys import keys_json, public_keys, signed
from irkit.cloudtrail.integrity.verify import verify
from irkit.cloudtrail.query import Window
from irkit.errors import OutsideError, UsageError
from tests.cloudtrail.integrity.signed_trail import (
    HOUR,
    START,
    fingerprint,
    keys_document,
    public_der,
    signature,
    signed_trail,
)

HERE = "eu-west-1"
ASKED_AT = START + timedelta(days=1)
GUIDE = Path(__file__).parents[2] / "data" / "cloudtrail" / "digest"


def test_without_metadata_all_digests_but_the_newest_are_proven_by_the_next(tmp_path: Path) -> None:
    report = verify(Folder(signed_trail().save(tmp_path, metadata=""), asked_at=ASKED_AT))
    assert report.verdict is Verdict.UNPROVEN
    assert [one.kind for one in report.findings] == [Kind.UNSIGNED_DIGEST]
    assert report.chains[0].proven == {"the signature that the next digest tells": 3}
    assert (report.logs.proven, report.logs.unproven) == (9, 3)


@pytest.mark.parametrize("ending", [".meta.json", ".metadata.json", ".head.json"])
def test_metadata_are_read_from_a_file_beside_the_digest(tmp_path: Path, ending: str) -> None:
    assert verify(Folder(signed_trail().save(tmp_path, metadata=ending), asked_at=ASKED_AT)).verdict is Verdict.INTACT


def test_what_head_object_prints_is_read(tmp_path: Path) -> None:
    trail = signed_trail()
    folder = trail.save(tmp_path, metadata="")
    for key in trail.digests[HERE]:
        told = {"ETag": '"x"', "Metadata": trail.objects[key].metadata}
        (folder / f"{key}.meta.json").write_text(json.dumps(told))
    assert verify(Folder(folder, asked_at=ASKED_AT)).verdict is Verdict.INTACT


def test_without_public_keys_nothing_is_proven(tmp_path: Path) -> None:
    trail = signed_trail()
    folder = trail.save(tmp_path)
    (folder / "public-keys.json").unlink()
    report = verify(Folder(folder, asked_at=ASKED_AT))
    assert report.verdict is Verdict.UNPROVEN
    assert [one.kind for one in report.findings] == [Kind.UNKNOWN_KEY]
    assert (report.logs.proven, report.logs.unproven) == (0, 12)


def test_a_list_without_a_key_is_read_as_one(tmp_path: Path) -> None:
    folder = signed_trail().save(tmp_path, keys=())
    report = verify(Folder(folder, asked_at=ASKED_AT))
    assert [one.kind for one in report.findings] == [Kind.UNKNOWN_KEY]


def test_a_key_may_be_of_all_time(tmp_path: Path) -> None:
    folder = signed_trail().save(tmp_path)
    listed = json.loads((folder / "public-keys.json").read_bytes())
    times = {"ValidityStartTime": "0001-01-01T00:00:00Z", "ValidityEndTime": "9999-12-31T23:59:59Z"}
    listed["PublicKeyList"][0] |= times
    (folder / "public-keys.json").write_text(json.dumps(listed))
    assert verify(Folder(folder, asked_at=ASKED_AT)).verdict is Verdict.INTACT


def test_a_key_that_was_not_in_use_then_proves_nothing_without_a_word(tmp_path: Path) -> None:
    folder = signed_trail().save(tmp_path)
    (folder / "public-keys.json").write_bytes(keys_document(HERE, until=START - timedelta(days=1)))
    report = verify(Folder(folder, asked_at=ASKED_AT))
    assert report.verdict is Verdict.UNPROVEN
    assert {one.kind for one in report.findings} == {Kind.KEY_OUT_OF_TIME}


def test_the_hash_that_a_proven_digest_tells_proves_one_of_an_unknown_key(tmp_path: Path) -> None:
    trail = signed_trail(2)
    first, second = trail.digests[HERE]
    body = trail.digest(first) | {"digestPublicKeyFingerprint": "0" * 32}
    trail.put_digest(first, body, signed_by="other")
    text = gzip.decompress(trail.objects[first].body)
    told = {
        "previousDigestHashValue": hashlib.sha256(text).hexdigest(),
        "previousDigestSignature": trail.objects[first].metadata["signature"],
    }
    trail.put_digest(second, trail.digest(second) | told, signed_by=HERE)
    report = verify(Folder(trail.save(tmp_path), asked_at=ASKED_AT))
    assert report.verdict is Verdict.INTACT
    assert report.chains[0].proven == {"own signature": 1, "the hash that the next digest tells": 1}


def test_another_algorithm_is_named(tmp_path: Path) -> None:
    trail = signed_trail()
    trail.objects[trail.digests[HERE][-1]].metadata["signature-algorithm"] = "SHA1withRSA"
    report = verify(Folder(trail.save(tmp_path), asked_at=ASKED_AT))
    assert Kind.UNKNOWN_ALGORITHM in {one.kind for one in report.findings}
    assert report.verdict is Verdict.UNPROVEN


def test_a_window_asks_for_its_own_files_alone(tmp_path: Path) -> None:
    trail = signed_trail(6)
    for key in (*trail.logs[HERE][:3], *trail.digests[HERE][:1]):
        del trail.objects[key]
    folder = Folder(trail.save(tmp_path), asked_at=ASKED_AT)
    report = verify(folder, Window(START + 2 * HOUR, START + 4 * HOUR))
    assert report.verdict is Verdict.INTACT
    assert report.logs.here == 6


def test_a_folder_without_logs_and_digests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="no log file and no digest"):
        verify(Folder(tmp_path))
    with pytest.raises(UsageError, match="does not exist"):
        Folder(tmp_path / "nowhere")


def test_public_keys_are_read_as_the_guide_shows_them() -> None:
    keys = public_keys((GUIDE / "list-public-keys.json").read_bytes())
    assert [key.fingerprint for key in keys] == [
        "8eba5db5bea9b640d1c96a77256fe7f2",
        "8933b39ddc64d26d8e14ffbf6566fee4",
        "31e8b5433410dfb61a9dc45cc65b22ff",
    ]
    assert str(keys[0].valid_from) == "2015-07-08 01:04:01+00:00"
    assert [hashlib.md5(key.der, usedforsecurity=False).hexdigest() for key in keys] == [
        key.fingerprint for key in keys
    ]
    assert not any(signed(key, "00" * 256, b"") for key in keys)


def test_the_string_to_sign_is_the_guides() -> None:
    content = (GUIDE / "digest.json").read_bytes()
    one = digest(content, "here")
    end, path, sha256, before = one.to_sign.decode().split("\n")
    folder, _, name = path.rpartition("/")
    assert end == "2015-08-17T15:01:31Z"
    assert folder == "S3-bucket-name/AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/17"
    assert name == "111122223333_CloudTrail-Digest_us-east-2_your-trail-name_us-east-2_20150817T150131Z.json.gz"
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert (before[:16], before[-16:]) == ("50887ccffad4c002", "d428e46e8456328a")
    assert (one.series.trail, one.series.home, one.logs[0].sha256[:8]) == ("your-trail-name", "us-east-2", "9bb6196f")


def test_a_backfills_name_is_told_from_an_hourly_ones() -> None:
    at = "a/111122223333_CloudTrail-Digest_us-east-2_my_trail_eu-west-1_20260817T150131Z"
    hourly, late = series(f"{at}.json.gz"), series(f"{at}_backfill.json.gz")
    assert hourly is not None
    assert (hourly.trail, hourly.home, hourly.backfill) == ("my_trail", "eu-west-1", "")
    assert late == hourly._replace(backfill="_backfill")
    assert series("111122223333_CloudTrail_us-east-2_20260817T1501Z_x.json.gz") is None


def test_keys_are_written_as_they_are_read() -> None:
    keys = public_keys(keys_document(HERE))
    assert public_keys(keys_json(keys)) == keys
    assert keys[0].fingerprint == fingerprint(HERE)
    assert signed(keys[0], signature(HERE, b"x"), b"x")
    assert keys[0].der == public_der(HERE)
