"""Who is let act again makes no identities: its own calls go on, what a thief would stay by is refused."""

from __future__ import annotations

from functools import partial

import pytest
from botocore.exceptions import ClientError

from irkit.clients.aws import Tries
from irkit.clients.deny_making import DENY_MAKING, DENY_MAKING_DOCUMENT
from irkit.contract import Proof, Standing
from irkit.errors import OwnIdentity, PlanStale
from tests.bench import OTHER_POLICY, Bench, aged, applied, bench, done, operation, planned, proven, revert

ID = "aws.deny_identity_making"


def test_a_user_so_kept_works_on_and_can_neither_make_a_way_back_nor_take_the_denial_away(on: Bench) -> None:
    suspect = on.suspect()
    own = suspect.key.key_id, suspect.key.secret
    receipt = done(on.clients(), ID, principal=suspect.arn)
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    on.clients().aws.call_with(*own, "kms", "list_keys")
    aws = on.clients().aws.session
    iam = aws.client("iam", "", "thief", Tries.ONCE, own)
    sts = aws.client("sts", "", "thief", Tries.ONCE, own)
    for refused in (
        partial(iam.create_access_key, UserName=suspect.user),
        partial(iam.delete_user_policy, UserName=suspect.user, PolicyName=DENY_MAKING),
        partial(sts.get_federation_token, Name="eve"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()


def test_the_plan_names_what_its_owner_loses_cuts_no_credential_and_its_undo_gives_it_back(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, principal=suspect.arn)
    assert [(one.before, one.after) for one in plan.changes] == [("absent", "Deny making and changing identities")]
    assert (plan.cuts, "until this is undone" in plan.blast) == ((), True)
    receipt = done(on.clients(), ID, principal=suspect.arn)
    undone = applied(on.clients(), revert(ID), revert(ID).plan(on.clients(), receipt))
    assert proven(on.clients(), revert(ID), undone).proof is Proof.PROVEN
    assert on.clients().iam.user_policy(suspect.user, DENY_MAKING) == ""


def test_a_denial_that_somebody_took_away_is_refuted_and_a_plan_that_moved_is_stale(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, principal=suspect.arn)
    on.clients().iam.put_user_policy(suspect.user, DENY_MAKING, OTHER_POLICY)
    assert operation(ID).verify(on.clients(), aged(receipt)).proof is Proof.REFUTED
    plan = planned(on.clients(), ID, principal=suspect.arn)
    on.clients().iam.put_user_policy(suspect.user, DENY_MAKING, DENY_MAKING_DOCUMENT)
    assert operation(ID).probe(on.clients(), plan).standing is Standing.IN_PLACE
    on.clients().iam.delete_user_policy(suspect.user, DENY_MAKING)
    assert operation(ID).probe(on.clients(), plan).standing is Standing.BETWEEN
    with pytest.raises(PlanStale):
        operation(ID).apply(on.clients(), plan)


def test_a_protected_user_is_left_alone(on: Bench) -> None:
    suspect = on.suspect()
    guarded = bench(on.world, on.folder, protected_principals=(suspect.arn,))
    with pytest.raises(OwnIdentity):
        planned(guarded.clients(), ID, principal=suspect.arn)
