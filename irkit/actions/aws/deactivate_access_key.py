"""Make an access key inactive, so that AWS refuses what is signed with it. The key is kept: deleting destroys evidence.

Sessions that were made with the key live on for up to 36 hours: that is what ``aws.revoke_user_sessions`` is for.
IAM takes some seconds to spread, so the effect is proven by looking, and by a refused call where the secret is known.
The attacker sees ``InvalidClientTokenId``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.iam import KeyStatus
from irkit.clients.sts import KeyAnswer, described_probe
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The key and the user that owns it."""

    user: str
    key_id: str


class Result(Frozen):
    """What was made inactive. ``at`` is AWS's clock right after; None when it was so before, or was found later."""

    user: str
    key_id: str
    before: KeyStatus
    at: datetime | None = None


class _Work(Frozen):
    user: str
    key_id: str
    before: KeyStatus
    after: KeyStatus


def plan(clients: Clients, params: Params) -> Plan:
    """Read the key's status. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(user=params.user, key_id=params.key_id)
    now = clients.iam.access_key(params.user, params.key_id).status
    work = _Work(user=params.user, key_id=params.key_id, before=now, after=KeyStatus.INACTIVE)
    return _plan(work, "everything that signs with this key stops; sessions made with it live on")


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the key's status, to put it back to what it was."""
    done = Result.model_validate(receipt.result)
    now = clients.iam.access_key(done.user, done.key_id).status
    work = _Work(user=done.user, key_id=done.key_id, before=now, after=done.before)
    return _plan(work, "whoever holds the key can use it again, the intruder too")


def _plan(work: _Work, blast: str) -> Plan:
    key = masked_key(work.key_id)
    change = Change(target=f"access key {key} of {work.user}", before=work.before, after=work.after)
    return Plan(
        summary=f"make {key} of {work.user} {work.after}",
        changes=() if work.before == work.after else (change,),
        blast=blast,
        undo=f"make it {work.before} again",
        why="a key that leaked is used within minutes",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the key's status."""
    work = _Work.model_validate(plan.details)
    now = clients.iam.access_key(work.user, work.key_id).status
    seen = f"{masked_key(work.key_id)} of {work.user} is {now}"
    if now == work.after:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, None, ()))
    return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Set the status. Raises ``PlanStale`` when it is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user, key_id=work.key_id)
    now = clients.iam.access_key(work.user, work.key_id).status
    if now != work.before:
        msg = f"{masked_key(work.key_id)} is {now}, the plan says {work.before}"
        raise PlanStale(msg, hint="look at the new plan")
    request_id = clients.iam.set_key_status(work.user, work.key_id, work.after)
    return _receipt(work, clients.aws_now().at, (request_id,))


def _receipt(work: _Work, at: datetime | None, request_ids: tuple[str, ...]) -> Receipt:
    result = Result(user=work.user, key_id=work.key_id, before=work.before, at=at)
    return Receipt(
        summary=f"iam:UpdateAccessKey {work.user} {masked_key(work.key_id)} {work.after}",
        result=result.model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=request_ids,
    )


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the status again; where the secret is known, see a call signed with it refused (taken, for a revert)."""
    work = _Work.model_validate(receipt.details)
    now = clients.iam.access_key(work.user, work.key_id).status
    seen = f"iam:ListAccessKeys shows {masked_key(work.key_id)} {now}"
    if now != work.after:
        return Verdict(proof=Proof.NOT_YET, seen=seen)
    secret = clients.known_secrets.get(work.key_id)
    if secret is None:
        return Verdict(proof=Proof.PROVEN, seen=f"{seen}; its secret is not known here, so no call was tried with it")
    answer = clients.sts.probe_key(work.key_id, secret)
    wanted = KeyAnswer.REFUSED if work.after is KeyStatus.INACTIVE else KeyAnswer.ACCEPTED
    seen = f"{seen}; {described_probe(work.key_id, answer)}"
    settled = answer.answer in {wanted, KeyAnswer.WRONG_SECRET}
    return Verdict(proof=Proof.PROVEN if settled else Proof.NOT_YET, seen=seen)


_SETTLE = timedelta(seconds=60)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Make an access key inactive",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=("iam:ListAccessKeys", "iam:UpdateAccessKey"),
)
