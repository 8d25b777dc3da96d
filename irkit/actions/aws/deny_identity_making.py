"""Keep a user or role from making identities, by an inline policy named ``IrkitDenyIdentityMaking``.

Before a principal whose key was stolen is let act again: its old key may be made active once more, by a colleague who
mends a build or by a second intruder. Then its thief has what the principal may do, but can make no user, key, role,
federated user or grant with it, take no denial back, and blind no log, so that making the key inactive and ending the
sessions is enough. It refuses what a freeze refuses (``aws.quarantine_principals``), to this one for good: until this
is undone. Taking on a role, or passing one, it does not refuse.
Its rightful owner sees ``AccessDenied ... with an explicit deny in an identity-based policy`` for such calls.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.deny_making import DENY_MAKING, DENY_MAKING_DOCUMENT, deny_making
from irkit.clients.document import Rewrite
from irkit.clients.holder import Holder
from irkit.clients.simulation import simulated
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_TRIED = ("iam:CreateUser", "iam:UpdateAccessKey", "iam:DeleteUserPolicy", "sts:GetFederationToken")
"""A sample of what a thief would come back by."""


class Params(Frozen):
    """``principal`` is the ARN of a user or role; of a session, its role."""

    principal: str


class Result(Frozen):
    """Who makes no identities. ``at`` is AWS's clock right after; None when it was so before, or found later."""

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
    before = deny_making(clients.rights, holder).read()
    arn = clients.rights.arn(holder)
    return _plan(clients, _Work(holder=holder, principal=arn, before=before, after=DENY_MAKING_DOCUMENT))


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name."""
    work = _Work.model_validate(plan.details)
    policy = deny_making(clients.rights, work.holder)
    return policy.standing(work, policy.receipt(work, _result(work, None), clients.aws_now().at))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy, or take it away. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own_arn(work.principal)
    return deny_making(clients.rights, work.holder).carry_out(work, _result, clients.aws_now)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy again after the settling time, then ask IAM how it decides for the principal."""
    work = _Work.model_validate(receipt.details)
    verdict = deny_making(clients.rights, work.holder).verdict(work, clients.settling)
    return simulated(clients, verdict, work.principal, _TRIED) if work.after == DENY_MAKING_DOCUMENT else verdict


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = _Work.model_validate(receipt.details)
    before = deny_making(clients.rights, done.holder).read()
    return _plan(clients, _Work(holder=done.holder, principal=done.principal, before=before, after=done.before))


def _result(work: _Work, at: datetime | None) -> Result:
    return Result(principal=work.principal, name=work.holder.name, policy=DENY_MAKING, at=at)


def _plan(clients: Clients, work: _Work) -> Plan:
    policy, name = deny_making(clients.rights, work.holder), work.holder.name
    is_denied = work.after == DENY_MAKING_DOCUMENT
    blast = (
        f"{name} makes and changes no users, roles, keys, policies or grants until this is undone, its rightful users'"
        " calls too; skip this step where that is its daily work"
    )
    return policy.plan(
        work,
        f"{'keep' if is_denied else 'no longer keep'} {name} from making identities",
        blast if is_denied else f"{name} may make identities again where its other policies allow it",
        "whoever gives its old key life again gives its thief no way to stay" if is_denied else "",
    )


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Keep a user or role from making identities",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:GetUser", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
        *("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
        "iam:SimulatePrincipalPolicy",
    ),
)
