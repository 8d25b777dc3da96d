"""Let nobody take on a role any more, by a trust policy that denies everybody; the one that stood there is kept.

Sessions that were taken before go on until they end or are denied: that is what ``aws.revoke_sessions`` is for. A
trust policy is written over as a whole, since a watcher may have added more than one way in.
The attacker sees ``AccessDenied`` on sts:AssumeRole, AssumeRoleWithWebIdentity and AssumeRoleWithSAML.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.document import Document, Rewrite
from irkit.clients.trust_policy import NOBODY, trust_policy, trusted
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The role, by its name."""

    role: str


class Result(Frozen):
    """Which role was blocked, and whom it trusted. ``at`` is AWS's clock right after; None when found later."""

    role: str
    trusted: tuple[str, ...]
    at: datetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the trust policy. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(role=params.role)
    policy = trust_policy(clients.rights, params.role)
    work = Rewrite(holder=policy.holder, before=policy.read(), after=NOBODY)
    return _plan(policy, work, "nobody takes it on any more, its rightful users neither; open sessions go on")


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
    work = Rewrite(holder=done.holder, before=policy.read(), after=done.before)
    return _plan(policy, work, "whoever that trust policy names takes the role on again, the intruder's additions too")


def _result(work: Rewrite, at: datetime | None) -> Result:
    return Result(role=work.holder.name, trusted=trusted(work.before), at=at)


def _plan(policy: Document, work: Rewrite, blast: str) -> Plan:
    verb = "let nobody take on" if work.after == NOBODY else "let again be taken on"
    return policy.plan(work, f"{verb} {work.holder}", blast)


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Let nobody take on a role",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=("iam:GetRole", "iam:UpdateAssumeRolePolicy"),
)
