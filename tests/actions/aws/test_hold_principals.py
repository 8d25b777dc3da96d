"""Holding suspects where IAM binds late: against somebody who takes back whatever he sees; and what is undone again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from irkit.clients.aws import Tries
from irkit.clients.clients import Clients
from irkit.clients.deny_all import DENY_ALL
from irkit.clients.hold import LAYER, Grip, Hold
from irkit.clients.holder import Holder
from irkit.clients.iam import KeyStatus
from irkit.contract import Proof, Standing
from irkit.errors import OutsideError, OwnIdentity
from tests.bench import Bench, Suspect, applied, done, operation, planned, proven, revert

ID = "aws.hold_principals"
DELAY = timedelta(seconds=0.8)
OWN = {"all"}
"""The inline policies that a suspect has by itself."""


@pytest.fixture
def slow(on: Bench) -> Iterator[Bench]:
    """A cloud in which a write of IAM takes up to ``DELAY`` to bind."""
    faults = on.world.aws.faults
    yield on
    faults.iam_delay = timedelta()
    on.world.aws.settle()


@contextmanager
def watching(on: Bench, suspect: Suspect) -> Iterator[list[str]]:
    """Meanwhile the suspect looks at itself, and takes back what it sees; what it took back, as far as it may."""
    undone: list[str] = []
    stop = threading.Event()

    def call(operation_: str, **given: str) -> dict[str, object]:
        client = on.clients().aws.session.client(
            "iam", "", "intruder", Tries.ONCE, (suspect.key.key_id, suspect.key.secret)
        )
        answer: dict[str, object] = getattr(client, operation_)(UserName=suspect.user, **given)
        return answer

    def look() -> None:
        while not stop.wait(0.3):
            with suppress(Exception):
                for name in call("list_user_policies")["PolicyNames"]:  # type: ignore[attr-defined]
                    if name not in OWN:
                        call("delete_user_policy", PolicyName=name)
                        undone.append(name)
                call("update_access_key", AccessKeyId=suspect.key.key_id, Status="Active")

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield undone
    finally:
        stop.set()
        thread.join()


def is_refused(on: Bench, suspect: Suspect) -> bool:
    try:
        on.clients().aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")
    except OutsideError:
        return True
    return False


def status(clients: Clients, suspect: Suspect) -> KeyStatus:
    return clients.iam.access_key(suspect.user, suspect.key.key_id).status


def test_denied_once_who_watches_goes_on_and_held_he_does_not(slow: Bench) -> None:
    suspect = slow.suspect()
    slow.world.aws.faults.iam_delay = DELAY
    with watching(slow, suspect) as undone:
        done(slow.clients(), "aws.deny_principal", principal=suspect.arn)
        threading.Event().wait(2 * DELAY.total_seconds())
        assert DENY_ALL in undone
        assert not is_refused(slow, suspect)
        receipt = done(slow.clients(), ID, principals=[suspect.arn])
        assert receipt.result["outcome"] == "held"
        assert proven(slow.clients(), operation(ID), receipt).proof is Proof.PROVEN
        assert is_refused(slow, suspect)
        threading.Event().wait(DELAY.total_seconds())
        assert is_refused(slow, suspect), "and it stays so though he goes on trying"
    names = slow.clients().rights.inline_names(Holder.of(suspect.arn))
    assert not any(name.startswith(LAYER) for name in names)


def test_a_hold_is_undone_from_its_receipt(on: Bench) -> None:
    suspect, other = on.suspect(), on.suspect()
    on.clients().iam.set_key_status(other.user, other.key.key_id, KeyStatus.INACTIVE)
    receipt = done(on.clients(), ID, principals=[suspect.arn, other.arn])
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    back = revert(ID).plan(on.clients(), receipt)
    assert {one.id for one in back.revives} >= {suspect.arn, suspect.key.key_id}
    assert revert(ID).probe(on.clients(), back).standing is Standing.UNTOUCHED
    given = applied(on.clients(), revert(ID), back)
    assert proven(on.clients(), revert(ID), given).proof is Proof.PROVEN
    assert not is_refused(on, suspect)
    assert status(on.clients(), other) is KeyStatus.INACTIVE, "which it was before"


def test_an_undo_that_was_cut_short_is_planned_for_the_rest(on: Bench) -> None:
    suspect, other = on.suspect(), on.suspect()
    receipt = done(on.clients(), ID, principals=[suspect.arn, other.arn])
    undo = revert(ID)
    back = undo.plan(on.clients(), receipt)
    grip = Grip.of(on.clients())
    grip.restore(Hold.model_validate(back.details["holds"][0]))  # type: ignore[index]
    assert undo.probe(on.clients(), back).standing is Standing.BETWEEN
    rest = undo.plan(on.clients(), receipt)
    assert [each.target for each in rest.changes] == [f"user {other.user}"]
    assert undo.probe(on.clients(), rest).standing is Standing.UNTOUCHED, "so that it may be carried out"
    applied(on.clients(), undo, rest)
    assert undo.probe(on.clients(), back).standing is Standing.IN_PLACE


def test_a_plan_names_what_it_cuts_and_is_the_same_for_the_same_world(on: Bench) -> None:
    suspect = on.suspect()
    role = on.role()
    session = f"arn:aws:sts::111122223333:assumed-role/{role}/sync"
    first = planned(on.clients(), ID, principals=[suspect.arn, session])
    assert first == planned(on.clients(), ID, principals=[suspect.arn, session])
    assert {one.id for one in first.cuts} == {suspect.arn, suspect.key.key_id, session}
    assert len(first.changes) == 3


def test_of_a_shared_role_only_the_suspects_sessions_are_held(on: Bench) -> None:
    role = on.role()
    session = f"arn:aws:sts::111122223333:assumed-role/{role}/sync"
    receipt = done(on.clients(), ID, principals=[session])
    assert proven(on.clients(), operation(ID), receipt).proof is Proof.PROVEN
    names = on.clients().rights.inline_names(Holder.of(session))
    assert DENY_ALL not in names
    assert any(name.endswith("-sync") for name in names)


def test_after_a_crash_in_the_middle_a_probe_tells_that_it_is_half_done(on: Bench) -> None:
    suspect = on.suspect()
    plan = planned(on.clients(), ID, principals=[suspect.arn])
    doing = operation(ID)
    assert doing.probe(on.clients(), plan).standing is Standing.UNTOUCHED
    hold = Grip.of(on.clients()).hold(suspect.arn, None)
    for what in Grip.of(on.clients()).lacking(hold, 2):
        Grip.of(on.clients()).put(hold, what)
    found = doing.probe(on.clients(), plan)
    assert found.standing is Standing.BETWEEN
    assert found.receipt is not None
    again = planned(on.clients(), ID, principals=[suspect.arn])
    assert again.changes != (), "planned again, it goes on holding and takes away what is to go"
    assert doing.probe(on.clients(), again).standing is Standing.UNTOUCHED, "so that it may be carried out"
    receipt = applied(on.clients(), doing, again)
    assert doing.probe(on.clients(), plan).standing is Standing.IN_PLACE
    assert proven(on.clients(), doing, receipt).proof is Proof.PROVEN


def test_whom_the_suspects_make_meanwhile_is_held_and_whom_somebody_else_makes_is_not(on: Bench) -> None:
    suspect = on.suspect()
    made, innocent = f"late-{suspect.user}", f"new-{suspect.user}"
    client = on.clients().aws.session.client(
        "iam", "", "intruder", Tries.ONCE, (suspect.key.key_id, suspect.key.secret)
    )
    client.create_user(UserName=made)
    on.clients().aws.call("iam", "create_user", UserName=innocent)
    receipt = done(on.clients(), ID, principals=[suspect.arn])
    held = {arn.rpartition("/")[2] for arn in receipt.result["principals"]}  # type: ignore[union-attr]
    assert made in held
    assert innocent not in held
    assert DENY_ALL not in on.clients().rights.inline_names(Holder.of(suspect.arn.replace(suspect.user, innocent)))


def test_an_innocent_whom_a_run_that_was_cut_short_held_is_let_go_by_the_next(on: Bench) -> None:
    suspect, innocent = on.suspect(), on.suspect()
    grip = Grip.of(on.clients())
    hold = grip.hold(innocent.arn, None)
    for what in grip.lacking(hold, 2):
        grip.put(hold, what)
    receipt = done(on.clients(), ID, principals=[suspect.arn])
    assert f"user {innocent.user}" in receipt.result["freed"]  # type: ignore[operator]
    assert set(grip.rights.inline_names(Holder.of(innocent.arn))) == OWN
    assert status(on.clients(), innocent) is KeyStatus.ACTIVE


def test_who_irkit_acts_as_is_never_held(on: Bench) -> None:
    own = on.clients().sts.own_identity()
    with pytest.raises(OwnIdentity):
        planned(on.clients(), ID, principals=[own.arn])
