"""``aws.identify_kms_key``, ``disable_kms_key``, ``judge_kms_key``: with a key of one's own in the shared world."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from irkit.clients.kms import Kms, Rotations
from irkit.contract import Proof, Standing
from irkit.errors import NotFound, PlanStale, Refused
from tests.actions.aws.sealed import every_permission, grant, sealed
from tests.bench import Bench, applied, asked, done, operation, planned, proven, revert

ID = "aws.disable_kms_key"
ACCOUNT = "111122223333"


def test_no_action_can_delete_a_key_or_order_its_deletion() -> None:
    deleting = {"kms:ScheduleKeyDeletion", "kms:DeleteImportedKeyMaterial", "kms:DeleteCustomKeyStore"}
    assert not every_permission() & deleting
    clients = Path(__file__).resolve().parents[3] / "irkit" / "clients"
    written = [path.name for path in clients.glob("*.py") if "schedule_key_deletion" in path.read_text()]
    assert written == []


def test_a_key_is_found_by_its_alias_and_its_names_are_told(on: Bench) -> None:
    key = sealed(on).key
    alias = f"alias/t5-{uuid.uuid4().hex[:8]}"
    on.clients("arrange").aws.call("kms", "create_alias", AliasName=alias, TargetKeyId=key)
    grant(on, key, "arn:aws:iam::444455556666:root")
    found = asked(on.clients(), "aws.identify_kms_key", key=alias)
    assert found["arn"] == key
    assert {key, key.rpartition("/")[2], alias} <= set(found["names"])
    assert found["strangers"] == ["arn:aws:iam::444455556666:root"]
    assert f"arn:aws:iam::{ACCOUNT}:root" in found["let_in"]


def test_a_disabled_key_is_proven_by_a_data_key_that_opens_no_more_and_its_undo_by_one_that_does(on: Bench) -> None:
    clients, key = on.clients(), sealed(on).key
    receipt = done(clients, ID, key=key, consumers=["svc-invoicing"])
    verdict = proven(clients, operation(ID), receipt)
    assert verdict.proof is Proof.PROVEN
    assert "DisabledException" in verdict.seen
    undo = revert(ID).plan(clients, receipt)
    assert undo.changes[0].after == "Enabled"
    undone = proven(clients, revert(ID), applied(clients, revert(ID), undo))
    assert undone.proof is Proof.PROVEN
    assert "opened" in undone.seen


def test_its_plan_names_who_stops_and_holds_nothing_of_the_moment(on: Bench) -> None:
    clients, key = on.clients(), sealed(on).key
    plan = planned(clients, ID, key=key, consumers=["svc-invoicing", "month end"])
    assert "svc-invoicing, month end" in plan.blast
    assert plan == planned(clients, ID, key=key, consumers=["svc-invoicing", "month end"])


def test_a_key_that_moved_since_the_plan_is_left_alone(on: Bench) -> None:
    clients, key = on.clients(), sealed(on).key
    plan = planned(clients, ID, key=key)
    clients.kms.disable(key)
    assert operation(ID).probe(clients, plan).standing is Standing.IN_PLACE
    with pytest.raises(PlanStale):
        operation(ID).apply(clients, plan)
    clients.kms.enable(key)
    assert planned(clients, ID, key=key).changes


def test_an_unknown_key_is_not_found(on: Bench) -> None:
    with pytest.raises(NotFound):
        planned(on.clients(), ID, key=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{uuid.uuid4()}")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, "leave"),
        ({"contained": "dead"}, "leave"),
        ({"contained": "unproven"}, "leave"),
        ({"contained": "alive"}, "disable"),
        ({"contained": "dead", "changes": True}, "replace"),
    ],
)
def test_what_is_recommended_follows_from_what_is_known(on: Bench, given: dict[str, object], wanted: str) -> None:
    key, suspect = sealed(on).key, f"arn:aws:iam::{ACCOUNT}:user/x"
    if given.get("changes"):
        row = {"call": "kms:PutKeyPolicy", "principal": suspect, "who": "user/x", "ip": "1.2.3.4", "error": ""}
        given = {**given, "changes": [{**row, "at": "2026-11-21T00:00:00Z", "event_id": "e"}]}
    found = asked(on.clients(), "aws.judge_kms_key", key=key, principals=[suspect], consumers=["svc-a"], **given)
    assert found["recommended"] == wanted
    for word in ("LEAVE", "ROTATE", "DISABLE", "REPLACE", "svc-a", "does NOT stop old ciphertexts", "in memory go on"):
        assert word in found["question"]
    assert "delet" not in json.dumps(found["recommended"])


def test_a_key_is_rotated_once_and_what_it_sealed_before_opens_still(on: Bench) -> None:
    clients, key, rotate = on.clients(), sealed(on).key, "aws.rotate_kms_key"
    before = clients.kms.sealed_key(key, {"a": "b"})
    plan = planned(clients, rotate, key=key)
    assert "old ciphertexts open as before" in plan.blast
    assert plan.phrase.startswith("rotate ")
    receipt = applied(clients, operation(rotate), plan)
    assert proven(clients, operation(rotate), receipt).proof is Proof.PROVEN
    assert clients.kms.tried(key, before) == ""
    assert operation(rotate).probe(clients, plan).standing is Standing.IN_PLACE
    with pytest.raises(PlanStale):
        operation(rotate).apply(clients, plan)


def test_a_rotation_that_is_under_way_is_in_place_and_is_not_asked_for_again(on: Bench) -> None:
    """As after a process that died between the call and its receipt: AWS lists a rotation once it is completed."""
    clients, key, rotate = on.clients(), sealed(on).key, "aws.rotate_kms_key"
    plan = planned(clients, rotate, key=key)
    clients.kms.rotate(key)
    probe = operation(rotate).probe(clients, plan)
    assert probe.standing is Standing.IN_PLACE
    with pytest.raises(PlanStale):
        operation(rotate).apply(clients, plan)
    assert probe.receipt is not None
    assert proven(clients, operation(rotate), probe.receipt).proof is Proof.PROVEN


def test_no_rotation_is_planned_while_another_is_under_way(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    clients, key = on.clients(), sealed(on).key
    monkeypatch.setattr(Kms, "rotations", lambda *_: Rotations(completed=3, is_under_way=True))
    with pytest.raises(Refused, match="under way"):
        planned(clients, "aws.rotate_kms_key", key=key)


def test_a_disabled_key_is_not_rotated(on: Bench) -> None:
    clients, key = on.clients(), sealed(on).key
    clients.kms.disable(key)
    with pytest.raises(Refused):
        planned(clients, "aws.rotate_kms_key", key=key)
    clients.kms.enable(key)
