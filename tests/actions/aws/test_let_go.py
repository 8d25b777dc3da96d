"""Letting go of held innocents: by the log alone, as they stood before, and back again."""

from __future__ import annotations

import pytest

from irkit.clients.aws import Tries
from irkit.clients.hold import Grip, Hold
from irkit.clients.iam import KeyStatus
from irkit.contract import CredentialKind, Standing
from irkit.errors import Refused
from tests.actions.aws.held import hold_by_hand
from tests.bench import Bench, done, operation, planned, proven, revert

ID = "aws.let_go"


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


def test_who_was_made_by_a_suspect_or_came_of_one_stays_held(on: Bench) -> None:
    suspect = on.suspect()
    intruder = on.clients().aws.session.client(
        "iam", "", "intruder", Tries.ONCE, (suspect.key.key_id, suspect.key.secret)
    )
    name = f"late-{suspect.user}"
    intruder.create_user(UserName=name)
    on.world.aws.deliver()
    grip = Grip.of(on.clients())
    held = grip.hold(suspect.arn.replace(suspect.user, name), None).model_copy(update={"is_sure": False})
    for what in grip.lacking(held, 0):
        grip.put(held, what)
    with pytest.raises(Refused, match="who is held or a suspect"):
        planned(on.clients(), ID, held=given(held), suspects=[suspect.arn])
    assert not planned(on.clients(), ID, held=given(held), suspects=[suspect.arn, held.arn]).changes


def test_while_the_log_does_not_tell_who_made_it_nobody_is_let_go_and_that_is_told(on: Bench) -> None:
    one = on.suspect()
    held = hold_by_hand(on, one)
    unknown = held.model_copy(update={"arn": held.arn.replace(one.user, f"x{one.user}")})
    with pytest.raises(Refused, match="does not tell yet who made it") as refused:
        planned(on.clients(), ID, held=given(unknown), suspects=[])
    assert "retry" in refused.value.hint


def test_with_nobody_held_there_is_nothing_to_do(on: Bench) -> None:
    assert not planned(on.clients(), ID, held=[], suspects=[]).changes
