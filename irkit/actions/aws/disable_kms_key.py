"""Make a KMS key unusable, for everybody. It can be enabled again; irkit never deletes a key.

Everything that asks KMS to decrypt with it fails at once, services too: secrets, parameters, volumes, objects. Data
keys that somebody has in memory go on opening what they sealed (KMS developer guide, "Enable and disable keys").
Before the act irkit makes a data key that seals nothing; to see it refused afterwards, and opened again after an
undo, is the proof. The intruder sees ``DisabledException``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.kms import KeyState, SealedKey
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import Denied, PlanStale, Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The key's ARN, and who uses it, in words, for the approver."""

    key: str
    consumers: tuple[str, ...] = ()


class Result(Frozen):
    """What was disabled. ``at`` is AWS's clock right after; None when it was so before, or was found later."""

    key: str
    before: KeyState
    at: datetime | None = None


class _Work(Frozen):
    """``canary`` is a data key that seals nothing (base64), under ``context``; empty when none could be made."""

    key: str
    before: KeyState
    after: KeyState
    consumers: tuple[str, ...]
    canary: str = ""
    context: Mapping[str, str] = {}


def plan(clients: Clients, params: Params) -> Plan:
    """Read the key's state. Raises ``NotFound``, ``Refused`` for a key of AWS's own or one that is going to end."""
    key = clients.kms.key(params.key)
    if not key.is_customers or key.state is KeyState.OTHER:
        why = "is AWS's own" if not key.is_customers else f"is {key.says}"
        raise Refused(f"{key.arn} {why}: it cannot be disabled", hint="contain who uses it instead")
    work = _Work(key=key.arn, before=key.state, after=KeyState.DISABLED, consumers=params.consumers)
    stops = f"these stop at once: {', '.join(params.consumers)}" if params.consumers else "nobody was seen using it"
    return _plan(work, f"{stops}; so does whatever uses it unseen. Data keys in memory go on")


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the key's state, to put it back to what it was."""
    done = _Work.model_validate(receipt.details)
    now = clients.kms.key(done.key).state
    work = done.model_copy(update={"before": now, "after": done.before})
    return _plan(work, "whoever may use it can decrypt with it again")


def _plan(work: _Work, blast: str) -> Plan:
    change = Change(target=f"KMS key {work.key}", before=work.before, after=work.after)
    return Plan(
        summary=f"make the KMS key {work.key} {work.after}",
        changes=() if work.before == work.after else (change,),
        blast=blast,
        undo=f"make it {work.before} again",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the key's state."""
    work = _Work.model_validate(plan.details)
    now = clients.kms.key(work.key)
    seen = f"{work.key} is {now.says}"
    if now.state == work.after:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, None, ()))
    return Probe(standing=Standing.UNTOUCHED if now.state == work.before else Standing.BETWEEN, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Make a data key to try it with, then set the state. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    now = clients.kms.key(work.key)
    if now.state != work.before:
        raise PlanStale(f"{work.key} is {now.says}, the plan says {work.before}", hint="look at the new plan")
    if work.after is KeyState.ENABLED:
        return _receipt(work, clients.aws_now().at, (clients.kms.enable(work.key),))
    work = _with_canary(clients, work)
    return _receipt(work, clients.aws_now().at, (clients.kms.disable(work.key),))


def _with_canary(clients: Clients, work: _Work) -> _Work:
    context = {"irkit": clients.incident}
    try:
        canary = clients.kms.sealed_key(work.key, context)
    except Denied as refused:
        clients.progress(f"no data key to try it with: {refused.message}")
        return work
    return work.model_copy(update={"canary": canary.ciphertext, "context": context})


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the state again, and try to open the data key that was made before."""
    work = _Work.model_validate(receipt.details)
    now = clients.kms.key(work.key)
    seen = f"kms:DescribeKey shows {now.says}"
    if now.state != work.after:
        return Verdict(proof=Proof.NOT_YET, seen=seen)
    if not work.canary:
        return Verdict(proof=Proof.PROVEN, seen=f"{seen}; there is no data key at hand to try it with")
    try:
        code = clients.kms.tried(work.key, SealedKey(work.canary, work.context))
    except Denied as refused:
        return Verdict(proof=Proof.PROVEN, seen=f"{seen}; it was not tried: {refused.message}")
    seen += f"; kms:Decrypt of a data key of ours: {code or 'opened'}"
    return Verdict(proof=Proof.PROVEN if bool(code) == (work.after is KeyState.DISABLED) else Proof.NOT_YET, seen=seen)


def _receipt(work: _Work, at: datetime | None, request_ids: tuple[str, ...]) -> Receipt:
    return Receipt(
        summary=f"kms:{'DisableKey' if work.after is KeyState.DISABLED else 'EnableKey'} {work.key}",
        result=Result(key=work.key, before=work.before, at=at).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=request_ids,
    )


_SETTLE = timedelta(seconds=90)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Disable a KMS key",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=("kms:DescribeKey", "kms:DisableKey", "kms:EnableKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:Decrypt"),
)
