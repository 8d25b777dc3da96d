"""irkit can never act on the identity it runs as, nor on a protected principal: each action that takes one is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from irkit.actions import catalog
from irkit.clients.aws import AwsSession
from irkit.clients.clients import Clients, Outside
from irkit.config import AwsConfig, Config
from irkit.contract import AnyAction, Effect
from irkit.errors import NotFound, OwnIdentity
from tests.bench import Postmortem

ACCOUNT = "111122223333"
_ACTS = {Effect.REVERSIBLE, Effect.IRREVERSIBLE}
_WHOM = ("user", "role", "principal", "principals")
LETS_OUT = {"aws.release_principals"}
"""Gives rights back; whom it names is in quarantine, so it is neither us nor protected."""
CONTAINING = tuple(
    name
    for name in catalog.MODULES
    if name not in LETS_OUT
    and catalog.ACTIONS[catalog.ActionId(name)].effect in _ACTS
    and set(_WHOM) & set(catalog.ACTIONS[catalog.ActionId(name)].params.model_fields)
)

NAMES = st.text("abcXYZ019+=,.@-_", min_size=1, max_size=20)
PATHS = st.sampled_from(["/", "/teams/ops/", "/aws-reserved/sso.amazonaws.com/"])
KINDS = st.sampled_from(["user", "role"])


class Told:
    """AWS that tells who calls, knows nothing else, and writes down what it was asked to do."""

    def __init__(self, arn: str) -> None:
        self.session = _Session()
        self._arn = arn
        self.sent: list[str] = []

    def call(self, service: str, operation: str, /, **_: object) -> Mapping[str, Any]:
        if operation == "get_caller_identity":
            return {"Arn": self._arn, "Account": ACCOUNT}
        self.sent.append(f"{service}:{operation}")
        raise NotFound(operation)

    def pages(self, service: str, operation: str, /, **_: object) -> Iterator[Mapping[str, Any]]:
        self.sent.append(f"{service}:{operation}")
        raise NotFound(operation)


class _Session(AwsSession):
    def __init__(self) -> None:
        super().__init__(AwsConfig())

    def own_key_id(self) -> str:
        return "ASIA0000000000000001"


def clients_of(arn: str, protected: tuple[str, ...]) -> tuple[Clients, Told]:
    """The clients of somebody, with a cloud that only tells who calls."""
    config = Config(Path("data"), Path("runbooks"), "tester", protected_principals=protected)
    clients = Outside(config, "DRILL-1", Path("data"), b"k" * 32, Postmortem()).clients("step")  # type: ignore[arg-type]
    told = Told(arn)
    clients.__dict__["aws"] = told
    return clients, told


def own_arn(kind: str, path: str, name: str) -> str:
    if kind == "user":
        return f"arn:aws:iam::{ACCOUNT}:user{path}{name}"
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/irkit"


def targets(kind: str, path: str, name: str) -> tuple[str, ...]:
    """All ways to name a principal by an ARN."""
    arns = (f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}", f"arn:aws:iam::{ACCOUNT}:{kind}/{name}")
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/other"
    return (*arns, session) if kind == "role" else arns


def given_to(action: AnyAction, kind: str, name: str, arn: str) -> dict[str, object] | None:
    """Parameters that aim an action at a principal; None when it takes none of that kind."""
    fields = action.params.model_fields
    aimed: dict[str, object] = {}
    if "principals" in fields:
        aimed["principals"] = [f"arn:aws:iam::{ACCOUNT}:user/somebody-else", arn]
    elif "principal" in fields:
        aimed["principal"] = arn
    elif kind in fields:
        aimed[kind] = name
    else:
        return None
    wanted = [each for each, field in fields.items() if field.is_required() and each not in aimed]
    return {**aimed, **dict.fromkeys(wanted, "x")}


@pytest.mark.parametrize("action_id", CONTAINING)
@settings(max_examples=20)
@given(KINDS, PATHS, NAMES, st.sampled_from(["as it is", "upper", "lower"]), st.integers(0, 2))
def test_no_action_touches_the_identity_that_irkit_acts_as(
    action_id: str, kind: str, path: str, name: str, case: str, way: int
) -> None:
    action = catalog.ACTIONS[catalog.ActionId(action_id)]
    shown = {"upper": name.upper(), "lower": name.lower()}.get(case, name)
    several = targets(kind, path, shown)
    aimed = given_to(action, kind, shown, several[way % len(several)])
    assume(aimed is not None)
    clients, told = clients_of(own_arn(kind, path, name), ())
    assert action.operation is not None
    with pytest.raises(OwnIdentity):
        action.operation.plan(clients, action.params.model_validate(aimed))
    assert told.sent == []


@pytest.mark.parametrize("action_id", CONTAINING)
@settings(max_examples=20)
@given(KINDS, PATHS, NAMES, st.sampled_from(["name", "ARN"]), st.integers(0, 2))
def test_no_action_touches_a_protected_principal(
    action_id: str, kind: str, path: str, name: str, by: str, way: int
) -> None:
    action = catalog.ACTIONS[catalog.ActionId(action_id)]
    several = targets(kind, path, name)
    aimed = given_to(action, kind, name, several[way % len(several)])
    assume(aimed is not None)
    guarded = name if by == "name" else f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}"
    clients, told = clients_of(own_arn("role", "/", "irkit-break-glass"), (guarded,))
    assert action.operation is not None
    with pytest.raises(OwnIdentity):
        action.operation.plan(clients, action.params.model_validate(aimed))
    assert told.sent == []


def test_there_are_such_actions() -> None:
    assert {"aws.quarantine_principals", "aws.deny_principal", "aws.deactivate_keys"} <= set(CONTAINING)
