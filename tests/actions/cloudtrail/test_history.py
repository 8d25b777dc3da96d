"""``cloudtrail.measure_key_use`` and ``cloudtrail.hunt_persistence`` against what the world's intruder really did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from irkit.clients.aws import Tries
from irkit.clients.iam import KeyStatus
from tests.bench import Bench, asked

if TYPE_CHECKING:
    from irkit.drill.world.world import World

STRANGERS = {"185.220.101.34", "45.153.160.12"}


def _truth(on: Bench) -> set[str]:
    """The ids of the events that the intruder caused."""
    found = json.loads((Path(on.world.facts.folder) / "vault" / "truth.json").read_text(encoding="utf-8"))
    return set(found["events"])


def _kept_ids(on: Bench, result: Mapping[str, Any]) -> set[str]:
    lines = (on.folder / result["evidence"]).read_text(encoding="utf-8").splitlines()
    return {json.loads(line)["eventID"] for line in lines}


@pytest.fixture(scope="module")
def leaked(world: World) -> str:
    return str(world.facts.key_id)


def test_the_intruders_addresses_are_found_with_counts_and_times(on: Bench, leaked: str) -> None:
    used = asked(on.clients(), "cloudtrail.measure_key_use", key_id=leaked)
    sources = {source["ip"]: source for source in used["sources"]}
    assert set(sources) >= STRANGERS
    alarm = datetime.fromisoformat(on.world.facts.alarm_at)
    first = datetime.fromisoformat(sources["185.220.101.34"]["first_at"])
    assert timedelta(hours=1) < alarm - first < timedelta(hours=6)
    assert sources["185.220.101.34"]["denied"] > 0
    assert used["total"] == used["succeeded"] + used["failed"]


def test_secrets_that_were_read_and_contexts_that_were_decrypted_are_told(on: Bench, leaked: str) -> None:
    used = asked(on.clients(), "cloudtrail.measure_key_use", key_id=leaked)
    assert on.world.facts.secret_id in used["secrets_read"]
    contexts = [json.loads(decrypt["context"]) for decrypt in used["decrypts"]]
    assert any(context.get("app") == "payments" for context in contexts)
    assert any("SecretARN" in context for context in contexts), "the decrypts that a service made are missing"
    assert used["sessions"]


def test_the_records_are_kept_as_evidence_with_hash_and_coverage(on: Bench, leaked: str) -> None:
    used = asked(on.clients(), "cloudtrail.measure_key_use", key_id=leaked)
    raw = (on.folder / used["evidence"]).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == used["sha256"]
    assert len(_kept_ids(on, used)) == used["total"] + used["own_probes"] == on.kept[0].count
    assert "complete until" in on.kept[0].coverage
    assert "eu-west-1" in used["coverage"]


def test_nothing_is_seen_of_a_key_that_was_not_used(on: Bench) -> None:
    used = asked(on.clients(), "cloudtrail.measure_key_use", key_id=on.suspect().key.key_id)
    assert (used["total"], used["first_at"], used["sources"]) == (0, None, [])


def test_the_users_keys_rights_and_trusts_that_were_left_behind_are_found(on: Bench, leaked: str) -> None:
    found = asked(on.clients(), "cloudtrail.hunt_persistence", key_id=leaked)
    assert [user["user"] for user in found["users"]] == ["svc-backup2"]
    assert [key["target"] for key in found["keys"]] == ["svc-backup2"]
    assert [right["what"] for right in found["rights"]] == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert [trust["target"] for trust in found["trusts"]] == ["ci-reader"]
    proofs = {one["event_id"] for kind in ("users", "keys", "rights", "trusts") for one in found[kind]}
    assert proofs <= _truth(on)


def test_no_event_of_the_intruder_is_missing_from_the_evidence(on: Bench, leaked: str) -> None:
    found = asked(on.clients(), "cloudtrail.hunt_persistence", key_id=leaked)
    used = asked(on.clients(), "cloudtrail.measure_key_use", key_id=leaked)
    missing = _truth(on) - _kept_ids(on, found) - _kept_ids(on, used)
    assert missing == set(), (found["coverage"], used["coverage"])


def test_a_key_that_was_made_for_someone_who_was_there_before_is_a_stray_one(on: Bench) -> None:
    intruder, victim = on.suspect(), on.suspect()
    aws = on.outside.aws_session.client("iam", "", "aws-cli/2", Tries.ONCE, (intruder.key.key_id, intruder.key.secret))
    stray = aws.create_access_key(UserName=victim.user)["AccessKey"]["AccessKeyId"]
    found = asked(on.clients(), "cloudtrail.hunt_persistence", key_id=intruder.key.key_id, hours=1)
    assert found["users"] == []
    assert [(key["user"], key["key_id"]) for key in found["stray_keys"]] == [(victim.user, stray)]
    on.clients().iam.set_key_status(victim.user, stray, KeyStatus.INACTIVE)
    again = asked(on.clients(), "cloudtrail.hunt_persistence", key_id=intruder.key.key_id, hours=1)
    assert again["stray_keys"] == []
    on.clients().iam.delete_access_key(victim.user, stray)
    gone = asked(on.clients(), "cloudtrail.hunt_persistence", key_id=intruder.key.key_id, hours=1)
    assert gone["gone"] == [f"access key {stray[:4]}…{stray[-4:]} of {victim.user}"]
