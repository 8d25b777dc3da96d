"""Letting go of held innocents: by the log alone, as they stood before, and back again."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from irkit.clients.aws import Tries
from irkit.clients.hold import BornAs, Grip, Hold
from irkit.clients.iam import KeyStatus
from irkit.contract import CredentialKind, Standing
from irkit.errors import Refused
from tests.actions.aws.held import hold_by_hand
from tests.bench import Bench, Suspect, done, operation, planned, proven, revert

ID = "aws.let_go"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def given(*holds: Hold) -> list[list[object]]:
    return [[one.model_dump(mode="json") for one in holds]]


def test_whom_the_log_tells_to_be_made_by_somebody_else_is_let_go_as_it_stood_and_can_be_held_again(on: Bench) -> None:
    innocent = on.suspect()
    held = hold_by_hand(on, innocent)
    on.world.aws.deliver()
    clients, grip = on.clients(), Grip.of(on.clients())
    plan = planned(clients, ID, held=given(held), suspects=["arn:aws:iam::111122223333:user/svc-deploy"])
    assert [(one.target, one.before) for one in plan.changes] == [(f"user {innocent.user}", "held")]
    assert "made by arn:aws:iam::111122223333:" in plan.changes[0].after
    assert {one.kind for one in plan.revives} == {CredentialKind.USER, CredentialKind.ACCESS_KEY}
    receipt = done(clients, ID, held=given(held), suspects=["arn:aws:iam::111122223333:user/svc-deploy"])
    assert receipt.result["let_go"] == [f"user {innocent.user}"]
    assert grip.is_restored(held)
    assert clients.iam.access_key(innocent.user, innocent.key.key_id).status is KeyStatus.ACTIVE
    assert operation(ID).probe(clients, plan).standing is Standing.IN_PLACE
    back = revert(ID)
    again = back.apply(clients, back.plan(clients, receipt))
    proven(clients, back, again)
    assert not grip.lacking(held, 0)


def test_an_undo_that_was_cut_short_is_planned_for_the_rest(on: Bench) -> None:
    first, other = on.suspect(), on.suspect()
    held = [hold_by_hand(on, one) for one in (first, other)]
    on.world.aws.deliver()
    receipt = done(on.clients(), ID, held=given(*held), suspects=["arn:aws:iam::111122223333:user/svc-deploy"])
    back, grip = revert(ID), Grip.of(on.clients())
    for what in grip.lacking(held[0], 0):
        grip.put(held[0], what)
    rest = back.plan(on.clients(), receipt)
    assert [each.target for each in rest.changes] == [f"user {other.user}"]
    assert back.probe(on.clients(), rest).standing is Standing.UNTOUCHED, "so that it may be carried out"


def as_(on: Bench, one: Suspect) -> Any:  # noqa: ANN401 -- boto3 has no types
    """IAM with a suspect's key."""
    return on.clients().aws.session.client("iam", "", "intruder", Tries.ONCE, (one.key.key_id, one.key.secret))


def held_as(on: Bench, arn: str) -> Hold:
    """Hold a user that has just turned up."""
    grip = Grip.of(on.clients())
    held = grip.hold(arn, None).model_copy(update={"is_sure": False})
    for what in grip.lacking(held, 0):
        grip.put(held, what)
    return held


def test_who_was_made_by_a_suspect_or_came_of_one_stays_held(on: Bench) -> None:
    suspect = on.suspect()
    name = f"late-{suspect.user}"
    as_(on, suspect).create_user(UserName=name)
    on.world.aws.deliver()
    held = held_as(on, suspect.arn.replace(suspect.user, name))
    with pytest.raises(Refused, match="who is held or a suspect"):
        planned(on.clients(), ID, held=given(held), suspects=[suspect.arn])
    assert not planned(on.clients(), ID, held=given(held), suspects=[suspect.arn, held.arn]).changes


def test_whom_the_suspect_made_under_the_name_of_a_deleted_innocent_stays_held(on: Bench) -> None:
    suspect, name = on.suspect(), f"bot-{uuid.uuid4().hex[:10]}"
    on.clients().aws.call("iam", "create_user", UserName=name)
    as_(on, suspect).delete_user(UserName=name)
    as_(on, suspect).create_user(UserName=name)
    on.world.aws.deliver()
    held = held_as(on, suspect.arn.replace(suspect.user, name))
    with pytest.raises(Refused, match="who is held or a suspect"):
        planned(on.clients(), ID, held=given(held), suspects=[suspect.arn])


def test_whom_a_deleted_newcomer_made_stays_held_though_nobody_suspects_that_one(on: Bench) -> None:
    newcomer, name = on.suspect(), f"second-{uuid.uuid4().hex[:10]}"
    as_(on, newcomer).create_user(UserName=name)
    on.world.aws.deliver()
    held = held_as(on, newcomer.arn.replace(newcomer.user, name))
    aws = on.clients().aws
    assert planned(on.clients(), ID, held=given(held), suspects=[]).changes, "its maker is there, and made by an admin"
    aws.call("iam", "delete_access_key", UserName=newcomer.user, AccessKeyId=newcomer.key.key_id)
    aws.call("iam", "delete_user_policy", UserName=newcomer.user, PolicyName="all")
    aws.call("iam", "delete_user", UserName=newcomer.user)
    with pytest.raises(Refused, match="not there any more"):
        planned(on.clients(), ID, held=given(held), suspects=[])


def test_an_innocent_to_whom_the_suspect_gave_a_key_stays_held_so_that_the_key_does_not_come_back(on: Bench) -> None:
    suspect, innocent = on.suspect(), on.suspect()
    as_(on, suspect).create_access_key(UserName=innocent.user)
    on.world.aws.deliver()
    held = hold_by_hand(on, innocent)
    with pytest.raises(Refused, match="laid hands by iam:CreateAccessKey") as refused:
        planned(on.clients(), ID, held=given(held), suspects=[suspect.arn])
    assert "no later look" in refused.value.hint, "what the log tells already, no waiting changes"


def test_while_the_log_does_not_tell_who_made_one_or_its_key_nobody_is_let_go_and_that_is_told(
    on: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold_by_hand(on, on.suspect())
    on.world.aws.deliver()
    other_key = held.model_copy(update={"keys": {**held.keys, f"AKIA{'Q' * 16}": KeyStatus.ACTIVE.value}})
    with pytest.raises(Refused, match=r"its key AKIAQ.* does not tell yet who made it") as refused:
        planned(on.clients(), ID, held=given(other_key), suspects=[])
    assert "retry" in refused.value.hint
    monkeypatch.setattr(Grip, "born_as", lambda *_: BornAs("AIDAUNTOLD", NOW))
    with pytest.raises(Refused, match=r"user [\w-]+, of which the log does not tell yet"):
        planned(on.clients(), ID, held=given(held), suspects=[])


def test_with_nobody_held_there_is_nothing_to_do(on: Bench) -> None:
    assert not planned(on.clients(), ID, held=[], suspects=[]).changes
