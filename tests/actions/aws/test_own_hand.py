"""irkit can never act on the identity it runs as, nor on a protected principal: every action that acts is tried.

Those that are told whom to act on by name are aimed at it in every way there is to name it (``CONTAINING``). Those that
meet a principal otherwise have tests of their own (``OTHERWISE``). What reaches no identity stands in ``NOBODYS``, each
with the reason; an action that stands nowhere fails ``test_every_action_that_acts_is_tried_or_says_why_not``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from irkit.actions import catalog
from irkit.clients.aws import AwsSession
from irkit.clients.clients import Clients, Outside
from irkit.clients.quarantine import AccountQuarantine, QuarantineStand, QuarantineWork
from irkit.clients.quarantine_policy import Quarantine, bound, quarantine_document
from irkit.config import AwsConfig, Config
from irkit.contract import ActionId, AnyAction, Effect, Plan
from irkit.errors import NotFound, OwnIdentity, Refused
from tests.bench import Postmortem

ACCOUNT = "111122223333"
_ACTS = {Effect.REVERSIBLE, Effect.IRREVERSIBLE}
_WHOM = ("user", "role", "principal", "principals")
OTHERWISE = {
    "aws.revoke_kms_grants": "test_no_grant_to_it_is_revoked",
    "aws.remove_oidc_audience": "test_no_provider_that_it_is_taken_on_by_loses_an_audience",
    "github.revoke_tokens": "tests/actions/token/test_find_liveness.py: irkit's own token is never revoked",
    "token.revoke_tokens": "the same",
}
"""What is acted on is no principal by name, but may be one's grant, provider or token: where that is tried."""
_GIVES = "gives rights back; whom it names is shut in, so it is neither us nor protected"
_CI = "a thing of a repository, and no identity that irkit acts as"
NOBODYS = {
    "aws.let_go": _GIVES,
    "aws.release_principals": _GIVES,
    "aws.lift_freeze": _GIVES,
    "aws.disable_kms_key": "a key, for everybody alike; the card that decides it says who stops",
    "aws.rotate_kms_key": "new material for a key; nobody's rights change",
    "aws.restart_service": "the service goes on with what it may do",
    "git.purge_history": "texts in a repository",
    **dict.fromkeys(
        ("github.cancel_runs", "github.delete_caches", "github.delete_ci_logs", "github.remove_branch"), _CI
    ),
    **dict.fromkeys(("github.disable_webhook", "github.remove_deploy_key", "github.remove_runner"), _CI),
    "github.update_actions_secret": "writes a value, and takes none away",
}
ACTING = tuple(name for name in catalog.MODULES if catalog.ACTIONS[ActionId(name)].effect in _ACTS)
CONTAINING = tuple(
    name
    for name in ACTING
    if name not in NOBODYS and set(_WHOM) & set(catalog.ACTIONS[ActionId(name)].params.model_fields)
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
        self.grantee = ""
        """Who has a grant on every key; nobody when it is empty."""
        self.sources: tuple[str | Told, ...] = ()
        """By whom the role that calls is taken on: roles' ARNs, and AWS as who is none."""
        self.trusting: dict[object, Mapping[str, object]] = {}
        """Trust policies by the name of their role."""

    def call(self, service: str, operation: str, /, **given: object) -> Mapping[str, Any]:
        if operation == "get_caller_identity":
            return {"Arn": self._arn, "Account": ACCOUNT}
        if operation == "get_role" and given["RoleName"] in self.trusting:
            return {"Role": {"AssumeRolePolicyDocument": self.trusting[given["RoleName"]]}}
        self.sent.append(f"{service}:{operation}")
        raise NotFound(operation)

    def pages(self, service: str, operation: str, /, **_: object) -> Iterator[Mapping[str, Any]]:
        if operation == "list_grants":
            yield {"Grants": [{"GrantId": "g1", "GranteePrincipal": self.grantee, "Operations": ["Decrypt"]}]}
            return
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
    clients = Outside(config, "DRILL-1", Path("data"), b"k" * 32, Postmortem()).clients("step")
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


OPS, BREAK_GLASS = own_arn("role", "/", "ops"), own_arn("role", "/", "irkit-break-glass")


@pytest.mark.parametrize("action_id", CONTAINING)
@settings(max_examples=20)
@given(KINDS, PATHS, NAMES, st.sampled_from(["as it is", "upper", "lower"]), st.integers(0, 2))
def test_no_action_touches_the_identity_that_irkit_acts_as(
    action_id: str, kind: str, path: str, name: str, case: str, way: int
) -> None:
    action = catalog.ACTIONS[ActionId(action_id)]
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
@given(KINDS, PATHS, NAMES, st.sampled_from(["name", "ARN", "session"]), st.integers(0, 2))
def test_no_action_touches_a_protected_principal(
    action_id: str, kind: str, path: str, name: str, by: str, way: int
) -> None:
    action = catalog.ACTIONS[ActionId(action_id)]
    several = targets(kind, path, name)
    aimed = given_to(action, kind, name, several[way % len(several)])
    assume(aimed is not None)
    assume(by != "session" or kind == "role")
    guarded = {
        "name": name,
        "ARN": f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}",
        "session": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/as-told-by-sts",
    }[by]
    clients, told = clients_of(own_arn("role", "/", "irkit-break-glass"), (guarded,))
    assert action.operation is not None
    with pytest.raises(OwnIdentity):
        action.operation.plan(clients, action.params.model_validate(aimed))
    assert told.sent == []


@pytest.mark.parametrize("action_id", CONTAINING)
def test_no_action_touches_who_takes_on_the_role_that_irkit_acts_as(action_id: str) -> None:
    action = catalog.ACTIONS[ActionId(action_id)]
    aimed = given_to(action, "user", "oncall", own_arn("user", "/teams/", "OnCall"))
    if aimed is None:
        aimed = given_to(action, "role", "oncall", own_arn("role", "/", "OnCall"))
    assert aimed is not None
    clients, told = clients_of(BREAK_GLASS, ())
    kind = "user" if "role" not in aimed else "role"
    told.sources = (
        f"arn:aws:iam::{ACCOUNT}:role/teams/oncall" if kind == "role" else Told(own_arn(kind, "/", "oncall")),
    )
    assert action.operation is not None
    with pytest.raises(OwnIdentity, match="by way of"):
        action.operation.plan(clients, action.params.model_validate(aimed))
    assert told.sent == []


@pytest.mark.parametrize("kind", ["user", "role"])
@pytest.mark.parametrize("action_id", CONTAINING)
def test_no_action_takes_somebody_of_another_account_for_their_namesake_in_ours(action_id: str, kind: str) -> None:
    action = catalog.ACTIONS[ActionId(action_id)]
    aimed = given_to(action, kind, "deploy", f"arn:aws:iam::444455556666:{kind}/deploy")
    if aimed is None or set(aimed) & {"user", "role"}:
        return  # it is told a name, which is always one of ours
    clients, told = clients_of(BREAK_GLASS, ())
    assert action.operation is not None
    with pytest.raises(Refused, match="444455556666"):
        action.operation.plan(clients, action.params.model_validate(aimed))
    assert told.sent == []


def test_a_root_is_protected_by_its_arn() -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    clients, told = clients_of(BREAK_GLASS, (root,))
    with pytest.raises(OwnIdentity):
        clients.sts.refuse_own_arn(root)
    assert told.sent == []


def test_no_freeze_binds_who_irkit_acts_as_now_though_it_was_planned_as_somebody_else() -> None:
    frozen = quarantine_document(Quarantine(exempt=(bound(BREAK_GLASS),), freeze=True))
    stand = QuarantineStand(policy_id="p-1", content=frozen, attached=True)
    clients, told = clients_of(OPS, ())
    with pytest.raises(OwnIdentity):
        AccountQuarantine(clients).carry_out(QuarantineWork(before=QuarantineStand(), after=frozen))
    assert told.sent == []
    still = AccountQuarantine(clients).plan(QuarantineWork(before=stand, after=frozen), "less", "fewer are bound")
    assert not still.changes
    assert (
        AccountQuarantine(clients_of(BREAK_GLASS, ())[0])
        .plan(QuarantineWork(before=QuarantineStand(), after=frozen), "freeze", "identities")
        .changes
    )


KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k1"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": PROVIDER}}


@pytest.mark.parametrize(("me", "protected"), [(OPS, ()), (BREAK_GLASS, ("ops",))], ids=["own", "protected"])
@pytest.mark.parametrize("grantee", targets("role", "/teams/", "ops"))
def test_no_grant_to_it_is_revoked(me: str, protected: tuple[str, ...], grantee: str) -> None:
    clients, told = clients_of(me, protected)
    told.grantee = grantee
    action = catalog.ACTIONS[ActionId("aws.revoke_kms_grants")]
    assert action.operation is not None
    with pytest.raises(OwnIdentity):
        action.operation.plan(clients, action.params.model_validate({"key": KEY, "ids": ["g1"]}))
    assert told.sent == []


@pytest.mark.parametrize(("me", "protected"), [(OPS, ()), (BREAK_GLASS, ("ops",))], ids=["own", "protected"])
def test_no_provider_that_it_is_taken_on_by_loses_an_audience(me: str, protected: tuple[str, ...]) -> None:
    clients, told = clients_of(me, protected)
    told.trusting["ops"] = {"Version": "2012-10-17", "Statement": [TRUST]}
    action = catalog.ACTIONS[ActionId("aws.remove_oidc_audience")]
    assert action.operation is not None
    given = action.params.model_validate({"provider": PROVIDER, "audience": "sts.amazonaws.com"})
    with pytest.raises(OwnIdentity):
        action.operation.plan(clients, given)
    work = {"provider": PROVIDER, "audience": "sts.amazonaws.com", "before": True, "after": False}
    with pytest.raises(OwnIdentity):
        action.operation.apply(clients, Plan(summary="", changes=(), blast="", undo="", details=work))
    told.trusting["ops"] = {"Version": "2012-10-17", "Statement": []}
    with pytest.raises(NotFound):
        action.operation.plan(clients, given)


def test_every_action_that_acts_is_tried_or_says_why_not() -> None:
    assert {"aws.quarantine_principals", "aws.hold_principals", "aws.deactivate_keys"} <= set(CONTAINING)
    assert sorted((*CONTAINING, *OTHERWISE, *NOBODYS)) == sorted(ACTING)


@pytest.mark.parametrize("action_id", [each for each in NOBODYS if NOBODYS[each] != _GIVES])
def test_what_is_said_to_reach_no_identity_takes_no_credentials_life(action_id: str) -> None:
    source = importlib.import_module(f"irkit.actions.{action_id}").__file__
    assert source is not None
    assert "cuts" not in Path(source).read_text(encoding="utf-8")
