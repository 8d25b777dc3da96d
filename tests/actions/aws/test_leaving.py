"""``aws.find_last_activity`` and ``aws.remove_login_profile``: with a user of one's own in the shared world."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from irkit.contract import CredentialKind, Proof, Seen, Standing
from irkit.errors import NotFound, OwnIdentity
from tests.actions.aws.sealed import unpaced
from tests.bench import Bench, applied, asked, bench, operation, planned, proven, revert

ID, ACTIVITY = "aws.remove_login_profile", "aws.find_last_activity"
PASSWORD = f"{uuid.uuid4()}aA1!"


@pytest.fixture
def on(on: Bench) -> Iterator[Bench]:
    """A bench to which CloudTrail answers as often as it asks."""
    with unpaced(on) as quick:
        yield quick


def person(on: Bench) -> str:
    user = on.suspect().user
    on.clients("arrange").aws.call("iam", "create_login_profile", UserName=user, Password=PASSWORD)
    return user


def test_a_password_is_taken_away_and_its_absence_is_proven_once_settled(on: Bench) -> None:
    clients, user = on.clients(), person(on)
    plan = planned(clients, ID, user=user)
    assert [one.kind for one in plan.cuts] == [CredentialKind.PASSWORD]
    assert "cannot come back" in plan.undo
    verdict = proven(clients, operation(ID), applied(clients, operation(ID), plan))
    assert verdict.proof is Proof.PROVEN
    assert [one.seen for one in verdict.sightings] == [Seen.DENIED]
    assert not planned(clients, ID, user=user).changes


def test_a_new_password_that_somebody_set_meanwhile_refutes_it(on: Bench) -> None:
    clients, user = on.clients(), person(on)
    plan = planned(clients, ID, user=user)
    assert operation(ID).probe(clients, plan).standing is Standing.UNTOUCHED
    receipt = applied(clients, operation(ID), plan)
    clients.aws.call("iam", "create_login_profile", UserName=user, Password=PASSWORD)
    assert proven(clients, operation(ID), receipt).proof is Proof.REFUTED


def test_a_protected_persons_password_stays(on: Bench) -> None:
    user = person(on)
    guarded = bench(on.world, on.folder, protected_principals=(user,))
    with pytest.raises(OwnIdentity):
        planned(guarded.clients(), ID, user=user)


def test_what_a_person_holds_is_told_with_its_last_use(on: Bench) -> None:
    suspect = on.suspect()
    found = asked(on.clients(), ACTIVITY, user=suspect.user, hours=1)
    assert [one["key_id"] for one in found["keys"]] == [suspect.key.key_id]
    assert found["has_password"] is False
    assert found["calls"] == 0
    assert found["principals"] == [found["arn"]]


def test_kinds_of_credentials_that_cannot_be_asked_for_are_not_seen_rather_than_none(on: Bench) -> None:
    found = asked(on.clients(), ACTIVITY, user=on.suspect().user, hours=1)
    assert [one for one in found["not_seen"] if one.startswith("SSH public keys")]
    assert "NOT SEEN: SSH public keys" in found["coverage"]


def test_calls_from_elsewhere_make_it_hostile_and_calls_from_home_ordinary(on: Bench) -> None:
    user = "svc-deploy"
    strange = asked(on.clients(), ACTIVITY, user=user, known_networks=["10.0.0.0/16"])
    assert strange["recommended"] == "hostile"
    assert strange["strange_since"]
    assert {one["is_ours"] for one in strange["addresses"]} == {True, False}
    home = asked(on.clients(), ACTIVITY, user=user, known_networks=["0.0.0.0/0"])
    assert f"How is the access of {user} to end? irkit: ordinary, since every call" in home["question"]
    assert home["recommended"] == "ordinary"
    left = (datetime.now(UTC) - timedelta(hours=4)).isoformat()
    late = asked(on.clients(), ACTIVITY, user=user, known_networks=["0.0.0.0/0"], left_at=left)
    assert late["recommended"] == "hostile"
    assert asked(on.clients(), ACTIVITY, user=user)["recommended"] == "hostile", "nothing could tell a stranger"


def test_nobody_has_no_activity(on: Bench) -> None:
    with pytest.raises(NotFound):
        asked(on.clients(), ACTIVITY, user="nobody-at-all")


def test_an_mfa_device_is_taken_off_and_what_could_not_be_seen_is_named(on: Bench) -> None:
    clients, user, others = on.clients(), on.suspect().user, "aws.deactivate_credentials"
    made = clients.aws.call("iam", "create_virtual_mfa_device", VirtualMFADeviceName=user)
    serial = made["VirtualMFADevice"]["SerialNumber"]
    codes: dict[str, Any] = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    clients.aws.call("iam", "enable_mfa_device", UserName=user, SerialNumber=serial, **codes)
    plan = planned(clients, others, user=user)
    assert [(one.before, one.after) for one in plan.changes] == [("Active", "taken off")]
    assert "NOT SEEN: SSH public keys" in plan.blast
    assert operation(others).probe(clients, plan).standing is Standing.UNTOUCHED
    receipt = applied(clients, operation(others), plan)
    assert proven(clients, operation(others), receipt).proof is Proof.PROVEN
    assert operation(others).probe(clients, plan).standing is Standing.IN_PLACE
    assert not planned(clients, others, user=user).changes
    assert not revert(others).plan(clients, receipt).changes, "it is enrolled anew by its owner"
