"""Deny all of a user's sessions that were issued before now, by ``aws:TokenIssueTime``.

A session made with the key (``sts:GetSessionToken``, ``GetFederationToken``) outlives the key for up to 36 hours. The
cut-off is AWS's own clock at the moment of applying, and a margin: this machine's clock may be minutes off. Long-lived
keys carry no ``aws:TokenIssueTime``, so the condition leaves them alone (IAM user guide, "Revoking IAM role temporary
credentials"). Roles the user has taken on are other principals: their sessions are not touched.
The attacker sees ``AccessDenied`` on the old session; a new one would work, so the key must be inactive first.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import JsonValue

from irkit.clients.iam import canonical_policy
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

POLICY = "IrkitRevokeOlderSessions"
MARGIN = timedelta(seconds=5)
"""IAM takes some 4 seconds to spread; a session made in between is revoked too."""


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
    before = clients.iam.user_policy(params.user, POLICY)
    return _plan(
        _Work(user=params.user, before=before, after=None),
        f"rightful sessions of {params.user} end too; sessions of roles it has taken on do not",
    )


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = _Work.model_validate(receipt.details)
    now = clients.iam.user_policy(done.user, POLICY)
    work = _Work(user=done.user, before=now, after=done.before)
    return _plan(work, "sessions from before the cut-off that have not expired live again, the intruder's too")


def _plan(work: _Work, blast: str) -> Plan:
    change = Change(
        target=f"inline policy {POLICY} of user {work.user}", before=_words(work.before), after=_words(work.after)
    )
    return Plan(
        summary=f"end all sessions of {work.user} issued before now"
        if work.after is None
        else f"no longer deny older sessions of {work.user}",
        changes=() if work.before == work.after else (change,),
        blast=blast,
        undo=f"put back: {_words(work.before)}; what a session lost meanwhile does not come back",
        why="a session made with the key outlives the key" if work.after is None else "",
        details=work.model_dump(mode="json"),
    )


def _words(document: str | None) -> str:
    if document is None:
        return f"Deny * to sessions issued before the moment of applying (AWS's clock, and {MARGIN.seconds} s)"
    cutoff = _cutoff(document)
    if cutoff:
        return f"Deny * to sessions issued before {cutoff:%Y-%m-%dT%H:%M:%SZ}"
    return f"another document: {document}" if document else "absent"


def _document(cutoff: datetime) -> str:
    condition: JsonValue = {"DateLessThan": {"aws:TokenIssueTime": f"{cutoff:%Y-%m-%dT%H:%M:%SZ}"}}
    statement: JsonValue = {"Sid": POLICY, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return canonical_policy({"Version": "2012-10-17", "Statement": [statement]})


def _cutoff(document: str) -> datetime | None:
    """The cut-off of a document that is of our making; None for any other."""
    try:
        text = json.loads(document)["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
        cutoff = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return cutoff if document == _document(cutoff) else None


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the policy of that name: any later cut-off than the plan's ``before`` is the effect in place."""
    work = _Work.model_validate(plan.details)
    now = clients.iam.user_policy(work.user, POLICY)
    seen = f"{POLICY} of {work.user}: {_words(now)}"
    if _in_place(work, now):
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, now, ()))
    return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=seen)


def _in_place(work: _Work, now: str) -> bool:
    if work.after is not None:
        return now == work.after
    cutoff, earlier = _cutoff(now), _cutoff(work.before)
    return cutoff is not None and now != work.before and (earlier is None or cutoff > earlier)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write the policy with AWS's clock. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    now = clients.iam.user_policy(work.user, POLICY)
    if now != work.before:
        msg = f"{POLICY} of {work.user} is now: {_words(now)}"
        raise PlanStale(msg, hint="look at the new plan")
    document = work.after
    if document is None:
        moment = clients.aws_now()
        document = _document(moment.at + moment.uncertainty + MARGIN)
    if document:
        request_id = clients.iam.put_user_policy(work.user, POLICY, document)
    else:
        request_id = clients.iam.delete_user_policy(work.user, POLICY)
    return _receipt(work, document, (request_id,))


def _receipt(work: _Work, document: str, request_ids: tuple[str, ...]) -> Receipt:
    cutoff = _cutoff(document)
    return Receipt(
        summary=f"iam:{'PutUserPolicy' if document else 'DeleteUserPolicy'} {work.user} {POLICY}: {_words(document)}",
        result=Result(user=work.user, policy=POLICY, cutoff=cutoff).model_dump(mode="json"),
        details={"user": work.user, "before": work.before, "after": document},
        request_ids=request_ids,
    )


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the policy again. No session of the intruder's is at hand to try: this proves the rule, not its reach."""
    work = _Work.model_validate(receipt.details)
    now = clients.iam.user_policy(work.user, POLICY)
    proof = Proof.PROVEN if now == work.after else Proof.NOT_YET
    return Verdict(proof=proof, seen=f"iam:GetUserPolicy: {POLICY} of {work.user}: {_words(now)}")


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="End all sessions of a user",
    operation=Operation(plan, probe, apply, verify),
    revert=Operation(plan_revert, probe, apply, verify),
    iam=("iam:GetUser", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
)
