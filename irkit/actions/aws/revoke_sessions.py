"""Deny the sessions of a user or role that were issued before now, by ``aws:TokenIssueTime``.

A session made with a key (``sts:GetSessionToken``, ``GetFederationToken``) outlives the key for up to 36 hours, and no
policy can stop GetSessionToken itself (STS API reference), so the key must be inactive first. The cut-off is AWS's own
clock at the moment of applying, and the settling time: what was minted before an inactive key bound is revoked too.
Long-lived keys carry no ``aws:TokenIssueTime``, so the condition leaves them alone (IAM user guide, "Revoking IAM role
temporary credentials"). Roles a user has taken on are other principals: their sessions are not touched. Of a session's
ARN, only the role's sessions of that name are denied: the role's other users go on.
The attacker sees ``AccessDenied`` on the old session.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.deny_older import DENY_OLDER, cutoff_of, deny_older, deny_older_document
from irkit.clients.document import Document, Rewrite
from irkit.clients.holder import Holder, credential, named
from irkit.contract import (
    Action,
    Change,
    Credential,
    CredentialKind,
    Effect,
    Frozen,
    Operation,
    Plan,
    Probe,
    Receipt,
    Standing,
    Verdict,
)

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

POLICY = DENY_OLDER
MARGIN = timedelta(seconds=5)
"""At least; IAM was measured to spread within some 4 seconds."""
_PENDING = "Deny * to sessions issued before the moment of applying (AWS's clock, and the settling time)"


class Params(Frozen):
    """``principal`` is the ARN of a user, a role, or one session of a role. ``sessions`` are key ids known of it."""

    principal: str
    sessions: tuple[str, ...] = ()


class Result(Frozen):
    """Sessions issued before ``cutoff``, by AWS's clock, are refused; None after a revert."""

    principal: str
    policy: str
    cutoff: datetime | None


class _Work(Frozen):
    """``before`` is a policy document, empty for none. ``after`` None means: with the cut-off at applying."""

    principal: str
    before: str
    after: str | None
    sessions: tuple[str, ...] = ()


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy of that name. Raises ``OwnIdentity``, ``NotFound``, ``Refused`` for who bears no policies."""
    clients.sts.refuse_own_arn(params.principal)
    policy = _policy(clients, params.principal)
    clients.rights.arn(policy.holder)
    before = policy.read()
    session = named(params.principal).session
    work = _Work(principal=params.principal, before=before, after=None, sessions=params.sessions)
    name = policy.holder.name
    return Plan(
        summary=f"end all sessions of {name}{f' named {session}' if session else ''} issued before now",
        changes=(Change(target=policy.target, before=policy.words(before), after=_PENDING),),
        blast=f"rightful sessions of {name} end too"
        if not session
        else f"sessions of {name} with other names go on; rightful ones of this name end too",
        undo=_undo(policy, before),
        why="a session made with a key outlives the key",
        cuts=_ended(work),
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name: any later cut-off than the plan's ``before`` is the effect in place."""
    work = _Work.model_validate(plan.details)
    policy = _policy(clients, work.principal)
    now = policy.read()
    if _in_place(work, now):
        receipt = _receipt(policy, work, now, clients.aws_now().at)
        return Probe(standing=Standing.IN_PLACE, seen=policy.told(now), receipt=receipt)
    return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=policy.told(now))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy with AWS's clock. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own_arn(work.principal)
    policy = _policy(clients, work.principal)
    policy.refuse_moved(work.before)
    document = work.after
    if document is None:
        moment = clients.aws_now()
        later = moment.at + moment.uncertainty + max(MARGIN, clients.settling.span)
        document = deny_older_document(later, named(work.principal).session)
    request_id = policy.set(document)
    return _receipt(policy, work, document, clients.aws_now().at, request_id)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy after the settling time. No session of the intruder's is at hand to try."""
    done = Rewrite.model_validate(receipt.details)
    work = Result.model_validate(receipt.result)
    return _policy(clients, work.principal).verdict(done, clients.settling)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = Rewrite.model_validate(receipt.details)
    principal = Result.model_validate(receipt.result).principal
    policy = _policy(clients, principal)
    now = policy.read()
    work = _Work(principal=principal, before=now, after=done.before)
    return Plan(
        summary=f"no longer deny older sessions of {policy.holder.name}",
        changes=policy.changes(now, done.before),
        blast="sessions from before the cut-off that have not expired live again, the intruder's too",
        undo=_undo(policy, now),
        revives=_ended(work),
        details=work.model_dump(mode="json"),
    )


def _policy(clients: Clients, principal: str) -> Document:
    return deny_older(clients.rights, Holder.of(principal), named(principal).session)


def _ended(work: _Work) -> tuple[Credential, ...]:
    """The sessions that are known: by the ARN given, or by their key ids. A role's own life goes on."""
    known = tuple(Credential(kind=CredentialKind.SESSION, id=each) for each in work.sessions)
    return (credential(work.principal), *known) if named(work.principal).session else known


def _undo(policy: Document, before: str) -> str:
    return f"{policy.undo(before)}; what a session lost meanwhile does not come back"


def _in_place(work: _Work, now: str) -> bool:
    if work.after is not None:
        return now == work.after
    cutoff, earlier = cutoff_of(now), cutoff_of(work.before)
    return cutoff is not None and now != work.before and (earlier is None or cutoff > earlier)


def _receipt(policy: Document, work: _Work, document: str, at: datetime, *request_ids: str) -> Receipt:
    result = Result(principal=work.principal, policy=policy.name, cutoff=cutoff_of(document))
    done = Rewrite(holder=policy.holder, before=work.before, after=document)
    receipt = policy.receipt(done, result, at, *request_ids)
    return receipt.model_copy(update={"summary": f"{receipt.summary}: {policy.words(document)}"})


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="End the sessions of a user or role",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:GetUser", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
        *("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
    ),
)
