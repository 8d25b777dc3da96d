"""A trail's log files checked and kept by actions: verdict, findings, evidence, the bundle."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from irkit.clients.cloudtrail_keys import CloudTrailKeys
from irkit.cloudtrail.integrity.bundle import Bundle
from irkit.cloudtrail.integrity.finding import Verdict
from irkit.cloudtrail.integrity.verify import verify
from irkit.errors import InputMissing, UsageError
from tests.bench import Bench, asked
from tests.cloudtrail.integrity.signed_trail import START, SignedTrail, signed_trail
from tests.cloudtrail.integrity.test_s3_objects import Keys, put

HERE = "eu-west-1"
SPAN = {"since": START.isoformat(), "until": (START + timedelta(hours=3)).isoformat()}


@pytest.fixture
def trail(monkeypatch: pytest.MonkeyPatch) -> SignedTrail:
    """A trail whose public keys AWS tells."""
    keys = Keys()
    monkeypatch.setattr(CloudTrailKeys, "listed", lambda _, region, since, until: keys.listed(region, since, until))
    return signed_trail(3, trail=SignedTrail(bucket=f"trail-{uuid.uuid4().hex[:8]}"))


def test_a_buckets_log_files_are_proven_and_the_report_is_evidence(on: Bench, trail: SignedTrail) -> None:
    found = asked(on.clients(), "cloudtrail.verify_logs", source=f"s3://{put(on, trail)}", **SPAN)
    assert (found["verdict"], found["proven"], found["log_files"], found["digests"]) == ("intact", 9, 9, 3)
    raw = (on.folder / found["evidence"]).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == found["sha256"]
    assert json.loads(raw)["verdict"] == "intact"
    assert "3 by own signature" in found["coverage"]


def test_what_is_the_matter_is_counted_and_named(on: Bench, trail: SignedTrail) -> None:
    del trail.objects[trail.logs[HERE][0]]
    trail.objects[trail.logs[HERE][1]].body = b"x"
    found = asked(on.clients(), "cloudtrail.verify_logs", source=f"s3://{put(on, trail)}", **SPAN)
    assert (found["verdict"], found["counts"]) == ("altered", {"altered log": 1, "missing log": 1})
    assert found["findings"][1]["place"] == f"s3://{trail.bucket}/{trail.logs[HERE][0]}"


def test_a_folder_is_checked_whole_without_a_network(on: Bench, trail: SignedTrail, tmp_path: Path) -> None:
    found = asked(on.clients(), "cloudtrail.verify_logs", source=str(trail.save(tmp_path / "saved")))
    assert found["verdict"] == "intact"


def test_kept_log_files_are_one_event_and_prove_themselves_later(on: Bench, trail: SignedTrail) -> None:
    found = asked(on.clients(), "cloudtrail.keep_logs", source=f"s3://{put(on, trail)}", **SPAN)
    assert (found["verdict"], found["log_files"], found["digests"], found["unread"]) == ("intact", 9, 3, [])
    (event,) = on.kept
    assert (event.path, event.sha256, event.count) == (found["evidence"], found["sha256"], 12)
    bundle = on.folder / found["bundle"]
    assert hashlib.sha256((bundle / "manifest.jsonl").read_bytes()).hexdigest() == found["sha256"]
    assert verify(Bundle(bundle)).verdict is Verdict.INTACT
    again = asked(on.clients(), "cloudtrail.keep_logs", source=f"s3://{trail.bucket}", **SPAN)
    assert again["bundle"] == f"{found['bundle']}-2"


def test_what_cannot_be_kept_is_refused(on: Bench, trail: SignedTrail, tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match="no trail's bucket is named"):
        asked(on.clients(), "cloudtrail.keep_logs")
    with pytest.raises(UsageError, match="are files already"):
        asked(on.clients(), "cloudtrail.keep_logs", source=str(trail.save(tmp_path / "saved")))
