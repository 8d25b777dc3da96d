"""Take what an intruder added out of a role's trust policy, and leave the rest as it is.

What was added is told by ``aws.sweep_window``: principals of other accounts, suspects, and things that suspects made.
Where CloudTrail holds the text from before the intruder's change, that is put back instead, conditions and all.
The attacker sees ``AccessDenied`` on the next sts:AssumeRole.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.document import Document, Rewrite
from irkit.clients.iam import canonical_policy
from irkit.clients.trust_policy import NOBODY, trust_policy, trusted, without
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Verdict
from irkit.errors import UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The role; the principals that were ``added``; ``to`` is the text from before, where it is known."""

    role: str
    added: tuple[str, ...] = ()
    to: str = ""


class Result(Frozen):
    """Who was taken out of which role's trust. ``at`` is AWS's clock right after; None when found later."""

    role: str
    removed: tuple[str, ...]
    at: datetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the trust policy. Raises ``OwnIdentity``, ``NotFound``, ``UsageError`` when ``to`` is no policy."""
    clients.sts.refuse_own(role=params.role)
    policy = trust_policy(clients.rights, params.role)
    before = policy.read()
    after = _text(params.to) if params.to else without(before, frozenset(params.added))
    return _plan(policy, Rewrite(holder=policy.holder, before=before, after=after or NOBODY))


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the trust policy."""
    work = Rewrite.model_validate(plan.details)
    policy = trust_policy(clients.rights, work.holder.name)
    return policy.standing(work, policy.receipt(work, _result(work, None), clients.aws_now().at))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the trust policy. Raises ``PlanStale`` when it is not what the plan shows."""
    work = Rewrite.model_validate(plan.details)
    clients.sts.refuse_own(role=work.holder.name)
    return trust_policy(clients.rights, work.holder.name).carry_out(work, _result, clients.aws_now)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the trust policy again, after the settling time."""
    work = Rewrite.model_validate(receipt.details)
    return trust_policy(clients.rights, work.holder.name).verdict(work, clients.settling)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the trust policy, to put back what stood there."""
    done = Rewrite.model_validate(receipt.details)
    policy = trust_policy(clients.rights, done.holder.name)
    return _plan(policy, Rewrite(holder=done.holder, before=policy.read(), after=done.before))


def _text(document: str) -> str:
    try:
        return canonical_policy(json.loads(document))
    except ValueError as error:
        raise UsageError(f"the trust policy to put back is no JSON: {error}") from error


def _result(work: Rewrite, at: datetime | None) -> Result:
    left = set(trusted(work.after))
    removed = tuple(name for name in trusted(work.before) if name not in left)
    return Result(role=work.holder.name, removed=removed, at=at)


def _plan(policy: Document, work: Rewrite) -> Plan:
    out = [name for name in trusted(work.before) if name not in trusted(work.after)]
    let_in = [name for name in trusted(work.after) if name not in trusted(work.before)]
    told = (*(f"{name} no longer takes it on" for name in out), *(f"{name} takes it on again" for name in let_in))
    blast = "; ".join(told) or "whom it trusts stays, its conditions change"
    return policy.plan(work, f"change whom {work.holder} trusts", blast)


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Take an intruder out of a role's trust policy",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=("iam:GetRole", "iam:UpdateAssumeRolePolicy"),
)
