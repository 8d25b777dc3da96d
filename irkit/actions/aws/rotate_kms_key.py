"""Give a KMS key new material at once. What is sealed from now on is under it; the old material is kept.

It stops nobody who may use the key: old ciphertexts open as before, with the same key (KMS developer guide, "Rotate AWS
KMS keys"). So it is hygiene after a misuse, and no containment. AWS takes only a few rotations on demand in a key's
life, and none back. It completes one some time after it was asked for; one that is under way is not asked for again.
The intruder sees nothing of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.kms import KeyState, Rotations
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import PlanStale, Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_SHOWN = 8


class Params(Frozen):
    """The key's ARN."""

    key: str


class Result(Frozen):
    """Which key was rotated, and how often that had been asked for on demand before."""

    key: str
    before: int


def plan(clients: Clients, params: Params) -> Plan:
    """Read how often it was rotated. Raises ``NotFound``, ``Refused`` for one that cannot be rotated as it stands."""
    key = clients.kms.key(params.key)
    if not key.is_customers or key.state is not KeyState.ENABLED:
        why = "is AWS's own" if not key.is_customers else f"is {key.says}"
        raise Refused(f"{key.arn} {why}: it cannot be rotated", hint="enable it first, or leave it")
    rotations = clients.kms.rotations(key.arn)
    if rotations.is_under_way:
        hint = "leave this step out if that one will do; retry it when AWS has completed that one"
        raise Refused(f"a rotation of {key.arn} on demand is under way: another would only use one up", hint=hint)
    before = rotations.completed
    change = Change(target=f"KMS key {key.arn}", before=f"{before} rotations on demand", after=f"{before + 1}")
    return Plan(
        summary=f"new material for the KMS key {key.arn}",
        changes=(change,),
        blast="nothing stops; old ciphertexts open as before, also for whoever could open them until now",
        undo="cannot be undone: the new material stays, and the old one is kept",
        phrase=f"rotate {key.key_id[:_SHOWN]}",
        details=Result(key=key.arn, before=before).model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Count again, with what is under way."""
    work = Result.model_validate(plan.details)
    now = clients.kms.rotations(work.key)
    if now.asked_for == work.before:
        return Probe(standing=Standing.UNTOUCHED, seen=_seen(now))
    is_ours = now.asked_for == work.before + 1
    standing = Standing.IN_PLACE if is_ours else Standing.BETWEEN
    return Probe(standing=standing, seen=_seen(now), receipt=_receipt(work) if is_ours else None)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Rotate once. Raises ``PlanStale`` when somebody did since the plan."""
    work = Result.model_validate(plan.details)
    now = clients.kms.rotations(work.key).asked_for
    if now != work.before:
        raise PlanStale(f"{work.key} was rotated {now} times, the plan says {work.before}", hint="look at the new plan")
    return _receipt(work, clients.kms.rotate(work.key))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Count those that are completed: AWS completes a rotation some minutes after it was asked for."""
    work = Result.model_validate(receipt.details)
    now = clients.kms.rotations(work.key)
    proof = Proof.PROVEN if now.completed > work.before else Proof.NOT_YET
    return Verdict(proof=proof, seen=f"{_seen(now)}; {work.before} before")


def _seen(now: Rotations) -> str:
    under_way = "; kms:GetKeyRotationStatus: another is under way" if now.is_under_way else ""
    return f"kms:ListKeyRotations: {now.completed} on demand{under_way}"


def _receipt(work: Result, *request_ids: str) -> Receipt:
    told = work.model_dump(mode="json")
    return Receipt(summary=f"kms:RotateKeyOnDemand {work.key}", result=told, details=told, request_ids=request_ids)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.IRREVERSIBLE,
    summary="Give a KMS key new material",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(minutes=15), every=timedelta(seconds=5)),
    iam=("kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:ListKeyRotations", "kms:RotateKeyOnDemand"),
)
