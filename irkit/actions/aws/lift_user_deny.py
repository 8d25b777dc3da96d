"""Take irkit's deny-all policy off a user again, so that the replacement key works.

Only once the leaked key is inactive: else the intruder would be let in again, so the plan refuses that.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.deny_all import DENY_ALL, DENY_ALL_DOCUMENT
from irkit.clients.document import Rewrite
from irkit.clients.holder import Holder, HolderKind, credential
from irkit.clients.iam import KeyStatus
from irkit.clients.inline_policy import InlinePolicy
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Verdict
from irkit.errors import Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The user, and the leaked key that must be inactive by now."""

    user: str
    dead_key_id: str


class Result(Frozen):
    """Whose deny was lifted. ``at`` is AWS's clock right after; None when it was so before, or found later."""

    user: str
    policy: str
    at: datetime | None = None


class _Work(Rewrite):
    dead_key_id: str


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy. Raises ``OwnIdentity``, ``NotFound``, and ``Refused`` when the leaked key is still active."""
    clients.sts.refuse_own(user=params.user)
    _refuse_active(clients, params.user, params.dead_key_id)
    policy = _policy(clients, params.user)
    work = _Work(holder=policy.holder, dead_key_id=params.dead_key_id, before=policy.read(), after="")
    return _plan(policy, work).model_copy(update={"revives": (credential(clients.rights.arn(policy.holder)),)})


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name."""
    work = _Work.model_validate(plan.details)
    policy = _policy(clients, work.holder.name)
    return policy.standing(work, policy.receipt(work, _result(work, None), clients.aws_now().at))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy, or take it away. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    user = work.holder.name
    clients.sts.refuse_own(user=user)
    if not work.after:
        _refuse_active(clients, user, work.dead_key_id)
    return _policy(clients, user).carry_out(work, _result, clients.aws_now)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy again, after the settling time."""
    work = _Work.model_validate(receipt.details)
    return _policy(clients, work.holder.name).verdict(work, clients.settling)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = _Work.model_validate(receipt.details)
    policy = _policy(clients, done.holder.name)
    work = _Work(holder=policy.holder, dead_key_id=done.dead_key_id, before=policy.read(), after=done.before)
    arn = clients.rights.arn(policy.holder)
    return _plan(policy, work).model_copy(update={"cuts": (credential(arn),)})


def _result(work: _Work, at: datetime | None) -> Result:
    return Result(user=work.holder.name, policy=DENY_ALL, at=at)


def _refuse_active(clients: Clients, user: str, key_id: str) -> None:
    for key in clients.iam.access_keys(user):
        if key.key_id == key_id and key.status is KeyStatus.ACTIVE:
            msg = f"the leaked key {masked_key(key_id)} of {user} is still active"
            raise Refused(msg, hint="deactivate it first; lifting the deny would let the intruder in again")


def _policy(clients: Clients, user: str) -> InlinePolicy:
    return InlinePolicy(Holder(kind=HolderKind.USER, name=user), DENY_ALL, _meaning, clients.rights)


def _meaning(document: str) -> str:
    """A deny of everything in three words, whoever wrote it; anything else whole, for the approver to read."""
    return "Deny * on *" if _unnamed(document) == _unnamed(DENY_ALL_DOCUMENT) else document


def _unnamed(document: str) -> str:
    return re.sub(r',"Sid":"[^"]*"', "", document)


def _plan(policy: InlinePolicy, work: _Work) -> Plan:
    blast = "is refused everything again" if work.after else "may do again what its other policies allow"
    summary = f"{'deny' if work.after else 'no longer deny'} {work.holder.name} everything"
    why = "the replacement key belongs to the same user" if not work.after else ""
    return policy.plan(work, summary, f"{work.holder.name} {blast}", why)


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Let a user act again",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=("iam:GetUser", "iam:ListAccessKeys", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
)
