from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.clients.aws import AwsMoment
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.inline_policy import InlinePolicy, Rewrite
from irkit.clients.settling import Settling
from irkit.contract import Frozen, Proof, Standing
from irkit.errors import NotFound, PlanStale
from tests.bench import OTHER_POLICY, Bench

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OURS = '{"Statement":[{"Action":"*","Effect":"Deny","Resource":"*"}],"Version":"2012-10-17"}'


class Told(Frozen):
    """What an action would hand on."""

    user: str


def meaning(document: str) -> str:
    return "our own deny" if document == OURS else ""


@pytest.fixture
def policy(on: Bench) -> InlinePolicy:
    """A policy of a new user, which is not there yet."""
    return InlinePolicy(Holder(kind=HolderKind.USER, name=on.suspect().user), "ours", meaning, on.clients().rights)


def rewrite(policy: InlinePolicy) -> Rewrite:
    return Rewrite(holder=policy.holder, before="", after=OURS)


def test_a_document_is_absent_known_or_shown_whole(policy: InlinePolicy) -> None:
    assert policy.words("") == "absent"
    assert policy.words(OURS) == "our own deny"
    assert policy.words(OTHER_POLICY) == f"another document: {OTHER_POLICY}"


def test_an_undo_takes_away_what_was_not_there_and_puts_back_what_was(policy: InlinePolicy) -> None:
    assert policy.undo("") == "take ours away again"
    assert policy.undo(OURS) == "put back: our own deny"


def test_a_change_names_the_policy_and_its_user(policy: InlinePolicy) -> None:
    (change,) = policy.changes("", OURS)
    assert change.target == f"inline policy ours of user {policy.holder.name}"
    assert (change.before, change.after) == ("absent", "our own deny")


def test_the_same_document_is_no_change(policy: InlinePolicy) -> None:
    assert policy.changes(OURS, OURS) == ()


def test_what_is_set_is_read_back_and_can_be_taken_away(policy: InlinePolicy) -> None:
    assert policy.read() == ""
    written = policy.set(OURS)
    assert policy.read() == OURS
    removed = policy.set("")
    assert policy.read() == ""
    assert written
    assert removed
    assert written != removed


def test_other_policies_of_the_user_are_left_alone(policy: InlinePolicy) -> None:
    before = policy.rights.inline(policy.holder, "all")
    policy.set(OURS)
    policy.set("")
    assert before
    assert policy.rights.inline(policy.holder, "all") == before


def test_what_is_not_there_cannot_be_taken_away(policy: InlinePolicy) -> None:
    with pytest.raises(NotFound):
        policy.set("")


@pytest.mark.parametrize(
    ("document", "standing"),
    [("", Standing.UNTOUCHED), (OURS, Standing.IN_PLACE), (OTHER_POLICY, Standing.BETWEEN)],
)
def test_the_standing_follows_from_the_document_that_is_there(
    policy: InlinePolicy, document: str, standing: Standing
) -> None:
    if document:
        policy.set(document)
    receipt = policy.receipt(rewrite(policy), Told(user=policy.holder.name), NOW)
    probe = policy.standing(rewrite(policy), receipt)
    assert probe.standing is standing
    assert probe.seen == f"ours of {policy.holder.name}: {policy.words(document)}"
    assert probe.receipt == (receipt if standing is Standing.IN_PLACE else None)


def test_a_plan_that_changes_nothing_is_in_place(policy: InlinePolicy) -> None:
    work = Rewrite(holder=policy.holder, before="", after="")
    assert policy.standing(work, policy.receipt(work, Told(user=policy.holder.name), NOW)).standing is Standing.IN_PLACE


def test_a_policy_that_moved_makes_the_plan_stale(policy: InlinePolicy) -> None:
    policy.refuse_moved("")
    policy.set(OTHER_POLICY)
    with pytest.raises(PlanStale) as stale:
        policy.refuse_moved("")
    assert stale.value.message == f"ours of {policy.holder.name} is now: another document: {OTHER_POLICY}"


@pytest.mark.parametrize(("after", "call"), [(OURS, "iam:PutUserPolicy"), ("", "iam:DeleteUserPolicy")])
def test_a_receipt_tells_the_call_and_can_be_worked_from_again(policy: InlinePolicy, after: str, call: str) -> None:
    work = Rewrite(holder=policy.holder, before=OTHER_POLICY, after=after)
    receipt = policy.receipt(work, Told(user=policy.holder.name), NOW, "request-1")
    assert receipt.summary == f"{call} {policy.holder.name} ours"
    assert receipt.result == {"user": policy.holder.name}
    assert receipt.request_ids == ("request-1",)
    assert Rewrite.model_validate(receipt.details) == work.model_copy(update={"written_at": NOW})


def test_a_document_is_proven_once_it_has_stood_through_the_settling_time(policy: InlinePolicy) -> None:
    work = rewrite(policy).model_copy(update={"written_at": NOW})
    policy.set(OURS)
    assert policy.verdict(work, at(1)).proof is Proof.NOT_YET
    assert policy.verdict(work, at(3600)).proof is Proof.PROVEN
    policy.set("")
    assert policy.verdict(work, at(1)).proof is Proof.NOT_YET
    refuted = policy.verdict(work, at(3600))
    assert refuted.proof is Proof.REFUTED
    assert "somebody undid it" in refuted.seen


def at(seconds: int) -> Settling:
    """The settling, so many seconds after the write."""
    moment = AwsMoment(NOW + timedelta(seconds=seconds), timedelta(seconds=1))
    return Settling(lambda: moment, timedelta(seconds=15))
