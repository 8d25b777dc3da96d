from __future__ import annotations

import pytest

from irkit.clients.iam import KeyStatus
from irkit.clients.sts import KeyAnswer
from irkit.contract import Proof, Standing
from irkit.errors import NotFound, OwnIdentity, PlanStale
from irkit.secret import Secret
from tests.bench import Bench, aged, applied, bench, done, operation, planned, proven, revert

ID = "aws.deactivate_keys"


def test_the_plan_shows_the_status_before_and_after_and_changes_nothing(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, user=suspect.user)
    (change,) = plan.changes
    assert (change.before, change.after) == ("Active", "Inactive")
    assert suspect.user in change.target
    assert operation(ID).probe(on.clients(), plan).standing is Standing.UNTOUCHED
    assert on.clients().iam.access_key(suspect.user, suspect.key.key_id).status is KeyStatus.ACTIVE


def test_two_plans_of_the_same_world_are_the_same(on: Bench) -> None:
    suspect = on.suspect()
    first, second = (planned(on.clients(), ID, user=suspect.user) for _ in range(2))
    assert first == second


def test_a_deactivated_key_is_refused_by_aws_and_proven_so(on: Bench) -> None:
    suspect = on.suspect()
    on.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    receipt = done(on.clients(), ID, user=suspect.user)
    assert receipt.request_ids
    verdict = proven(on.clients(), operation(ID), receipt)
    assert verdict.proof is Proof.PROVEN
    assert "refused" in verdict.seen
    assert on.clients().sts.probe_key(suspect.key.key_id, suspect.key.secret).answer is KeyAnswer.REFUSED


def test_without_the_secret_the_verdict_says_what_was_not_tried(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, user=suspect.user)
    verdict = proven(on.clients(), operation(ID), receipt)
    assert verdict.proof is Proof.PROVEN
    assert "it was not tried" in verdict.seen


def test_a_key_that_lives_on_is_not_proven_dead(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, user=suspect.user)
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.ACTIVE)
    assert operation(ID).verify(on.clients(), receipt).proof is Proof.NOT_YET
    assert operation(ID).verify(on.clients(), aged(receipt)).proof is Proof.REFUTED


def test_an_inactive_key_leaves_nothing_to_do_and_a_receipt(on: Bench) -> None:
    suspect = on.suspect()
    done(on.clients(), ID, user=suspect.user)
    plan = planned(on.clients(), ID, user=suspect.user)
    assert plan.changes == ()
    found = operation(ID).probe(on.clients(), plan)
    assert found.standing is Standing.IN_PLACE
    assert found.receipt is not None


def test_a_plan_goes_stale_when_someone_else_was_faster(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, user=suspect.user)
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    with pytest.raises(PlanStale):
        operation(ID).apply(on.clients(), plan)


def test_after_a_crash_the_probe_writes_the_lost_receipt(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, user=suspect.user)
    receipt = applied(on.clients(), operation(ID), plan)
    found = operation(ID).probe(on.clients(), plan)
    assert found.standing is Standing.IN_PLACE
    assert found.receipt is not None
    assert found.receipt.details["after"] == receipt.details["after"]
    assert found.receipt.details["written_at"]


def test_the_undo_makes_the_key_work_again(on: Bench) -> None:
    suspect = on.suspect()
    on.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    receipt = done(on.clients(), ID, user=suspect.user)
    undo = revert(ID).plan(on.clients(), receipt)
    assert [(change.before, change.after) for change in undo.changes] == [("Inactive", "Active")]
    undone = applied(on.clients(), revert(ID), undo)
    assert proven(on.clients(), revert(ID), undone).proof is Proof.PROVEN
    assert on.clients().sts.probe_key(suspect.key.key_id, suspect.key.secret).answer is KeyAnswer.ACCEPTED


def test_the_undo_of_what_was_so_before_does_nothing(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    plan = planned(on.clients(), ID, user=suspect.user)
    found = operation(ID).probe(on.clients(), plan)
    assert found.receipt is not None
    assert revert(ID).plan(on.clients(), found.receipt).changes == ()


def test_a_secret_that_is_not_the_keys_does_not_hold_the_proof_up(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, user=suspect.user)
    on.outside.known_secrets.remember(suspect.key.key_id, Secret("x" * 40))
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN


def test_a_protected_user_is_not_touched(on: Bench) -> None:
    suspect = on.suspect()
    guarded = bench(on.world, on.folder, protected_principals=(suspect.user,))
    with pytest.raises(OwnIdentity):
        planned(guarded.clients(), ID, user=suspect.user)


def test_the_key_that_irkit_signs_with_is_not_touched(on: Bench) -> None:
    own = on.clients().sts.own_identity()
    with pytest.raises(OwnIdentity):
        planned(on.clients(), ID, user="someone", only=[own.key_id])


def test_a_key_of_someone_else_is_not_found(on: Bench) -> None:
    with pytest.raises(NotFound):
        planned(on.clients(), ID, user=on.suspect().user, only=[on.suspect().key.key_id])


def test_only_the_keys_that_are_named_are_made_inactive(on: Bench) -> None:
    suspect = on.suspect()
    other = on.clients().iam.create_access_key(suspect.user)
    receipt = done(on.clients(), ID, user=suspect.user, only=[other.key_id])
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    assert on.clients().iam.access_key(suspect.user, suspect.key.key_id).status is KeyStatus.ACTIVE


def test_a_key_made_meanwhile_refutes_that_all_are_inactive(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, user=suspect.user)
    on.clients().iam.create_access_key(suspect.user)
    verdict = operation(ID).verify(on.clients(), aged(receipt))
    assert verdict.proof is Proof.REFUTED
    assert "1 made meanwhile" in verdict.seen


def test_a_plan_names_the_keys_whose_life_it_takes(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, user=suspect.user)
    assert [one.id for one in plan.cuts] == [suspect.key.key_id]
