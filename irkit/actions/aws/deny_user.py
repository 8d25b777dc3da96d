"""Deny a user everything, by an inline policy named ``IrkitDenyAll``.

A deny stops what a dead key does not: other keys of the user, keys the intruder makes in the seconds that IAM takes to
spread, and sessions of the user. It does not bind the roles that the user has already taken on: those are other
principals (IAM user guide, "Policy evaluation logic").
The attacker sees ``AccessDenied ... with an explicit deny in an identity-based policy``.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.clients.iam import canonical_policy
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

POLICY = "IrkitDenyAll"
DOCUMENT = canonical_policy({
    "Version": "2012-10-17",
    "Statement": [{"Sid": POLICY, "Effect": "Deny", "Action": "*", "Resource": "*"}],
})  # fmt: skip
_TRIED = ("sts:AssumeRole", "secretsmanager:GetSecretValue", "kms:Decrypt", "iam:CreateAccessKey")


class Params(Frozen):
    """The user to deny."""

    user: str


class Result(Frozen):
    """Who was denied by which policy. ``at`` is AWS's clock right after; None when it was so before, or found later."""

    user: str
    policy: str
    at: datetime | None = None


class _Work(Frozen):
    """``before`` and ``after`` are policy documents, empty for none."""

    user: str
    before: str
    after: str


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy of that name. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(user=params.user)
    clients.iam.user_arn(params.user)
    before = clients.iam.user_policy(params.user, POLICY)
    return _plan(
        _Work(user=params.user, before=before, after=DOCUMENT),
        f"every key and session of {params.user} is refused everything, its rightful users' too",
    )


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = _Work.model_validate(receipt.details)
    now = clients.iam.user_policy(done.user, POLICY)
    work = _Work(user=done.user, before=now, after=done.before)
    return _plan(work, f"{done.user} may do again what its other policies allow")


def _plan(work: _Work, blast: str) -> Plan:
    change = Change(
        target=f"inline policy {POLICY} of user {work.user}", before=_words(work.before), after=_words(work.after)
    )
    return Plan(
        summary=f"{'deny' if work.after == DOCUMENT else 'no longer deny'} {work.user} everything",
        changes=() if work.before == work.after else (change,),
        blast=blast,
        undo=f"put back: {_words(work.before)}",
        details=work.model_dump(mode="json"),
    )


def _words(document: str) -> str:
    if document == DOCUMENT:
        return "Deny * on *"
    return f"another document: {document}" if document else "absent"


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name."""
    work = _Work.model_validate(plan.details)
    now = clients.iam.user_policy(work.user, POLICY)
    seen = f"{POLICY} of {work.user}: {_words(now)}"
    if now == work.after:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, None, ()))
    return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy, or take it away. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    now = clients.iam.user_policy(work.user, POLICY)
    if now != work.before:
        msg = f"{POLICY} of {work.user} is now: {_words(now)}"
        raise PlanStale(msg, hint="look at the new plan")
    if work.after:
        request_id = clients.iam.put_user_policy(work.user, POLICY, work.after)
    else:
        request_id = clients.iam.delete_user_policy(work.user, POLICY)
    return _receipt(work, clients.aws_now().at, (request_id,))


def _receipt(work: _Work, at: datetime | None, request_ids: tuple[str, ...]) -> Receipt:
    return Receipt(
        summary=f"iam:{'PutUserPolicy' if work.after else 'DeleteUserPolicy'} {work.user} {POLICY}",
        result=Result(user=work.user, policy=POLICY, at=at).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=request_ids,
    )


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy again, and ask IAM how it decides for the user."""
    work = _Work.model_validate(receipt.details)
    now = clients.iam.user_policy(work.user, POLICY)
    if now != work.after:
        return Verdict(proof=Proof.NOT_YET, seen=f"{POLICY} of {work.user}: {_words(now)}")
    decisions = clients.iam.simulated(clients.iam.user_arn(work.user), _TRIED)
    denied = sum(decision == "explicitDeny" for decision in decisions.values())
    seen = f"{POLICY} of {work.user}: {_words(now)}; iam:SimulatePrincipalPolicy: {denied} of {len(_TRIED)} denied"
    holds = denied == len(_TRIED) if work.after == DOCUMENT else True
    return Verdict(proof=Proof.PROVEN if holds else Proof.NOT_YET, seen=seen)


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
