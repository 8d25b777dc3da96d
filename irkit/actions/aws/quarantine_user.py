"""Deny a user everything and make all its keys inactive, in one plan: for users the intruder made or took over.

The user is kept as it is otherwise: who made it, when, and what it may do is evidence. Deleting comes days later.
The attacker sees ``InvalidClientTokenId`` on the keys and ``AccessDenied`` on anything else the user has.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.deny_all import DENY_ALL_DOCUMENT, deny_all
from irkit.clients.iam import KeyStatus
from irkit.clients.inline_policy import InlinePolicy
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
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
    before: _Stand
    after: _Stand


def plan(clients: Clients, params: Params) -> Plan:
    """Read the user's keys and policy. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(user=params.user)
    policy = deny_all(clients.iam, params.user)
    before = _stand(policy)
    after = _Stand(policy=DENY_ALL_DOCUMENT, keys=dict.fromkeys(before.keys, KeyStatus.INACTIVE))
    work = _Work(user=params.user, before=before, after=after)
    return _plan(policy, work, f"shut {work.user} in", f"every key and session of {work.user} is refused everything")


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at all keys and the policy."""
    work = _Work.model_validate(plan.details)
    policy = deny_all(clients.iam, work.user)
    now = _stand(policy)
    if now == work.after:
        return Probe(standing=Standing.IN_PLACE, seen=_told(policy, now), receipt=_receipt(policy, work, None, ()))
    return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=_told(policy, now))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """The policy first, since it binds all at once; then the keys. Raises ``PlanStale``."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    policy = deny_all(clients.iam, work.user)
    now = _stand(policy)
    if now != work.before:
        msg = f"it is now: {_told(policy, now)}"
        raise PlanStale(msg, hint="look at the new plan")
    request_ids = []
    if work.after.policy and work.after.policy != now.policy:
        request_ids.append(policy.set(work.after.policy))
    for key_id, status in work.after.keys.items():
        if now.keys[key_id] != status:
            request_ids.append(clients.iam.set_key_status(work.user, key_id, status))
    if now.policy and not work.after.policy:
        request_ids.append(policy.set(""))
    return _receipt(policy, work, clients.aws_now().at, tuple(request_ids))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at all keys and the policy again; a key made meanwhile refutes the quarantine."""
    work = _Work.model_validate(receipt.details)
    policy = deny_all(clients.iam, work.user)
    now = _stand(policy)
    if now == work.after:
        return Verdict(proof=Proof.PROVEN, seen=_told(policy, now))
    fresh = set(now.keys) - set(work.after.keys)
    proof = Proof.REFUTED if fresh else Proof.NOT_YET
    return Verdict(proof=proof, seen=_told(policy, now) + (f"; {len(fresh)} made meanwhile" if fresh else ""))


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read how the user stands, to put back how it stood. A key made since then is left alone."""
    done = _Work.model_validate(receipt.details)
    policy = deny_all(clients.iam, done.user)
    now = _stand(policy)
    keys = {key_id: done.before.keys.get(key_id, status) for key_id, status in now.keys.items()}
    work = _Work(user=done.user, before=now, after=_Stand(policy=done.before.policy, keys=keys))
    return _plan(policy, work, f"let {done.user} out again", f"whoever holds keys of {done.user} can act again")


def _stand(policy: InlinePolicy) -> _Stand:
    keys = {key.key_id: key.status for key in policy.iam.access_keys(policy.user)}
    return _Stand(policy=policy.read(), keys=keys)


def _told(policy: InlinePolicy, stand: _Stand) -> str:
    keys = ", ".join(f"{masked_key(key_id)} {status}" for key_id, status in stand.keys.items()) or "no keys"
    return f"{policy.user}: {keys}; {policy.name}: {policy.words(stand.policy)}"


def _plan(policy: InlinePolicy, work: _Work, summary: str, blast: str) -> Plan:
    keys = [
        Change(target=f"access key {masked_key(key_id)} of {work.user}", before=work.before.keys[key_id], after=status)
        for key_id, status in work.after.keys.items()
        if work.before.keys[key_id] != status
    ]
    return Plan(
        summary=summary,
        changes=(*keys, *policy.changes(work.before.policy, work.after.policy)),
        blast=blast,
        undo="put each key and the policy back as they were",
        details=work.model_dump(mode="json"),
    )


def _receipt(policy: InlinePolicy, work: _Work, at: datetime | None, request_ids: tuple[str, ...]) -> Receipt:
    return Receipt(
        summary=_told(policy, work.after),
        result=Result(user=work.user, keys=tuple(work.after.keys), at=at).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=request_ids,
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Shut a user in: deny all, all keys inactive",
    operation=Operation(plan, probe, apply, verify),
    revert=Operation(plan_revert, probe, apply, verify),
    iam=(
        *("iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:GetUserPolicy"),
        *("iam:PutUserPolicy", "iam:DeleteUserPolicy"),
    ),
)
