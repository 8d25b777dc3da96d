"""Take irkit's deny-all policy off a user again, so that the replacement key works.

Only once the leaked key is inactive: else the intruder would be let in again, so the plan refuses that.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.iam import KeyStatus
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import PlanStale, Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

POLICY = "IrkitDenyAll"


class Params(Frozen):
    """The user, and the leaked key that must be inactive by now."""

    user: str
    dead_key_id: str


class Result(Frozen):
    """Whose deny was lifted. ``at`` is AWS's clock right after; None when it was so before, or found later."""

    user: str
    policy: str
    at: datetime | None = None


class _Work(Frozen):
    """``before`` and ``after`` are policy documents, empty for none."""

    user: str
    dead_key_id: str
    before: str
    after: str


def plan(clients: Clients, params: Params) -> Plan:
    """Read the policy. Raises ``OwnIdentity``, ``NotFound``, and ``Refused`` when the leaked key is still active."""
    clients.sts.refuse_own(user=params.user)
    _refuse_active(clients, params.user, params.dead_key_id)
    before = clients.iam.user_policy(params.user, POLICY)
    return _plan(_Work(user=params.user, dead_key_id=params.dead_key_id, before=before, after=""))


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the policy of that name, to put back what stood there."""
    done = _Work.model_validate(receipt.details)
    now = clients.iam.user_policy(done.user, POLICY)
    return _plan(_Work(user=done.user, dead_key_id=done.dead_key_id, before=now, after=done.before))


def _refuse_active(clients: Clients, user: str, key_id: str) -> None:
    for key in clients.iam.access_keys(user):
        if key.key_id == key_id and key.status is KeyStatus.ACTIVE:
            msg = f"the leaked key {masked_key(key_id)} of {user} is still active"
            raise Refused(msg, hint="deactivate it first; lifting the deny would let the intruder in again")


def _plan(work: _Work) -> Plan:
    change = Change(
        target=f"inline policy {POLICY} of user {work.user}", before=_words(work.before), after=_words(work.after)
    )
    blast = "is refused everything again" if work.after else "may do again what its other policies allow"
    return Plan(
        summary=f"{'deny' if work.after else 'no longer deny'} {work.user} everything",
        changes=() if work.before == work.after else (change,),
        blast=f"{work.user} {blast}",
        undo=f"put back: {_words(work.before)}",
        why="the replacement key belongs to the same user" if not work.after else "",
        details=work.model_dump(mode="json"),
    )


def _words(document: str) -> str:
    if not document:
        return "absent"
    return "Deny * on *" if '"Effect":"Deny"' in document and "Condition" not in document else document


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
    if not work.after:
        _refuse_active(clients, work.user, work.dead_key_id)
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
    """Look at the policy again."""
    work = _Work.model_validate(receipt.details)
    now = clients.iam.user_policy(work.user, POLICY)
    proof = Proof.PROVEN if now == work.after else Proof.NOT_YET
    return Verdict(proof=proof, seen=f"iam:GetUserPolicy: {POLICY} of {work.user}: {_words(now)}")


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Let a user act again",
    operation=Operation(plan, probe, apply, verify),
    revert=Operation(plan_revert, probe, apply, verify),
    iam=("iam:ListAccessKeys", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
)
