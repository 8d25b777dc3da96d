from __future__ import annotations

import json

import pytest

from irkit.clients.secretsmanager import CURRENT, PENDING, PREVIOUS
from irkit.clients.stored_key import stored_key, with_new_key
from irkit.clients.sts import KeyAnswer
from irkit.contract import Plan, Proof, Standing
from irkit.errors import OutsideError, PlanStale, Unreachable
from tests.bench import Bench, Suspect, applied, done, operation, planned, proven, revert

ID = "aws.issue_access_key"


def _plan(on: Bench, suspect: Suspect, secret: str) -> Plan:
    return planned(on.clients("issue"), ID, user=suspect.user, secret_id=secret, replaces=suspect.key.key_id)


def test_the_new_key_is_current_in_the_secret_and_works(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    receipt = done(on.clients("issue"), ID, user=suspect.user, secret_id=secret, replaces=suspect.key.key_id)
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    versions = on.clients().secretsmanager.versions(secret)
    assert versions.at(CURRENT) == receipt.result["version_id"]
    assert versions.at(PREVIOUS) == receipt.result["previous_version_id"]
    assert versions.at(PENDING) == ""
    key = stored_key(on.clients().secretsmanager.read(secret))
    assert key.key_id == receipt.result["key_id"] != suspect.key.key_id
    assert on.clients().sts.probe_key(key.key_id, key.secret).answer is KeyAnswer.ACCEPTED


def test_other_fields_of_the_secret_are_kept(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    done(on.clients("issue"), ID, user=suspect.user, secret_id=secret, replaces=suspect.key.key_id)
    assert json.loads(on.clients().secretsmanager.read(secret).reveal())["region"] == "eu-west-1"


def test_the_secret_is_nowhere_but_in_the_store(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    clients = on.clients("issue")
    receipt = done(clients, ID, user=suspect.user, secret_id=secret, replaces=suspect.key.key_id)
    value = stored_key(on.clients().secretsmanager.read(secret)).secret.reveal()
    told = receipt.model_dump_json() + repr(clients.drain_calls()) + repr(on.told)
    told += proven(clients, operation(ID), receipt).model_dump_json()
    assert value not in told


def test_the_plan_tells_the_version_and_key_before(on: Bench) -> None:
    suspect = on.suspect()
    plan = _plan(on, suspect, on.secret_of(suspect))
    assert plan.changes[-1].target.endswith("AWSCURRENT")
    assert suspect.key.key_id[-4:] in plan.changes[-1].before
    assert operation(ID).probe(on.clients("issue"), plan).standing is Standing.UNTOUCHED


def test_a_second_issue_has_nothing_to_do(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    first = done(on.clients("issue"), ID, user=suspect.user, secret_id=secret, replaces=suspect.key.key_id)
    plan = _plan(on, suspect, secret)
    assert plan.changes == ()
    found = operation(ID).probe(on.clients("issue"), plan)
    assert found.standing is Standing.IN_PLACE
    assert found.receipt is not None
    assert found.receipt.result["key_id"] == first.result["key_id"]


def test_after_a_crash_at_the_end_the_probe_writes_the_lost_receipt(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    plan = _plan(on, suspect, secret)
    receipt = applied(on.clients("issue"), operation(ID), plan)
    found = operation(ID).probe(on.clients("issue"), plan)
    assert found.standing is Standing.IN_PLACE
    assert found.receipt is not None
    assert found.receipt.result == receipt.result


def test_a_key_whose_secret_was_lost_in_a_crash_is_seen_and_deleted_first(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    plan = _plan(on, suspect, secret)
    lost = on.clients().iam.create_access_key(suspect.user)
    found = operation(ID).probe(on.clients("issue"), plan)
    assert found.standing is Standing.BETWEEN
    assert "its secret is in no version" in found.seen
    with pytest.raises(PlanStale):
        operation(ID).apply(on.clients("issue"), plan)
    again = _plan(on, suspect, secret)
    assert again.changes[0].after == "deleted"
    assert lost.key_id[-4:] in again.changes[0].target
    receipt = applied(on.clients("issue"), operation(ID), again)
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    keys = {key.key_id for key in on.clients().iam.access_keys(suspect.user)}
    assert keys == {suspect.key.key_id, receipt.result["key_id"]}


def test_a_version_that_was_staged_before_a_crash_is_finished_with_the_same_key(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    key = on.clients().iam.create_access_key(suspect.user)
    store = on.clients().secretsmanager
    store.put_pending(secret, with_new_key(store.read(secret), key), "v" * 32)
    plan = _plan(on, suspect, secret)
    assert [change.after for change in plan.changes] == [f"version vvvvvvvv with AKIA…{key.key_id[-4:]}"]
    receipt = applied(on.clients("issue"), operation(ID), plan)
    assert receipt.result["key_id"] == key.key_id
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN


def test_two_keys_in_use_leave_no_room_for_a_third(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    other = on.clients().iam.create_access_key(suspect.user)
    on.clients().aws.call_with(other.key_id, other.secret, "kms", "list_keys")
    if on.clients().iam.key_use(other.key_id).last_used_at is None:
        pytest.fail("the rehearsal does not keep the last use of a key")
    with pytest.raises(OutsideError, match="AWS allows 2"):
        _plan(on, suspect, secret)


def test_a_key_that_cannot_be_kept_is_deleted_at_once(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    plan = _plan(on, suspect, secret)
    clients = on.clients("issue")

    def unreachable(*_: object) -> None:
        raise Unreachable("no answer")

    monkeypatch.setattr(clients.secretsmanager, "put_pending", unreachable)
    with pytest.raises(Unreachable):
        operation(ID).apply(clients, plan)
    assert [key.key_id for key in on.clients().iam.access_keys(suspect.user)] == [suspect.key.key_id]


def test_a_moved_secret_refutes_the_effect(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    receipt = done(on.clients("issue"), ID, user=suspect.user, secret_id=secret, replaces=suspect.key.key_id)
    back, now = str(receipt.result["previous_version_id"]), str(receipt.result["version_id"])
    on.clients().secretsmanager.move_stage(secret, CURRENT, to=back, away_from=now)
    assert operation(ID).verify(on.clients(), receipt).proof is Proof.REFUTED


def test_the_undo_puts_the_old_version_back_and_deletes_the_key(on: Bench) -> None:
    suspect = on.suspect()
    secret = on.secret_of(suspect)
    receipt = done(on.clients("issue"), ID, user=suspect.user, secret_id=secret, replaces=suspect.key.key_id)
    undo = Plan.model_validate_json(revert(ID).plan(on.clients(), receipt).model_dump_json())
    assert [change.after for change in undo.changes][1:] == ["deleted"]
    assert revert(ID).probe(on.clients(), undo).standing is Standing.UNTOUCHED
    undone = applied(on.clients(), revert(ID), undo)
    assert proven(on.clients(), revert(ID), undone).proof is Proof.PROVEN
    assert on.clients().secretsmanager.versions(secret).at(CURRENT) == receipt.result["previous_version_id"]
    assert [key.key_id for key in on.clients().iam.access_keys(suspect.user)] == [suspect.key.key_id]
