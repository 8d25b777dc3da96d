"""The actions of ``kms_misuse`` and ``offboarding`` work with exactly the permissions they declare."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from irkit.actions import catalog
from irkit.clients.cloudtrail import Pace
from irkit.contract import ActionId, Proof
from irkit.errors import Denied
from tests.actions.aws.sealed import grant, sealed, unpaced
from tests.actions.aws.test_permissions import responder
from tests.bench import Bench, applied, asked, operation, planned, proven

Given = Mapping[str, object]


def _a_key(on: Bench) -> Given:
    return {"key": sealed(on).key}


def _grants(on: Bench) -> Given:
    key = sealed(on).key
    return {"key": key, "ids": [grant(on, key, on.suspect().arn)]}


def _a_keys_grants(on: Bench) -> Given:
    return {"keys": [sealed(on).key], "principals": [on.suspect().arn], "hours": 1}


def _a_user(on: Bench) -> Given:
    return {"user": on.suspect().user}


def _a_person(on: Bench) -> Given:
    user = on.suspect().user
    aws = on.clients("arrange").aws
    aws.call("iam", "create_login_profile", UserName=user, Password=f"{uuid.uuid4()}aA1!")
    return {"user": user}


def _principals(on: Bench) -> Given:
    return {"principals": [on.suspect().arn], "hours": 1}


def _a_users_values(on: Bench) -> Given:
    return {"user": on.suspect().user, "regions": ["eu-west-1"]}


def _cuts(on: Bench) -> Given:
    key, at = sealed(on).key, on.clients().aws_now().at
    cut = {"key": key, "id": "g", "grantee": on.suspect().arn, "label": "grant g", "at": at.isoformat()}
    return {"grants": [[cut]], "password": [{"user": "x", "at": at.isoformat()}]}


EFFECTS: Mapping[str, Callable[[Bench], Given]] = {
    "aws.disable_kms_key": _a_key,
    "aws.remove_login_profile": _a_person,
    "aws.revoke_kms_grants": _grants,
    "aws.rotate_kms_key": _a_key,
}
READS: Mapping[str, Callable[[Bench], Given]] = {
    "aws.find_kms_grants": _a_keys_grants,
    "aws.find_last_activity": _a_user,
    "aws.find_readable_values": _a_users_values,
    "aws.find_sealed_values": _a_key,
    "aws.identify_kms_key": _a_key,
    "aws.judge_kms_key": _a_key,
    "cloudtrail.find_key_changes": _a_key,
    "cloudtrail.measure_kms_use": _a_key,
    "cloudtrail.measure_opened": _principals,
    "cloudtrail.prove_quiet": _cuts,
}


@pytest.fixture
def unhurried(on: Bench) -> Iterator[Bench]:
    """A bench to which CloudTrail answers as often as it asks."""
    with unpaced(on) as quick:
        yield quick


def allowed(on: Bench, action_id: str) -> Bench:
    seen = responder(on, catalog.ACTIONS[ActionId(action_id)].iam)
    return replace(seen, outside=replace(seen.outside, pace=Pace(10_000)))


@pytest.mark.parametrize("action_id", EFFECTS)
def test_an_effect_is_done_proven_and_undone_with_its_own_permissions(unhurried: Bench, action_id: str) -> None:
    action = catalog.ACTIONS[ActionId(action_id)]
    clients = allowed(unhurried, action_id).clients("allowed")
    plan = planned(clients, action_id, **EFFECTS[action_id](unhurried))
    doing = action.operation
    assert doing is not None
    assert plan.changes
    doing.probe(clients, plan)
    receipt = applied(clients, doing, plan)
    assert proven(clients, doing, receipt).proof is Proof.PROVEN
    if action.revert is not None:
        undo = action.revert.plan(clients, receipt)
        assert undo.changes
        undone = applied(clients, action.revert, undo)
        assert proven(clients, action.revert, undone).proof is Proof.PROVEN


def test_an_mfa_device_is_taken_off_with_the_declared_permissions(unhurried: Bench) -> None:
    """It cannot be undone by irkit: its owner enrols it anew."""
    user, others = unhurried.suspect().user, "aws.deactivate_credentials"
    aws = unhurried.clients("arrange").aws
    made = aws.call("iam", "create_virtual_mfa_device", VirtualMFADeviceName=user)["VirtualMFADevice"]
    codes: dict[str, Any] = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    aws.call("iam", "enable_mfa_device", UserName=user, SerialNumber=made["SerialNumber"], **codes)
    clients = allowed(unhurried, others).clients("allowed")
    plan = planned(clients, others, user=user)
    assert plan.changes
    receipt = applied(clients, operation(others), plan)
    assert proven(clients, operation(others), receipt).proof is Proof.PROVEN


@pytest.mark.parametrize("action_id", READS)
def test_a_reading_is_done_with_its_own_permissions(unhurried: Bench, action_id: str) -> None:
    clients = allowed(unhurried, action_id).clients("allowed")
    found = asked(clients, action_id, **READS[action_id](unhurried))
    assert [one for one in found.get("not_seen", ()) if "Denied" in one] == []


def test_without_permissions_each_is_denied_and_nothing_else(unhurried: Bench) -> None:
    """By one responder: making a client is what costs."""
    seen = responder(unhurried, ())
    clients = replace(seen, outside=replace(seen.outside, pace=Pace(10_000))).clients("denied")
    for action_id in sorted({*EFFECTS, *READS} - {"cloudtrail.prove_quiet"}):
        given = {**EFFECTS, **READS}[action_id](unhurried)
        ask = planned if action_id in EFFECTS else asked
        with pytest.raises(Denied):
            ask(clients, action_id, **given)
