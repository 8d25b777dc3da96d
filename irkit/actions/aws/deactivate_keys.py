"""Make access keys of a user inactive: all, or some. They are kept: deleting destroys evidence of their last use.

Sessions that were made with a key live on for up to 36 hours: that is what ``aws.revoke_sessions`` is for. IAM takes
some seconds to spread, and a watcher can take the change back meanwhile, so it is proven by looking again after the
settling time, and by a refused call where the secret is known. A key made meanwhile refutes it: retry plans it too.
The attacker sees ``InvalidClientTokenId``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.holder import access_key
from irkit.clients.iam import KeyStatus
from irkit.clients.key_ring import KeyRing
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Standing, Verdict
from irkit.errors import PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The user, and ``only`` those of its keys; none means all."""

    user: str
    only: tuple[str, ...] = ()


class Result(Frozen):
    """Which keys were made inactive. ``at`` is AWS's clock right after; None when it was so before, or found later."""

    user: str
    keys: tuple[str, ...]
    before: dict[str, KeyStatus]
    at: datetime | None = None


class _Work(Frozen):
    user: str
    only: tuple[str, ...]
    before: dict[str, KeyStatus]
    after: dict[str, KeyStatus]
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the keys' status. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(user=params.user)
    for key_id in params.only:
        clients.sts.refuse_own(key_id=key_id)
    now = KeyRing(clients, params.user, params.only).read()
    after = dict.fromkeys(now, KeyStatus.INACTIVE)
    work = _Work(user=params.user, only=params.only, before=now, after=after)
    plan = _plan(clients, work, "everything that signs with these keys stops; sessions made with them live on")
    return plan.model_copy(update={"cuts": tuple(access_key(each, params.user) for each in now)})


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the keys' status, to put back what was. A key made since then is left alone."""
    done = _Work.model_validate(receipt.details)
    now = KeyRing(clients, done.user, done.only).read()
    after = {key_id: done.before.get(key_id, status) for key_id, status in now.items()}
    work = _Work(user=done.user, only=done.only, before=now, after=after)
    plan = _plan(clients, work, "whoever holds the keys can use them again, the intruder too")
    lives = [each for each, status in after.items() if status is KeyStatus.ACTIVE and now[each] != status]
    return plan.model_copy(update={"revives": tuple(access_key(each, done.user) for each in lives)})


def _plan(clients: Clients, work: _Work, blast: str) -> Plan:
    changes = KeyRing(clients, work.user, work.only).changes(work.before, work.after)
    verb = "back as they were" if KeyStatus.ACTIVE in work.after.values() else KeyStatus.INACTIVE.value
    return Plan(
        summary=f"make {_counted(len(changes), len(work.after))} of {work.user} {verb}",
        changes=changes,
        blast=blast,
        undo="put each key's status back",
        why="a key that leaked is used within minutes",
        details=work.model_dump(mode="json"),
    )


def _counted(some: int, every: int) -> str:
    if some == every:
        return "the access key" if every == 1 else f"all {every} access keys"
    return f"{some} of {every} access key{'s' * (every != 1)}"


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the keys' status."""
    work = _Work.model_validate(plan.details)
    ring = KeyRing(clients, work.user, work.only)
    now = ring.read()
    seen = ring.told(now)
    if now == work.before and now != work.after:
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    receipt = _receipt(ring, work, None, clients.aws_now().at, ())
    return Probe(standing=Standing.IN_PLACE if now == work.after else Standing.BETWEEN, seen=seen, receipt=receipt)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Set each status. Raises ``PlanStale`` when the keys are not what the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    ring = KeyRing(clients, work.user, work.only)
    now = ring.read()
    if now != work.before:
        msg = f"the keys are now: {ring.told(now)}"
        raise PlanStale(msg, hint="look at the new plan")
    request_ids = ring.set(now, work.after)
    at = clients.aws_now().at
    return _receipt(ring, work, at, at, request_ids)


def _receipt(
    ring: KeyRing, work: _Work, at: datetime | None, written_at: datetime, request_ids: tuple[str, ...]
) -> Receipt:
    return Receipt(
        summary=f"iam:UpdateAccessKey {ring.told(work.after)}",
        result=Result(user=work.user, keys=tuple(work.after), before=work.before, at=at).model_dump(mode="json"),
        details=work.model_copy(update={"written_at": written_at}).model_dump(mode="json"),
        request_ids=request_ids,
    )


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the status after the settling time; where a secret is known, see a call signed with it refused."""
    work = _Work.model_validate(receipt.details)
    return KeyRing(clients, work.user, work.only).verdict(work.after, work.written_at)


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Make access keys of a user inactive",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=("iam:ListAccessKeys", "iam:UpdateAccessKey"),
)
