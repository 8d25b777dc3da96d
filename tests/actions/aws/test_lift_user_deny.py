from __future__ import annotations

import pytest

from irkit.clients.iam import KeyStatus, canonical_policy
from irkit.contract import Proof
from irkit.errors import Denied, Refused
from tests.bench import Bench, applied, done, operation, planned, proven, revert

ID = "aws.lift_user_deny"


def test_the_deny_is_not_lifted_while_the_leaked_key_is_active(on: Bench) -> None:
    suspect = on.suspect()
    done(on.clients(), "aws.deny_principal", principal=suspect.arn)
    with pytest.raises(Refused):
        planned(on.clients(), ID, user=suspect.user, dead_key_id=suspect.key.key_id)


def test_the_replacement_key_works_once_the_deny_is_lifted(on: Bench) -> None:
    suspect = on.suspect()
    done(on.clients(), "aws.deny_principal", principal=suspect.arn)
    done(on.clients(), "aws.deactivate_keys", user=suspect.user)
    fresh = on.clients().iam.create_access_key(suspect.user)
    with pytest.raises(Denied):
        on.clients().aws.call_with(fresh.key_id, fresh.secret, "kms", "list_keys")
    receipt = done(on.clients(), ID, user=suspect.user, dead_key_id=suspect.key.key_id)
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    on.clients().aws.call_with(fresh.key_id, fresh.secret, "kms", "list_keys")


def test_a_key_made_active_after_the_plan_stops_the_lifting(on: Bench) -> None:
    suspect = on.suspect()
    done(on.clients(), "aws.deny_principal", principal=suspect.arn)
    done(on.clients(), "aws.deactivate_keys", user=suspect.user)
    plan = planned(on.clients(), ID, user=suspect.user, dead_key_id=suspect.key.key_id)
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.ACTIVE)
    with pytest.raises(Refused):
        operation(ID).apply(on.clients(), plan)


def test_the_undo_denies_again(on: Bench) -> None:
    suspect = on.suspect()
    done(on.clients(), "aws.deny_principal", principal=suspect.arn)
    done(on.clients(), "aws.deactivate_keys", user=suspect.user)
    receipt = done(on.clients(), ID, user=suspect.user, dead_key_id=suspect.key.key_id)
    undone = applied(on.clients(), revert(ID), revert(ID).plan(on.clients(), receipt))
    assert proven(on.clients(), revert(ID), undone).proof is Proof.PROVEN
    assert '"Deny"' in on.clients().iam.user_policy(suspect.user, "IrkitDenyAll")


def test_another_policy_of_that_name_is_shown_whole_before_it_goes(on: Bench) -> None:
    suspect = on.suspect()
    narrow = canonical_policy({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}],
    })  # fmt: skip
    on.clients().iam.put_user_policy(suspect.user, "IrkitDenyAll", narrow)
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    plan = planned(on.clients(), ID, user=suspect.user, dead_key_id=suspect.key.key_id)
    assert [(change.before, change.after) for change in plan.changes] == [(narrow, "absent")]


def test_where_there_is_no_deny_there_is_nothing_to_lift(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    assert planned(on.clients(), ID, user=suspect.user, dead_key_id=suspect.key.key_id).changes == ()
