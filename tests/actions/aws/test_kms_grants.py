"""``aws.find_kms_grants`` and ``aws.revoke_kms_grants``: with a key of one's own in the shared world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from irkit.contract import Proof, Seen, Standing
from irkit.drill.world.estate import BREAK_GLASS_ROLE
from irkit.errors import OwnIdentity, PlanStale
from tests.actions.aws.sealed import grant, sealed, unpaced
from tests.bench import Bench, applied, asked, done, operation, planned, proven, revert

ID = "aws.revoke_kms_grants"
ACCOUNT = "111122223333"


@pytest.fixture
def on(on: Bench) -> Iterator[Bench]:
    """A bench to which CloudTrail answers as often as it asks."""
    with unpaced(on) as quick:
        yield quick


def user(on: Bench) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{on.suspect().user}"


def left(on: Bench, key: str) -> set[str]:
    return {one.id for one in on.clients().kms.grants(key)}


def test_those_named_are_revoked_and_no_other(on: Bench) -> None:
    clients, key, suspect = on.clients(), sealed(on).key, user(on)
    his, others = grant(on, key, suspect, "his"), grant(on, key, user(on))
    receipt = done(clients, ID, key=key, ids=[his])
    verdict = proven(clients, operation(ID), receipt)
    assert verdict.proof is Proof.PROVEN
    assert "may still work until" in verdict.seen
    assert [(one.credential.id, one.seen) for one in verdict.sightings] == [(his, Seen.DENIED)]
    assert left(on, key) == {others}


def test_its_plan_cuts_each_grant_and_undo_makes_the_same_again(on: Bench) -> None:
    clients, key, suspect = on.clients(), sealed(on).key, user(on)
    his = grant(on, key, suspect, "his")
    plan = planned(clients, ID, key=key, ids=[his])
    assert [one.id for one in plan.cuts] == [his]
    receipt = applied(clients, operation(ID), plan)
    undo = revert(ID).plan(clients, receipt)
    assert undo.revives == plan.cuts
    remade = applied(clients, revert(ID), undo)
    assert proven(clients, revert(ID), remade).proof is Proof.PROVEN
    (again,) = clients.kms.grants(key)
    assert (again.grantee, again.operations, again.name) == (suspect, ("Decrypt",), "his")


def test_a_grant_that_is_gone_needs_nothing_and_one_that_went_meanwhile_makes_the_plan_stale(on: Bench) -> None:
    clients, key = on.clients(), sealed(on).key
    his = grant(on, key, user(on))
    plan = planned(clients, ID, key=key, ids=[his])
    clients.kms.revoke_grant(key, his)
    assert not planned(clients, ID, key=key, ids=[his]).changes
    assert operation(ID).probe(clients, plan).standing is Standing.IN_PLACE
    with pytest.raises(PlanStale):
        operation(ID).apply(clients, plan)


def test_grants_that_a_lost_process_revoked_in_part_are_told_and_given_back_as_a_whole(on: Bench) -> None:
    clients, key, suspect = on.clients(), sealed(on).key, user(on)
    ids = [grant(on, key, suspect, "one"), grant(on, key, suspect, "two")]
    first = planned(clients, ID, key=key, ids=ids)
    clients.kms.revoke_grant(key, ids[0])
    found = operation(ID).probe(clients, first)
    assert found.standing is Standing.BETWEEN
    assert found.receipt is not None
    last = applied(clients, operation(ID), planned(clients, ID, key=key, ids=ids))
    joined = operation(ID).joined
    assert joined is not None
    whole = joined(found.receipt, last)
    assert [one["id"] for one in whole.result["cut"]] == ids  # type: ignore[union-attr,index,call-overload]
    applied(clients, revert(ID), revert(ID).plan(clients, found.receipt))
    assert sorted(one.name for one in clients.kms.grants(key)) == ["one", "two"]


def test_a_grant_that_came_back_refutes_it(on: Bench) -> None:
    clients, key, suspect = on.clients(), sealed(on).key, user(on)
    receipt = done(clients, ID, key=key, ids=[grant(on, key, suspect, "his")])
    grant(on, key, suspect, "his")
    assert proven(clients, operation(ID), receipt).proof is Proof.REFUTED


def test_a_grant_to_irkit_itself_is_never_revoked(on: Bench) -> None:
    key = sealed(on).key
    own = grant(on, key, f"arn:aws:iam::{ACCOUNT}:role/{BREAK_GLASS_ROLE}")
    with pytest.raises(OwnIdentity):
        planned(on.clients(), ID, key=key, ids=[own])
    assert left(on, key) == {own}


def test_grants_are_told_by_whom_they_serve_who_made_them_and_where_they_lead(on: Bench) -> None:
    clients, key, suspect = on.clients(), sealed(on).key, user(on)
    serving = grant(on, key, suspect)
    foreign = grant(on, key, "arn:aws:iam::444455556666:role/there")
    innocent = grant(on, key, user(on))
    found = asked(clients, "aws.find_kms_grants", keys=[key], principals=[suspect], hours=1)
    assert [one["id"] for one in found["to_revoke"]] == [serving]
    assert found["by_key"] == [{"key": key, "ids": [serving]}]
    assert [one["id"] for one in found["foreign"]] == [foreign]
    assert [one["id"] for one in found["others"]] == [innocent]
    maker = found["to_revoke"][0]["maker"]
    again = asked(clients, "aws.find_kms_grants", keys=[key], principals=[maker], hours=1)
    assert {one["id"] for one in again["to_revoke"]} == {serving, foreign, innocent}, "one principal made them all"
