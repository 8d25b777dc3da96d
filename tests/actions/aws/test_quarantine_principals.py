"""The SCP quarantine and its freeze, in an account of its own: a freeze would stop everybody else in a shared one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from irkit.clients.iam import KeyStatus
from irkit.clients.quarantine_policy import bound, told_by
from irkit.contract import Proof, Standing
from irkit.errors import Denied, OwnIdentity, PlanStale, Refused
from tests.bench import Bench, aged, applied, asked, bench, done, operation, planned, proven, revert

if TYPE_CHECKING:
    from irkit.drill.world.settings import WorldSettings
    from irkit.drill.world.world import World

ID = "aws.quarantine_principals"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A cloud for this module, in which SCPs bind at once."""
    from irkit.drill.world.settings import WorldSettings
    from irkit.drill.world.world import World

    own = World(tmp_path_factory.mktemp("world") / "own", WorldSettings(delivery_lag=timedelta()))
    own.start()
    yield own
    own.stop()


@pytest.fixture
def on(account: World, tmp_path: Path) -> Iterator[Bench]:
    """An incident; its quarantine is taken away at the end."""
    bench_ = bench(account, tmp_path)
    yield bench_
    scps = bench_.clients("end").scps
    found = scps.find(f"irkit-quarantine-{bench_.outside.incident}")
    if found is not None:
        for target in scps.targets(found.id):
            scps.detach(found.id, target)
        scps.delete(found.id)


def test_a_quarantined_user_is_refused_and_cannot_let_itself_out(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, principals=[suspect.arn])
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    with pytest.raises(Denied, match="service control policy"):
        on.clients().aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")


def test_while_it_is_frozen_nobody_else_makes_identities_but_irkit_and_the_exempt(on: Bench) -> None:
    suspect, worker, other = on.suspect(), on.suspect(), on.suspect()
    done(on.clients(), ID, principals=[suspect.arn], exempt=[worker.arn])
    make = ("iam", "create_access_key")
    on.clients().aws.call_with(worker.key.key_id, worker.key.secret, *make)
    with pytest.raises(Denied, match="service control policy"):
        on.clients().aws.call_with(other.key.key_id, other.key.secret, *make)
    on.clients().aws.call_with(other.key.key_id, other.key.secret, "kms", "list_keys")
    assert on.clients().iam.create_access_key(other.user).key_id


def test_the_freeze_is_lifted_and_the_suspects_stay_in(on: Bench) -> None:
    suspect, other = on.suspect(), on.suspect()
    done(on.clients(), ID, principals=[suspect.arn])
    receipt = done(on.clients(), "aws.lift_freeze")
    lift = operation("aws.lift_freeze")
    assert proven(on.clients(), lift, receipt).proof is Proof.PROVEN
    on.clients().aws.call_with(other.key.key_id, other.key.secret, "iam", "create_access_key")
    with pytest.raises(Denied):
        on.clients().aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")
    undo = revert("aws.lift_freeze")
    undone = applied(on.clients(), undo, undo.plan(on.clients(), receipt))
    assert proven(on.clients(), undo, undone).proof is Proof.PROVEN
    with pytest.raises(Denied):
        on.clients().aws.call_with(other.key.key_id, other.key.secret, "iam", "create_access_key")


def test_a_second_quarantine_adds_and_keeps_who_is_in_it(on: Bench) -> None:
    first, second = on.suspect(), on.suspect()
    done(on.clients(), ID, principals=[first.arn])
    receipt = done(on.clients(), ID, principals=[second.arn])
    assert set(receipt.result["principals"]) == {first.arn, second.arn}  # type: ignore[arg-type]
    for one in (first, second):
        with pytest.raises(Denied):
            on.clients().aws.call_with(one.key.key_id, one.key.secret, "kms", "list_keys")


def test_nobody_in_a_quarantine_is_spared_by_its_freeze(on: Bench) -> None:
    first, second = on.suspect(), on.suspect()
    done(on.clients(), ID, principals=[first.arn])
    plan = planned(on.clients(), ID, principals=[second.arn], exempt=[first.arn, second.arn])
    assert not {bound(first.arn), bound(second.arn)} & set(told_by(str(plan.details["after"])).exempt)


def test_the_same_quarantine_again_has_nothing_to_do(on: Bench) -> None:
    suspect = on.suspect()
    done(on.clients(), ID, principals=[suspect.arn])
    plan = planned(on.clients(), ID, principals=[suspect.arn])
    assert plan.changes == ()
    assert operation(ID).probe(on.clients(), plan).receipt is not None


def test_after_a_crash_the_policy_is_found_by_its_name(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, principals=[suspect.arn])
    assert operation(ID).probe(on.clients(), plan).standing is Standing.UNTOUCHED
    receipt = applied(on.clients(), operation(ID), plan)
    found = operation(ID).probe(on.clients(), plan)
    assert found.standing is Standing.IN_PLACE
    assert found.receipt is not None
    assert found.receipt.result["policy_id"] == receipt.result["policy_id"]


def test_a_policy_that_was_made_and_not_attached_is_between_and_planned_anew(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, principals=[suspect.arn])
    made, _ = on.clients().scps.create(f"irkit-quarantine-{on.outside.incident}", str(plan.details["after"]))
    assert operation(ID).probe(on.clients(), plan).standing is Standing.BETWEEN
    with pytest.raises(PlanStale):
        operation(ID).apply(on.clients(), plan)
    receipt = done(on.clients(), ID, principals=[suspect.arn])
    assert receipt.result["policy_id"] == made


def test_a_policy_that_was_detached_and_not_deleted_is_between_and_its_removal_finished(on: Bench) -> None:
    """The process is lost between the two calls by which an undo takes the policy away."""
    receipt = done(on.clients(), ID, principals=[on.suspect().arn])
    undo = revert(ID)
    plan = undo.plan(on.clients(), receipt)
    on.clients().scps.detach(str(receipt.result["policy_id"]), on.world.facts.account)
    assert undo.probe(on.clients(), plan).standing is Standing.BETWEEN
    again = undo.plan(on.clients(), receipt)
    assert [change.after for change in again.changes] == ["deleted"]
    applied(on.clients(), undo, again)
    assert undo.probe(on.clients(), again).standing is Standing.IN_PLACE
    assert on.clients().scps.find(f"irkit-quarantine-{on.outside.incident}") is None


def test_a_quarantine_that_somebody_took_away_is_refuted(on: Bench) -> None:
    receipt = done(on.clients(), ID, principals=[on.suspect().arn])
    on.clients().scps.detach(str(receipt.result["policy_id"]), on.world.facts.account)
    assert operation(ID).verify(on.clients(), aged(receipt)).proof is Proof.REFUTED


def test_the_undo_takes_the_policy_away_altogether(on: Bench) -> None:
    suspect = on.suspect()
    receipt = done(on.clients(), ID, principals=[suspect.arn])
    undo = revert(ID).plan(on.clients(), receipt)
    assert [one.id for one in undo.revives] == [suspect.arn]
    undone = applied(on.clients(), revert(ID), undo)
    assert proven(on.clients(), revert(ID), undone).proof is Proof.PROVEN
    assert on.clients().scps.find(f"irkit-quarantine-{on.outside.incident}") is None
    on.clients().aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")


def test_who_is_released_acts_again_and_the_others_do_not(on: Bench) -> None:
    first, second = on.suspect(), on.suspect()
    done(on.clients(), ID, principals=[first.arn, second.arn])
    with pytest.raises(Refused):
        planned(on.clients(), "aws.release_principals", principals=[first.arn], dead_keys=[first.key.key_id])
    on.clients().iam.set_key_status(first.user, first.key.key_id, KeyStatus.INACTIVE)
    fresh = on.clients().iam.create_access_key(first.user)
    done(on.clients(), "aws.release_principals", principals=[first.arn], dead_keys=[first.key.key_id])
    on.clients().aws.call_with(fresh.key_id, fresh.secret, "kms", "list_keys")
    with pytest.raises(Denied):
        on.clients().aws.call_with(second.key.key_id, second.key.secret, "kms", "list_keys")


def test_neither_our_own_role_nor_the_organizations_hand_is_quarantined(on: Bench) -> None:
    own = on.clients().sts.own_identity().arn
    for arn in (own, own.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").rpartition("/")[0]):
        with pytest.raises(OwnIdentity):
            planned(on.clients(), ID, principals=[arn])
    with pytest.raises(OwnIdentity):
        planned(on.clients(), ID, principals=[on.clients().scps.own_arn()])


def test_what_no_scp_binds_is_refused_and_told(on: Bench) -> None:
    arn = "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    with pytest.raises(Refused):
        planned(on.clients(), ID, principals=[arn])
    found = asked(on.clients(), "aws.find_quarantine_reach", principals=[arn], hours=1)
    assert found["reach"] == "binds"
    assert any("service-linked role: no SCP binds it" in limit for limit in found["limits"])


def test_a_freeze_of_another_incident_spares_nobody_who_is_contained(on: Bench, tmp_path: Path) -> None:
    worker, shut_in, denied = on.suspect(), on.suspect(), on.suspect()
    for one in (worker, shut_in, denied):
        on.clients().aws.call_with(one.key.key_id, one.key.secret, "iam", "create_access_key")
        time.sleep(1.0)  # the log tells whole seconds, and a worker worked before the suspects did
    second = bench(on.world, tmp_path)
    suspect = second.suspect()

    def spared() -> set[str]:
        reach = asked(second.clients(), "aws.find_quarantine_reach", principals=[suspect.arn], hours=1)
        return set(reach["exempt"]) & {one.arn for one in (worker, shut_in, denied)}

    assert spared() == {worker.arn, shut_in.arn, denied.arn}
    done(on.clients(), ID, principals=[shut_in.arn])
    done(on.clients(), "aws.deny_principal", principal=denied.arn)
    assert spared() == {worker.arn}


def test_in_the_management_account_no_scp_binds_and_it_is_said(
    raise_world: Callable[[WorldSettings], World], tmp_path: Path
) -> None:
    from irkit.drill.world.settings import Membership, WorldSettings

    there = bench(raise_world(WorldSettings(membership=Membership.MANAGEMENT)), tmp_path)
    found = asked(there.clients(), "aws.find_quarantine_reach", principals=[there.suspect().arn], hours=1)
    assert found["reach"] == "management_account"
    assert "SCPs bind nobody in it" in found["limits"][0]


def test_whether_the_quarantine_stands_is_told_without_ever_failing(on: Bench) -> None:
    suspect, other = on.suspect(), on.suspect()
    session = "arn:aws:sts::111122223333:assumed-role/ci/build"
    look = "aws.prove_quarantine"
    before = asked(on.clients(), look, principals=[suspect.arn])
    assert (before["outcome"], "held by IAM alone" in before["limits"][0]) == ("does_not", True)
    done(on.clients(), ID, principals=[suspect.arn, session])
    assert asked(on.clients(), look, principals=[suspect.arn, session])["outcome"] == "binds"
    more = asked(on.clients(), look, principals=[suspect.arn, other.arn])
    assert other.arn in more["limits"][0]
    scps = on.clients().scps
    found = scps.find(f"irkit-quarantine-{on.outside.incident}")
    assert found is not None
    scps.detach(found.id, "111122223333")
    assert asked(on.clients(), look, principals=[suspect.arn])["outcome"] == "does_not"


def test_where_organizations_does_not_answer_no_quarantine_binds(on: Bench) -> None:
    from irkit.drill.world.loopback_server import Outage

    suspect = on.suspect()
    done(on.clients(), ID, principals=[suspect.arn])
    on.world.aws.faults.outage("organizations", Outage.ON)
    try:
        told = asked(on.clients(), "aws.prove_quarantine", principals=[suspect.arn])
    finally:
        on.world.aws.faults.outage("organizations", Outage.OFF)
    assert told["outcome"] == "does_not"
    assert "ServiceUnavailable" in told["limits"][0]
    reach = {"principals": [suspect.arn], "account_reach": "no_access"}
    assert "no access" in asked(on.clients(), "aws.prove_quarantine", **reach)["limits"][0]
