from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.actions.aws.revoke_sessions import MARGIN, POLICY
from irkit.clients.aws import Tries
from irkit.clients.deny_older import cutoff_of
from irkit.clients.holder import Holder, HolderKind
from irkit.contract import Proof, Standing
from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.signature import KeyPair
from irkit.errors import PlanStale
from irkit.secret import Secret
from tests.bench import OTHER_POLICY, Bench, applied, done, operation, planned, proven, revert

ID = "aws.revoke_sessions"


def test_the_cut_off_is_the_clock_of_aws_and_a_margin(on: Bench) -> None:
    suspect = on.suspect()
    clients = on.clients()
    before = clients.aws_now()
    receipt = done(clients, ID, principal=suspect.arn)
    cutoff = datetime.fromisoformat(str(receipt.result["cutoff"]))
    assert cutoff.tzinfo is not None
    assert before.at < cutoff < before.at + timedelta(minutes=1)
    assert cutoff - before.at >= MARGIN
    assert proven(clients, operation(ID), receipt).proof is Proof.PROVEN


def test_the_plan_holds_no_time_so_that_it_can_be_approved(on: Bench) -> None:
    suspect = on.suspect()
    assert planned(on.clients(), ID, principal=suspect.arn) == planned(on.clients(), ID, principal=suspect.arn)
    assert str(datetime.now(UTC).year) not in planned(on.clients(), ID, principal=suspect.arn).model_dump_json()


def test_a_second_revocation_moves_the_cut_off_and_shows_the_first(on: Bench) -> None:
    suspect = on.suspect()
    first = done(on.clients(), ID, principal=suspect.arn)
    document = on.clients().iam.user_policy(suspect.user, POLICY)
    earlier = document.replace(str(first.result["cutoff"]).replace("+00:00", "Z"), "2026-01-01T00:00:00Z")
    on.clients().iam.put_user_policy(suspect.user, POLICY, earlier)
    plan = planned(on.clients(), ID, principal=suspect.arn)
    assert plan.changes[0].before == "Deny * to sessions issued before 2026-01-01T00:00:00Z"
    assert operation(ID).probe(on.clients(), plan).standing is Standing.UNTOUCHED
    applied(on.clients(), operation(ID), plan)
    found = operation(ID).probe(on.clients(), plan)
    assert found.standing is Standing.IN_PLACE
    assert found.receipt is not None


def test_after_a_crash_the_probe_reads_the_cut_off_that_was_set(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, principal=suspect.arn)
    receipt = applied(on.clients(), operation(ID), plan)
    found = operation(ID).probe(on.clients(), plan)
    assert found.receipt is not None
    assert found.receipt.result == receipt.result


def test_a_plan_goes_stale_when_another_policy_took_the_name(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, principal=suspect.arn)
    on.clients().iam.put_user_policy(suspect.user, POLICY, OTHER_POLICY)
    assert operation(ID).probe(on.clients(), plan).standing is Standing.BETWEEN
    with pytest.raises(PlanStale):
        operation(ID).apply(on.clients(), plan)


def test_the_undo_takes_the_policy_away_and_says_what_does_not_come_back(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, principal=suspect.arn)
    undo = revert(ID).plan(on.clients(), receipt)
    assert "live again" in undo.blast
    undone = applied(on.clients(), revert(ID), undo)
    assert proven(on.clients(), revert(ID), undone).proof is Proof.PROVEN
    assert on.clients().iam.user_policy(suspect.user, POLICY) == ""


def test_a_session_that_was_made_with_the_key_is_refused_afterwards(on: Bench) -> None:
    suspect = on.suspect()
    signed = on.outside.aws_session.client("sts", "", "test", Tries.ONCE, (suspect.key.key_id, suspect.key.secret))
    made = signed.get_session_token()["Credentials"]
    session = AwsCaller(
        on.world.facts.aws_endpoint,
        KeyPair(made["AccessKeyId"], Secret(made["SecretAccessKey"]), Secret(made["SessionToken"])),
        on.world.facts.region,
    )
    session.json("kms", "ListKeys", {})
    done(on.clients(), "aws.deactivate_keys", user=suspect.user)
    session.json("kms", "ListKeys", {})  # the session outlives the key: that is what the revocation is for
    done(on.clients(), ID, principal=suspect.arn)
    with pytest.raises(AwsRefused):
        session.json("kms", "ListKeys", {})


def test_only_the_sessions_of_one_name_end_when_one_session_is_meant(on: Bench) -> None:
    role = on.role()
    receipt = done(on.clients(), ID, principal=f"arn:aws:sts::111122223333:assumed-role/{role}/build-17")
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    document = on.clients().rights.inline(Holder(kind=HolderKind.ROLE, name=role), f"{POLICY}-build-17")
    assert '"aws:userid":"*:build-17"' in document
    assert cutoff_of(document) is not None


def test_the_plan_cuts_the_sessions_that_are_known(on: Bench) -> None:
    plan = planned(on.clients(), ID, principal=on.suspect().arn, sessions=["ASIA0000000000000001"])
    assert [one.id for one in plan.cuts] == ["ASIA0000000000000001"]
