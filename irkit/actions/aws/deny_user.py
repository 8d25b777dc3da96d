"""Deny a user everything, by an inline policy named ``IrkitDenyAll``.

A deny stops what a dead key does not: other keys of the user, keys the intruder makes in the seconds that IAM takes to
spread, and sessions of the user. It does not bind the roles that the user has already taken on: those are other
principals (IAM user guide, "Policy evaluation logic").
The attacker sees ``AccessDenied ... with an explicit deny in an identity-based policy``.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.clients.deny_all import DENY_ALL, DENY_ALL_DOCUMENT, deny_all
from irkit.clients.inline_policy import InlinePolicy, Rewrite
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

POLICY = DENY_ALL
_TRIED = ("sts:AssumeRole", "secretsmanager:GetSecretValue", "kms:Decrypt", "iam:CreateAccessKey")


class Params(Frozen):
    """The user to deny."""

    user: str


class Result(Frozen):
    """Who was denied by which policy. ``at`` is AWS's clock right after; None when it was so before, or found later."""

    user: str
    policy: str
    at: datetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy of that name. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(user=params.user)
    clients.iam.user_arn(params.user)
    policy = deny_all(clients.iam, params.user)
    work = Rewrite(user=params.user, before=policy.read(), after=DENY_ALL_DOCUMENT)
    return _plan(policy, work, f"every key and session of {work.user} is refused everything, its rightful users' too")


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name."""
    work = Rewrite.model_validate(plan.details)
    policy = deny_all(clients.iam, work.user)
    return policy.standing(work, policy.receipt(work, Result(user=work.user, policy=POLICY)))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy, or take it away. Raises ``PlanStale`` when it is not what the plan shows."""
    work = Rewrite.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    policy = deny_all(clients.iam, work.user)
    policy.refuse_moved(work.before)
    request_id = policy.set(work.after)
    return policy.receipt(work, Result(user=work.user, policy=POLICY, at=clients.aws_now().at), request_id)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy again, and ask IAM how it decides for the user."""
    work = Rewrite.model_validate(receipt.details)
    policy = deny_all(clients.iam, work.user)
    now = policy.read()
    if now != work.after:
        return Verdict(proof=Proof.NOT_YET, seen=policy.told(now))
    decisions = clients.iam.simulated(clients.iam.user_arn(work.user), _TRIED)
    denied = sum(decision == "explicitDeny" for decision in decisions.values())
    seen = f"{policy.told(now)}; iam:SimulatePrincipalPolicy: {denied} of {len(_TRIED)} denied"
    holds = denied == len(_TRIED) if work.after == DENY_ALL_DOCUMENT else True
    return Verdict(proof=Proof.PROVEN if holds else Proof.NOT_YET, seen=seen)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = Rewrite.model_validate(receipt.details)
    policy = deny_all(clients.iam, done.user)
    work = Rewrite(user=done.user, before=policy.read(), after=done.before)
    return _plan(policy, work, f"{work.user} may do again what its other policies allow")


def _plan(policy: InlinePolicy, work: Rewrite, blast: str) -> Plan:
    return Plan(
        summary=f"{'deny' if work.after == DENY_ALL_DOCUMENT else 'no longer deny'} {work.user} everything",
        changes=policy.changes(work.before, work.after),
        blast=blast,
        undo=f"put back: {policy.words(work.before)}",
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Deny a user everything",
    operation=Operation(plan, probe, apply, verify),
    revert=Operation(plan_revert, probe, apply, verify),
    iam=(
        *("iam:GetUser", "iam:GetUserPolicy", "iam:PutUserPolicy"),
        *("iam:DeleteUserPolicy", "iam:SimulatePrincipalPolicy"),
    ),
)
