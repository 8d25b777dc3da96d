from __future__ import annotations

import pytest

from irkit.clients.iam import KeyStatus
from irkit.contract import Proof, Standing
from irkit.errors import OwnIdentity, PlanStale
from tests.bench import Bench, aged, applied, bench, done, operation, planned, proven, revert

ID = "aws.quarantine_user"


def test_all_keys_and_the_policy_are_in_one_plan(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.create_access_key(suspect.user)
    plan = planned(on.clients(), ID, user=suspect.user)
    assert [change.after for change in plan.changes] == ["Inactive", "Inactive", "Deny * on *"]


def test_a_user_in_quarantine_has_no_active_key_and_is_proven_so(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, user=suspect.user)
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    assert {key.status for key in on.clients().iam.access_keys(suspect.user)} == {KeyStatus.INACTIVE}


def test_a_key_made_meanwhile_refutes_the_quarantine(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, user=suspect.user)
    on.clients().iam.create_access_key(suspect.user)
    verdict = operation(ID).verify(on.clients(), aged(receipt))
    assert verdict.proof is Proof.REFUTED
    assert "1 made meanwhile" in verdict.seen


def test_a_quarantine_that_stopped_half_way_is_seen_and_planned_anew(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, user=suspect.user)
    done(on.clients(), "aws.deny_principal", principal=suspect.arn)
    assert operation(ID).probe(on.clients(), plan).standing is Standing.BETWEEN
    with pytest.raises(PlanStale):
        operation(ID).apply(on.clients(), plan)
    again = planned(on.clients(), ID, user=suspect.user)
    assert [change.after for change in again.changes] == ["Inactive"]


def test_the_undo_puts_each_key_back_as_it_was(on: Bench) -> None:
    suspect = on.suspect()
    other = on.clients().iam.create_access_key(suspect.user)
    on.clients().iam.set_key_status(suspect.user, other.key_id, KeyStatus.INACTIVE)
    receipt = done(on.clients(), ID, user=suspect.user)
    undone = applied(on.clients(), revert(ID), revert(ID).plan(on.clients(), receipt))
    assert proven(on.clients(), revert(ID), undone).proof is Proof.PROVEN
    keys = {key.key_id: key.status for key in on.clients().iam.access_keys(suspect.user)}
    assert keys == {suspect.key.key_id: KeyStatus.ACTIVE, other.key_id: KeyStatus.INACTIVE}


def test_a_protected_user_is_not_shut_in(on: Bench) -> None:
    suspect = on.suspect()
    guarded = bench(on.world, on.folder, protected_principals=(suspect.user,))
    with pytest.raises(OwnIdentity):
        planned(guarded.clients(), ID, user=suspect.user)
