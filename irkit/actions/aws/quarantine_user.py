"""Deny a user everything and make all its keys inactive, in one plan: for users the intruder made or took over.

The user is kept as it is otherwise: who made it, when, and what it may do is evidence. Deleting comes days later.
The attacker sees ``InvalidClientTokenId`` on the keys and ``AccessDenied`` on anything else the user has.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.deny_all import DENY_ALL_DOCUMENT, deny_all
from irkit.clients.document import Document
from irkit.clients.holder import Holder, HolderKind, access_key, credential
from irkit.clients.iam import KeyStatus
from irkit.clients.key_ring import KeyRing
from irkit.clients.settling import Stands
from irkit.contract import Action, Credential, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The user to shut in."""

    user: str


class Result(Frozen):
    """Who was shut in, and which keys were made inactive. ``at`` is AWS's clock right after; None when found later."""

    user: str
    keys: tuple[str, ...]
    at: datetime | None = None


class _Stand(Frozen):
    """How a user stands: the policy of our name (empty for none), and the status of each key."""

    policy: str
    keys: dict[str, KeyStatus]


class _Work(Frozen):
    user: str
    arn: str
    before: _Stand
    after: _Stand
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the user's keys and policy. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(user=params.user)
    policy = _policy(clients, params.user)
    arn = clients.rights.arn(policy.holder)
    before = _stand(clients, policy)
    after = _Stand(policy=DENY_ALL_DOCUMENT, keys=dict.fromkeys(before.keys, KeyStatus.INACTIVE))
    work = _Work(user=params.user, arn=arn, before=before, after=after)
    blast = f"every key and session of {work.user} is refused everything"
    plan = _plan(clients, policy, work, f"shut {work.user} in", blast)
    return plan.model_copy(update={"cuts": _let_in(work)})


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at all keys and the policy."""
    work = _Work.model_validate(plan.details)
    policy = _policy(clients, work.user)
    now = _stand(clients, policy)
    told = _told(clients, policy, now)
    if now == work.before and now != work.after:
        return Probe(standing=Standing.UNTOUCHED, seen=told)
    receipt = _receipt(told, work, None, clients.aws_now().at, ())
    return Probe(standing=Standing.IN_PLACE if now == work.after else Standing.BETWEEN, seen=told, receipt=receipt)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """The policy first, since it binds all at once; then the keys. Raises ``PlanStale``."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    policy = _policy(clients, work.user)
    now = _stand(clients, policy)
    if now != work.before:
        msg = f"it is now: {_told(clients, policy, now)}"
        raise PlanStale(msg, hint="look at the new plan")
    request_ids = []
    if work.after.policy and work.after.policy != now.policy:
        request_ids.append(policy.set(work.after.policy))
    request_ids.extend(KeyRing(clients, work.user).set(now.keys, work.after.keys))
    if now.policy and not work.after.policy:
        request_ids.append(policy.set(""))
    at = clients.aws_now().at
    return _receipt(_told(clients, policy, work.after), work, at, at, tuple(request_ids))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at all keys and the policy after the settling time; a key made meanwhile refutes the quarantine."""
    work = _Work.model_validate(receipt.details)
    policy = _policy(clients, work.user)
    now = _stand(clients, policy)
    stands = Stands(now.policy == work.after.policy, _told(clients, policy, now))
    verdict = clients.settling.verdict(work.written_at, stands)
    if verdict.proof is not Proof.PROVEN:
        return verdict
    keys = KeyRing(clients, work.user).verdict(work.after.keys, work.written_at)
    return keys.model_copy(update={"seen": f"{verdict.seen}; {keys.seen}"})


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read how the user stands, to put back how it stood. A key made since then is left alone."""
    done = _Work.model_validate(receipt.details)
    policy = _policy(clients, done.user)
    now = _stand(clients, policy)
    keys = {key_id: done.before.keys.get(key_id, status) for key_id, status in now.keys.items()}
    work = _Work(user=done.user, arn=done.arn, before=now, after=_Stand(policy=done.before.policy, keys=keys))
    blast = f"whoever holds keys of {done.user} can act again"
    plan = _plan(clients, policy, work, f"let {done.user} out again", blast)
    return plan.model_copy(update={"revives": _let_in(work)})


def _policy(clients: Clients, user: str) -> Document:
    return deny_all(clients.rights, Holder(kind=HolderKind.USER, name=user))


def _let_in(work: _Work) -> tuple[Credential, ...]:
    return (credential(work.arn), *(access_key(each, work.user) for each in work.after.keys))


def _stand(clients: Clients, policy: Document) -> _Stand:
    return _Stand(policy=policy.read(), keys=KeyRing(clients, policy.holder.name).read())


def _told(clients: Clients, policy: Document, stand: _Stand) -> str:
    return f"{KeyRing(clients, policy.holder.name).told(stand.keys)}; {policy.name}: {policy.words(stand.policy)}"


def _plan(clients: Clients, policy: Document, work: _Work, summary: str, blast: str) -> Plan:
    keys = KeyRing(clients, work.user).changes(work.before.keys, work.after.keys)
    return Plan(
        summary=summary,
        changes=(*keys, *policy.changes(work.before.policy, work.after.policy)),
        blast=blast,
        undo="put each key and the policy back as they were",
        details=work.model_dump(mode="json"),
    )


def _receipt(
    told: str, work: _Work, at: datetime | None, written_at: datetime, request_ids: tuple[str, ...]
) -> Receipt:
    return Receipt(
        summary=told,
        result=Result(user=work.user, keys=tuple(work.after.keys), at=at).model_dump(mode="json"),
        details=work.model_copy(update={"written_at": written_at}).model_dump(mode="json"),
        request_ids=request_ids,
    )


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Shut a user in: deny all, all keys inactive",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:GetUser", "iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:GetUserPolicy"),
        *("iam:PutUserPolicy", "iam:DeleteUserPolicy"),
    ),
)
