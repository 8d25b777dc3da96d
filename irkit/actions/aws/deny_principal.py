"""Deny a user or role everything, by an inline policy named ``IrkitDenyAll``.

A deny stops what a dead key does not: other keys of a user, keys the intruder makes in the seconds that IAM takes to
spread, and sessions. It does not bind the roles that a user has already taken on: those are other principals (IAM user
guide, "Policy evaluation logic"). An intruder who watches can take the deny away before it binds, so it is proven only
after the settling time, and refuted when somebody undid it: then retry, or quarantine by an SCP first.
The attacker sees ``AccessDenied ... with an explicit deny in an identity-based policy``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.deny_all import DENY_ALL, DENY_ALL_DOCUMENT, deny_all
from irkit.clients.document import Document, Rewrite
from irkit.clients.holder import Holder, credential
from irkit.clients.simulation import simulated
from irkit.contract import (
    Action,
    Effect,
    Frozen,
    Operation,
    Plan,
    Probe,
    Receipt,
    Verdict,
)

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

POLICY = DENY_ALL
TRIED = ("sts:AssumeRole", "secretsmanager:GetSecretValue", "kms:Decrypt", "iam:CreateAccessKey")
"""A sample of what an intruder is after."""


class Params(Frozen):
    """``principal`` is the ARN of a user or role; of a session, all sessions of its role are denied."""

    principal: str


class Result(Frozen):
    """Who was denied by which policy. ``at`` is AWS's clock right after; None when it was so before, or found later."""

    principal: str
    name: str
    policy: str
    at: datetime | None = None


class _Work(Rewrite):
    principal: str
    """The ARN of the user or role itself."""


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy of that name. Raises ``OwnIdentity``, ``NotFound``, ``Refused`` for who bears no policies."""
    clients.sts.refuse_own_arn(params.principal)
    holder = Holder.of(params.principal)
    policy = deny_all(clients.rights, holder)
    arn = clients.rights.arn(holder)
    work = _Work(holder=holder, principal=arn, before=policy.read(), after=DENY_ALL_DOCUMENT)
    every = "key and session" if holder.kind == "user" else "session"
    blast = f"every {every} of {holder.name} is refused everything, its rightful users' too"
    return _plan(policy, work, blast).model_copy(update={"cuts": (credential(arn),)})


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name."""
    work = _Work.model_validate(plan.details)
    policy = deny_all(clients.rights, work.holder)
    return policy.standing(work, policy.receipt(work, _result(work, None), clients.aws_now().at))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy, or take it away. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own_arn(work.principal)
    return deny_all(clients.rights, work.holder).carry_out(work, _result, clients.aws_now)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy again after the settling time, then ask IAM how it decides for the principal."""
    work = _Work.model_validate(receipt.details)
    verdict = deny_all(clients.rights, work.holder).verdict(work, clients.settling)
    if work.after != DENY_ALL_DOCUMENT:
        return verdict
    return simulated(clients, verdict, work.principal, TRIED, credential(work.principal))


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = _Work.model_validate(receipt.details)
    policy = deny_all(clients.rights, done.holder)
    work = _Work(holder=done.holder, principal=done.principal, before=policy.read(), after=done.before)
    plan = _plan(policy, work, f"{work.holder.name} may do again what its other policies allow")
    revives = () if work.after == DENY_ALL_DOCUMENT else (credential(done.principal),)
    return plan.model_copy(update={"revives": revives})


def _result(work: _Work, at: datetime | None) -> Result:
    return Result(principal=work.principal, name=work.holder.name, policy=POLICY, at=at)


def _plan(policy: Document, work: _Work, blast: str) -> Plan:
    verb = "deny" if work.after == DENY_ALL_DOCUMENT else "no longer deny"
    return policy.plan(work, f"{verb} {work.holder.name} everything", blast)


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Deny a user or role everything",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:GetUser", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
        *("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
        "iam:SimulatePrincipalPolicy",
    ),
)
