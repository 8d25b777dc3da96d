"""Make a new access key straight into a new version of a Secrets Manager secret; nobody sees it on the way.

The version is staged at AWSPENDING, then AWSCURRENT moves to it. AWS tells a new key's secret once: a key whose secret
was lost in a crash in between is found by the next plan (it stands in no version and was never used) and deleted first;
a version that was staged already is finished. AWS allows a user two keys (IAM quotas).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.iam import KeyStatus
from irkit.clients.secretsmanager import CURRENT, PENDING
from irkit.clients.stored_key import stored_key, stored_key_id, with_new_key
from irkit.clients.sts import KeyAnswer, described_probe
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import IrkitError, OutsideError, PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_MOST_KEYS = 2


class Params(Frozen):
    """``replaces`` is the leaked key's id; ``secret_id`` the name or ARN of the secret that consumers read.

    ``discard`` are keys that the intruder made: where the user has no room for one more, an inactive one is deleted.
    """

    user: str
    secret_id: str
    replaces: str
    discard: tuple[str, ...] = ()


class Result(Frozen):
    """The new key's id and where it is kept. The secret itself is nowhere but there."""

    user: str
    key_id: str
    replaced: str
    secret_id: str
    secret_arn: str
    version_id: str
    previous_version_id: str


class _Stand(Frozen):
    """How the user's keys and the secret's versions stand. ``held`` is which key each staged version holds."""

    secret_arn: str
    keys: dict[str, KeyStatus]
    held: dict[str, str]
    current: str
    pending: str


class _Work(Frozen):
    """``lost`` are keys to delete first, ``staged`` is a version to finish; both may be empty."""

    user: str
    secret_id: str
    replaces: str
    discard: tuple[str, ...] = ()
    before: _Stand
    lost: tuple[str, ...]
    staged: str


def plan(clients: Clients, params: Params) -> Plan:
    """Read the keys and the versions. Raises ``OwnIdentity``, ``NotFound``, ``OutsideError`` when there is no room."""
    clients.sts.refuse_own(user=params.user)
    now = _stand(clients, params.user, params.secret_id)
    known = {*now.held.values(), params.replaces}
    unknown = [key_id for key_id in now.keys if key_id not in known]
    lost = tuple(key_id for key_id in unknown if clients.iam.key_use(key_id).last_used_at is None)
    staged = now.pending if _fresh(now, now.pending, params.replaces) and now.pending != now.current else ""
    done = _fresh(now, now.current, params.replaces)
    if not done and not staged and len(now.keys) - len(lost) >= _MOST_KEYS:
        lost = (*lost, *_discarded(now, params.discard, lost))
    if not done and not staged and len(now.keys) - len(lost) >= _MOST_KEYS:
        held = ", ".join(masked_key(key_id) for key_id in now.keys)
        msg = f"{params.user} has {len(now.keys)} access keys ({held}), and AWS allows {_MOST_KEYS}"
        raise OutsideError(msg, hint="see who uses the other key, and delete one that nobody does")
    work = _Work(**params.model_dump(), before=now, lost=() if done else lost, staged=staged)
    return _plan(work, done=now.current if done else "")


def _discarded(now: _Stand, discard: tuple[str, ...], lost: tuple[str, ...]) -> tuple[str, ...]:
    """Keys of the intruder's making that may go: inactive ones alone, an active one must be contained first."""
    several = (key_id for key_id in discard if now.keys.get(key_id) is KeyStatus.INACTIVE and key_id not in lost)
    return tuple(several)[: len(now.keys) - len(lost) - _MOST_KEYS + 1]


def _fresh(stand: _Stand, version: str, replaces: str) -> bool:
    """Whether a version holds an active key of the user that is not the leaked one."""
    held = stand.held.get(version, "")
    return held != replaces and stand.keys.get(held) is KeyStatus.ACTIVE


def _stand(clients: Clients, user: str, secret_id: str) -> _Stand:
    versions = clients.secretsmanager.versions(secret_id)
    return _Stand(
        secret_arn=versions.arn,
        keys={key.key_id: key.status for key in clients.iam.access_keys(user)},
        held={
            version: stored_key_id(clients.secretsmanager.read(secret_id, version))
            for version, stages in sorted(versions.stages.items())
            if stages
        },
        current=versions.at(CURRENT),
        pending=versions.at(PENDING),
    )


def _plan(work: _Work, done: str) -> Plan:
    before = work.before
    old = f"version {before.current[:8]} with {_shown(before.held.get(before.current, ''))}"
    new = f"version {work.staged[:8]} with {_shown(before.held[work.staged])}" if work.staged else "a new key's version"
    changes = [
        Change(target=f"access key {masked_key(key_id)} of {work.user} ({_why(work, key_id)})",
               before=before.keys[key_id], after="deleted")
        for key_id in work.lost
    ]  # fmt: skip
    if not work.staged:
        changes.append(Change(target=f"access keys of {work.user}", before=f"{len(before.keys)}", after="one more"))
    changes.append(Change(target=f"{work.secret_id} AWSCURRENT", before=old, after=new))
    return Plan(
        summary=f"give {work.user} a new access key, straight into {work.secret_id}",
        changes=() if done else tuple(changes),
        blast=f"whoever reads {work.secret_id} from now on gets the new key; running consumers keep the old one",
        undo=f"AWSCURRENT back to version {before.current[:8]}, delete the new key",
        why=f"consumers still hold {masked_key(work.replaces)}",
        details=work.model_dump(mode="json"),
    )


def _why(work: _Work, key_id: str) -> str:
    return "made by the intruder" if key_id in work.discard else "in no version, unused as far as IAM knows"


def _shown(key_id: str) -> str:
    return masked_key(key_id) if key_id else "no access key"


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the keys and the versions; tell a key whose secret was lost from one that is staged."""
    work = _Work.model_validate(plan.details)
    now = _stand(clients, work.user, work.secret_id)
    seen = f"AWSCURRENT of {work.secret_id} is version {now.current[:8]} with {_shown(now.held.get(now.current, ''))}"
    if _fresh(now, now.current, work.replaces) and (now.current != work.before.current or not plan.changes):
        previous = "" if now.current == work.before.current else work.before.current
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, now, now.current, previous))
    if now == work.before:
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    made = [masked_key(key_id) for key_id in now.keys if key_id not in work.before.keys]
    staged = now.pending != work.before.pending
    told = f"; made since the plan: {', '.join(made)}, {'staged' if staged else 'its secret is in no version'}"
    return Probe(standing=Standing.BETWEEN, seen=seen + (told if made else "; keys or versions have changed"))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Delete what was lost, make the key, stage it, move AWSCURRENT. Raises ``PlanStale``."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    if _stand(clients, work.user, work.secret_id) != work.before:
        msg = f"the keys of {work.user} or the versions of {work.secret_id} have changed"
        raise PlanStale(msg, hint="look at the new plan")
    for key_id in work.lost:
        clients.iam.delete_access_key(work.user, key_id)
    version = work.staged or _staged(clients, work)
    clients.secretsmanager.move_stage(work.secret_id, CURRENT, to=version, away_from=work.before.current)
    clients.secretsmanager.move_stage(work.secret_id, PENDING, to="", away_from=version)
    now = _stand(clients, work.user, work.secret_id)
    return _receipt(work, now, version, work.before.current)


def _staged(clients: Clients, work: _Work) -> str:
    """Make a key and stage it; the version's id. When it cannot be kept, the key is deleted again at once."""
    stored = clients.secretsmanager.read(work.secret_id, work.before.current)
    key = clients.iam.create_access_key(work.user)
    version = clients.token(f"version with {key.key_id}")
    try:
        clients.secretsmanager.put_pending(work.secret_id, with_new_key(stored, key), version)
    except IrkitError:
        clients.iam.delete_access_key(work.user, key.key_id)
        raise
    return version


def _receipt(work: _Work, now: _Stand, version: str, previous: str) -> Receipt:
    key_id = now.held[version]
    result = Result(
        user=work.user,
        key_id=key_id,
        replaced=work.replaces,
        secret_id=work.secret_id,
        secret_arn=now.secret_arn,
        version_id=version,
        previous_version_id=previous,
    )
    return Receipt(
        summary=f"iam:CreateAccessKey {work.user} {masked_key(key_id)} into {work.secret_id} version {version[:8]}",
        result=result.model_dump(mode="json"),
    )


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """See AWSCURRENT on the new version, and a call signed with the key that is read from it taken by AWS."""
    done = Result.model_validate(receipt.result)
    current = clients.secretsmanager.versions(done.secret_id).at(CURRENT)
    if current != done.version_id:
        return Verdict(proof=Proof.REFUTED, seen=f"AWSCURRENT of {done.secret_id} is version {current[:8]}")
    key = stored_key(clients.secretsmanager.read(done.secret_id, current))
    answer = clients.sts.probe_key(key.key_id, key.secret)
    good = key.key_id == done.key_id and answer.answer is KeyAnswer.ACCEPTED
    seen = f"AWSCURRENT is version {current[:8]}; {described_probe(key.key_id, answer)}"
    return Verdict(proof=Proof.PROVEN if good else Proof.NOT_YET, seen=seen)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """AWSCURRENT back to the version before, the new key deleted. Raises ``OutsideError`` when there is none before."""
    done = Result.model_validate(receipt.result)
    if not done.previous_version_id:
        msg = f"irkit did not issue {masked_key(done.key_id)}: it was current before"
        raise OutsideError(msg, hint="there is nothing to undo")
    current = clients.secretsmanager.versions(done.secret_id).at(CURRENT)
    keys = {key.key_id: key.status for key in clients.iam.access_keys(done.user)}
    changes = []
    if current != done.previous_version_id:
        to = f"version {done.previous_version_id[:8]}"
        changes.append(Change(target=f"{done.secret_id} AWSCURRENT", before=f"version {current[:8]}", after=to))
    if done.key_id in keys:
        target = f"access key {masked_key(done.key_id)} of {done.user}"
        changes.append(Change(target=target, before=keys[done.key_id], after="deleted"))
    return Plan(
        summary=f"take {masked_key(done.key_id)} of {done.user} back",
        changes=tuple(changes),
        blast="consumers on the new key break at once; those that start get the old key",
        undo="issue another key; the deleted one does not come back",
        details={"done": dict(receipt.result), "current": current, "there": done.key_id in keys},
    )


class _Undo(Frozen):
    done: Result
    current: str
    there: bool


def probe_revert(clients: Clients, plan: Plan) -> Probe:
    """Look at AWSCURRENT and at the new key."""
    work = _Undo.model_validate(plan.details)
    done = work.done
    current = clients.secretsmanager.versions(done.secret_id).at(CURRENT)
    there = any(key.key_id == done.key_id for key in clients.iam.access_keys(done.user))
    seen = f"AWSCURRENT is version {current[:8]}; {masked_key(done.key_id)} {'exists' if there else 'is gone'}"
    if current == done.previous_version_id and not there:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt_revert(done))
    untouched = current == work.current and there == work.there
    return Probe(standing=Standing.UNTOUCHED if untouched else Standing.BETWEEN, seen=seen)


def apply_revert(clients: Clients, plan: Plan) -> Receipt:
    """Move AWSCURRENT back, then delete the key. Raises ``PlanStale``."""
    work = _Undo.model_validate(plan.details)
    done = work.done
    current = clients.secretsmanager.versions(done.secret_id).at(CURRENT)
    if current != work.current:
        msg = f"AWSCURRENT of {done.secret_id} is version {current[:8]} by now"
        raise PlanStale(msg, hint="look at the new plan")
    if current != done.previous_version_id:
        clients.secretsmanager.move_stage(done.secret_id, CURRENT, to=done.previous_version_id, away_from=current)
    if work.there:
        clients.iam.delete_access_key(done.user, done.key_id)
    return _receipt_revert(done)


def _receipt_revert(done: Result) -> Receipt:
    return Receipt(
        summary=f"iam:DeleteAccessKey {done.user} {masked_key(done.key_id)}; {done.secret_id} is back",
        result=done.model_dump(mode="json"),
        details={"done": done.model_dump(mode="json"), "current": done.version_id, "there": True},
    )


def verify_revert(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at AWSCURRENT and at the new key again."""
    found = probe_revert(clients, Plan(summary="", changes=(), blast="", undo="", details=receipt.details))
    proof = Proof.PROVEN if found.standing is Standing.IN_PLACE else Proof.NOT_YET
    return Verdict(proof=proof, seen=found.seen)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Issue a new access key into a secret",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(seconds=60)),
    revert=Operation(plan_revert, probe_revert, apply_revert, verify_revert),
    iam=(
        *("iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:CreateAccessKey", "iam:DeleteAccessKey"),
        *("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        "secretsmanager:UpdateSecretVersionStage",
        *("kms:Decrypt", "kms:GenerateDataKey"),  # where the secret is encrypted with a customer's key
    ),
)
