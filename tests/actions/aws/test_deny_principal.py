from __future__ import annotations

import pytest

from irkit.actions.aws.deny_principal import POLICY
from irkit.contract import CredentialKind, Proof, Seen, Standing
from irkit.errors import Denied, NotFound, OwnIdentity, PlanStale, Refused
from tests.bench import OTHER_POLICY, Bench, aged, applied, bench, done, operation, planned, proven, revert

ID = "aws.deny_principal"


def test_the_plan_shows_the_policy_before_and_after(on: Bench) -> None:
    plan = planned(on.clients(), ID, principal=on.suspect().arn)
    assert [(change.before, change.after) for change in plan.changes] == [("absent", "Deny * on *")]


def test_a_denied_user_is_refused_by_aws(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")
    receipt = done(on.clients(), ID, principal=suspect.arn)
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    with pytest.raises(Denied):
        on.clients().aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")


def test_a_deny_that_was_taken_away_is_not_yet_proven_and_refuted_once_it_had_settled(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, principal=suspect.arn)
    on.clients().iam.delete_user_policy(suspect.user, POLICY)
    assert operation(ID).verify(on.clients(), receipt).proof is Proof.NOT_YET
    assert operation(ID).verify(on.clients(), aged(receipt)).proof is Proof.REFUTED


def test_a_plan_goes_stale_when_the_policy_has_changed(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, principal=suspect.arn)
    on.clients().iam.put_user_policy(suspect.user, POLICY, OTHER_POLICY)
    assert operation(ID).probe(on.clients(), plan).standing is Standing.BETWEEN
    with pytest.raises(PlanStale):
        operation(ID).apply(on.clients(), plan)


def test_a_second_deny_has_nothing_to_do(on: Bench) -> None:
    suspect = on.suspect()
    done(on.clients(), ID, principal=suspect.arn)
    plan = planned(on.clients(), ID, principal=suspect.arn)
    assert plan.changes == ()
    assert operation(ID).probe(on.clients(), plan).receipt is not None


def test_the_undo_puts_back_what_stood_there(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.put_user_policy(suspect.user, POLICY, OTHER_POLICY)
    receipt = done(on.clients(), ID, principal=suspect.arn)
    undone = applied(on.clients(), revert(ID), revert(ID).plan(on.clients(), receipt))
    assert proven(on.clients(), revert(ID), undone).proof is Proof.PROVEN
    assert on.clients().iam.user_policy(suspect.user, POLICY) == OTHER_POLICY


def test_the_undo_of_a_fresh_deny_takes_it_away(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, principal=suspect.arn)
    applied(on.clients(), revert(ID), revert(ID).plan(on.clients(), receipt))
    assert on.clients().iam.user_policy(suspect.user, POLICY) == ""
    on.clients().aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")


def test_a_protected_user_is_not_denied(on: Bench) -> None:
    suspect = on.suspect()
    guarded = bench(on.world, on.folder, protected_principals=(f"arn:aws:iam::111122223333:user/{suspect.user}",))
    with pytest.raises(OwnIdentity):
        planned(guarded.clients(), ID, principal=suspect.arn)


def test_a_user_that_is_not_there_is_not_found(on: Bench) -> None:
    with pytest.raises(NotFound):
        planned(on.clients(), ID, principal="arn:aws:iam::111122223333:user/nobody-here")


@pytest.mark.parametrize("place", ["root", "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"])
def test_who_bears_no_policies_is_refused(on: Bench, place: str) -> None:
    with pytest.raises(Refused):
        planned(on.clients(), ID, principal=f"arn:aws:iam::111122223333:{place}")


def test_a_role_is_denied_by_the_arn_of_any_of_its_sessions(on: Bench) -> None:
    role = on.role()
    session = f"arn:aws:sts::111122223333:assumed-role/{role}/somebody"
    receipt = done(on.clients(), ID, principal=session)
    verdict = proven(on.clients(), operation(ID), receipt)
    assert verdict.proof is Proof.PROVEN
    assert [(one.credential.kind, one.seen) for one in verdict.sightings] == [(CredentialKind.ROLE, Seen.DENIED)]
