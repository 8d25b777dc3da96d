"""Revoke grants on a KMS key, so that they let nobody in any more. Nothing else at the key is changed.

AWS: a revoked grant may still work for up to five minutes (KMS API reference, RevokeGrant). So *proven* is: gone from
ListGrants, still gone when the configured settling time is over; the words name the five minutes. The intruder sees
``AccessDeniedException`` where the grant alone let it in. Undo makes grants of the same content, with new ids.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.kms import Grant
from irkit.clients.principal import principal
from irkit.clients.settling import Stands
from irkit.contract import (
    Action,
    Change,
    Credential,
    CredentialKind,
    Effect,
    Frozen,
    Means,
    Operation,
    Plan,
    Probe,
    Proof,
    Receipt,
    Seen,
    Sighting,
    Standing,
    Verdict,
)
from irkit.counted import counted
from irkit.errors import PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_SLOW = timedelta(minutes=5)
_SHOWN = 12


class Params(Frozen):
    """The key's ARN, and the ids of the grants."""

    key: str
    ids: tuple[str, ...]


class CutGrant(Frozen):
    """A grant that was revoked: whom it let use the key. ``at`` is AWS's clock right after."""

    key: str
    id: str
    grantee: str
    label: str
    at: datetime


class Result(Frozen):
    """Which grants were revoked. ``at`` is AWS's clock right after; None when there was nothing to revoke."""

    key: str
    ids: tuple[str, ...]
    cut: tuple[CutGrant, ...] = ()
    at: datetime | None = None


class _Grant(Frozen):
    id: str
    key_arn: str
    grantee: str
    operations: tuple[str, ...]
    name: str
    retiring: str
    constraints: str


class _Work(Frozen):
    """``grants`` are all that are named, ``is_revoking`` which way it goes; ``written_at`` follows the last call."""

    key: str
    grants: tuple[_Grant, ...]
    is_revoking: bool = True
    made: tuple[str, ...] = ()
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the grants as they stand; those that are gone need nothing. Raises ``NotFound`` for the key, ``Denied``."""
    clients.sts.own_identity()
    there = {one.id: one for one in clients.kms.grants(params.key) if one.id in params.ids}
    for one in there.values():
        _refuse_own(clients, one)
    grants = tuple(_kept(there[each]) for each in params.ids if each in there)
    work = _Work(key=params.key, grants=grants)
    return Plan(
        summary=f"revoke {counted(len(grants), 'grant')} on {params.key}",
        changes=tuple(_change(one, "lets it in", "revoked") for one in grants),
        blast=f"no longer let in by them: {', '.join(sorted({one.grantee for one in grants})) or 'nobody'}",
        undo="make grants of the same content again; they have new ids and tokens",
        why="a grant lets its grantee decrypt, whatever IAM denies it later is bound by",
        cuts=tuple(_credential(one) for one in grants),
        details=work.model_dump(mode="json"),
    )


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read which of them are there again, and plan to make the others."""
    done = _Work.model_validate(receipt.details)
    there = tuple(clients.kms.grants(done.key))
    lost = tuple(one for one in done.grants if not any(_is_like(each, one) for each in there))
    return Plan(
        summary=f"make {counted(len(lost), 'grant')} on {done.key} again",
        changes=tuple(_change(one, "absent", "lets it in") for one in lost),
        blast=f"let in again: {', '.join(sorted({one.grantee for one in lost})) or 'nobody'}",
        undo="revoke them again",
        revives=tuple(_credential(one) for one in lost),
        details=_Work(key=done.key, grants=lost, is_revoking=False).model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look which of them are there."""
    work = _Work.model_validate(plan.details)
    there = tuple(clients.kms.grants(work.key))
    standing = [any(_is_like(each, one) for each in there) for one in work.grants]
    seen = f"{sum(standing)} of {len(work.grants)} grants are there"
    if work.grants and all(is_there == work.is_revoking for is_there in standing):
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    receipt = _receipt(work.model_copy(update={"written_at": clients.aws_now().at}), ())
    is_whole = all(is_there != work.is_revoking for is_there in standing)
    return Probe(standing=Standing.IN_PLACE if is_whole else Standing.BETWEEN, seen=seen, receipt=receipt)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Revoke each, or make each. Raises ``PlanStale`` when what is there is not what the plan shows."""
    work = _Work.model_validate(plan.details)
    there = {one.id: one for one in clients.kms.grants(work.key)}
    requests: list[str] = []
    made: list[str] = []
    for one in work.grants:
        if not work.is_revoking:
            grant_id, request_id = clients.kms.create_grant(_grant(one))
            made.append(grant_id)
        elif one.id not in there:
            raise PlanStale(f"the grant {one.id[:_SHOWN]} is gone already", hint="look at the new plan")
        else:
            _refuse_own(clients, there[one.id])
            request_id = clients.kms.revoke_grant(work.key, one.id)
        requests.append(request_id)
    return _receipt(work.model_copy(update={"made": tuple(made), "written_at": clients.aws_now().at}), tuple(requests))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look again, until the settling time is over: somebody may have made the grant again."""
    work = _Work.model_validate(receipt.details)
    there = tuple(clients.kms.grants(work.key))
    back = [one for one in work.grants if any(_is_like(each, one) for each in there) == work.is_revoking]
    words = "no longer" if work.is_revoking else "again"
    seen = f"kms:ListGrants {words} shows {len(work.grants) - len(back)} of {len(work.grants)} grants"
    verdict = clients.settling.verdict(work.written_at, Stands(not back, seen))
    if verdict.proof is not Proof.PROVEN or not work.is_revoking or work.written_at is None:
        return verdict
    now = clients.aws_now().at
    seen = f"{verdict.seen}; AWS: one may still work until {work.written_at + _SLOW:%H:%M:%SZ}"
    looks = tuple(
        Sighting(credential=_credential(one), seen=Seen.DENIED, by=Means.SIMULATION, at=now, says=seen)
        for one in work.grants
    )
    return verdict.model_copy(update={"seen": seen, "sightings": looks})


def joined(part: Receipt, last: Receipt) -> Receipt:
    """Of grants that were revoked by two plans: all of them."""
    first, work = _Work.model_validate(part.details), _Work.model_validate(last.details)
    late = {one.id for one in work.grants}
    grants = (*(one for one in first.grants if one.id not in late), *work.grants)
    return _receipt(work.model_copy(update={"grants": grants}), last.request_ids)


def _refuse_own(clients: Clients, one: Grant) -> None:
    """A grant to irkit itself, a session of its role too, or to a protected principal, is none of a suspect's."""
    if principal(one.grantee) is not None:  # else it is a service, or the id of somebody deleted
        clients.sts.refuse_own_name(one.grantee)


def _kept(one: Grant) -> _Grant:
    return _Grant(
        id=one.id,
        key_arn=one.key_arn,
        grantee=one.grantee,
        operations=one.operations,
        name=one.name,
        retiring=one.retiring,
        constraints=one.constraints,
    )


def _grant(one: _Grant) -> Grant:
    return Grant(**one.model_dump(), issuer="", created_at=None)


def _is_like(there: Grant, one: _Grant) -> bool:
    """The same grant, or one of the same content: a remade one has another id."""
    return there.id == one.id or (
        (there.grantee, there.operations, there.name, there.retiring, there.constraints)
        == (one.grantee, one.operations, one.name, one.retiring, one.constraints)
    )


def _change(one: _Grant, before: str, after: str) -> Change:
    what = f"grant {one.name or one.id[:_SHOWN]} to {one.grantee}: {', '.join(one.operations)}"
    return Change(target=what, before=before, after=after)


def _credential(one: _Grant) -> Credential:
    label = f"grant {one.name or one.id[:_SHOWN]} to {one.grantee}"
    return Credential(kind=CredentialKind.GRANT, id=one.id, label=label)


def _receipt(work: _Work, request_ids: tuple[str, ...]) -> Receipt:
    ids = tuple(one.id for one in work.grants)
    at = work.written_at
    cut = tuple(
        CutGrant(key=work.key, id=one.id, grantee=one.grantee, label=_credential(one).label, at=at)
        for one in work.grants
        if work.is_revoking and at is not None
    )
    return Receipt(
        summary=f"kms:{'RevokeGrant' if work.is_revoking else 'CreateGrant'} {work.key}: {counted(len(ids), 'grant')}",
        result=Result(key=work.key, ids=ids, cut=cut, at=at).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=request_ids,
    )


_SETTLE = timedelta(minutes=3)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Revoke grants on a KMS key",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE, joined=joined),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=("kms:ListGrants", "kms:RevokeGrant", "kms:CreateGrant"),
)
