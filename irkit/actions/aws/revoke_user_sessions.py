"""Deny all of a user's sessions that were issued before now, by ``aws:TokenIssueTime``.

A session made with the key (``sts:GetSessionToken``, ``GetFederationToken``) outlives the key for up to 36 hours. The
cut-off is AWS's own clock at the moment of applying, and a margin: this machine's clock may be minutes off. Long-lived
keys carry no ``aws:TokenIssueTime``, so the condition leaves them alone (IAM user guide, "Revoking IAM role temporary
credentials"). Roles the user has taken on are other principals: their sessions are not touched.
The attacker sees ``AccessDenied`` on the old session; a new one would work, so the key must be inactive first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.deny_older import DENY_OLDER, cutoff_of, deny_older, deny_older_document
from irkit.clients.inline_policy import InlinePolicy, Rewrite
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Receipt, Standing, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

POLICY = DENY_OLDER
MARGIN = timedelta(seconds=5)
"""IAM takes some 4 seconds to spread; a session made in between is revoked too."""
_PENDING = f"Deny * to sessions issued before the moment of applying (AWS's clock, and {MARGIN.seconds} s)"


class Params(Frozen):
    """The user whose sessions end."""

    user: str


class Result(Frozen):
    """Sessions issued before ``cutoff``, by AWS's clock, are refused; None after a revert."""

    user: str
    policy: str
    cutoff: datetime | None


class _Work(Frozen):
    """``before`` is a policy document, empty for none. ``after`` None means: with the cut-off at applying."""

    user: str
    before: str
    after: str | None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy of that name. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(user=params.user)
    clients.iam.user_arn(params.user)
    policy = deny_older(clients.iam, params.user)
    before = policy.read()
    return Plan(
        summary=f"end all sessions of {params.user} issued before now",
        changes=(Change(target=policy.target, before=policy.words(before), after=_PENDING),),
        blast=f"rightful sessions of {params.user} end too; sessions of roles it has taken on do not",
        undo=_undo(policy, before),
        why="a session made with the key outlives the key",
        details=_Work(user=params.user, before=before, after=None).model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name: any later cut-off than the plan's ``before`` is the effect in place."""
    work = _Work.model_validate(plan.details)
    policy = deny_older(clients.iam, work.user)
    now = policy.read()
    if _in_place(work, now):
        done = Rewrite(user=work.user, before=work.before, after=now)
        return Probe(standing=Standing.IN_PLACE, seen=policy.told(now), receipt=_receipt(policy, done))
    return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=policy.told(now))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy with AWS's clock. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    policy = deny_older(clients.iam, work.user)
    policy.refuse_moved(work.before)
    document = work.after
    if document is None:
        moment = clients.aws_now()
        document = deny_older_document(moment.at + moment.uncertainty + MARGIN)
    request_id = policy.set(document)
    return _receipt(policy, Rewrite(user=work.user, before=work.before, after=document), request_id)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy again. No session of the intruder's is at hand to try: this proves the rule, not its reach."""
    done = Rewrite.model_validate(receipt.details)
    return deny_older(clients.iam, done.user).verdict(done.after)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = Rewrite.model_validate(receipt.details)
    policy = deny_older(clients.iam, done.user)
    now = policy.read()
    return Plan(
        summary=f"no longer deny older sessions of {done.user}",
        changes=policy.changes(now, done.before),
        blast="sessions from before the cut-off that have not expired live again, the intruder's too",
        undo=_undo(policy, now),
        details=_Work(user=done.user, before=now, after=done.before).model_dump(mode="json"),
    )


def _undo(policy: InlinePolicy, before: str) -> str:
    return f"put back: {policy.words(before)}; what a session lost meanwhile does not come back"


def _in_place(work: _Work, now: str) -> bool:
    if work.after is not None:
        return now == work.after
    cutoff, earlier = cutoff_of(now), cutoff_of(work.before)
    return cutoff is not None and now != work.before and (earlier is None or cutoff > earlier)


def _receipt(policy: InlinePolicy, work: Rewrite, *request_ids: str) -> Receipt:
    result = Result(user=work.user, policy=POLICY, cutoff=cutoff_of(work.after))
    receipt = policy.receipt(work, result, *request_ids)
    return receipt.model_copy(update={"summary": f"{receipt.summary}: {policy.words(work.after)}"})


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="End all sessions of a user",
    operation=Operation(plan, probe, apply, verify),
    revert=Operation(plan_revert, probe, apply, verify),
    iam=("iam:GetUser", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
)
