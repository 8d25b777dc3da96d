"""Switch off what a user can log in with beside access keys and password: SSH keys, service credentials, certificates.

They act as the user, so that a denial of the user stops them too; switched off they stay dead when the denial goes.
MFA devices are taken off with them: they let nobody in, but belong to a person who leaves, and IAM deletes no user that
has one. Kinds that could not be asked for are named in the plan, never taken for none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.settling import Stands
from irkit.clients.user_credentials import ACTIVE, INACTIVE, Kind, UserCredential
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Receipt, Standing, Verdict
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_GONE = "taken off"


class Params(Frozen):
    """The user."""

    user: str


class Result(Frozen):
    """What was switched off, in words. ``at`` is AWS's clock right after; None when there was nothing."""

    user: str
    credentials: tuple[str, ...]
    at: datetime | None = None


class _One(Frozen):
    kind: Kind
    id: str
    before: str
    after: str


class _Work(Frozen):
    user: str
    credentials: tuple[_One, ...]
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Look what is active. Raises ``OwnIdentity``, ``NotFound`` for no such user."""
    clients.sts.refuse_own(user=params.user)
    clients.iam.user_arn(params.user)
    seen = clients.user_credentials.all(params.user)
    active = (one for one in seen.found if one.status == ACTIVE)
    ones = tuple(_One(kind=one.kind, id=one.id, before=ACTIVE, after=_after(one.kind)) for one in active)
    return _plan(_Work(user=params.user, credentials=ones), seen.not_seen)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Switch on again what was switched off; an MFA device must be enrolled anew by its owner."""
    done = _Work.model_validate(receipt.details)
    now = _statuses(clients, done.user)
    back = tuple(
        _One(kind=one.kind, id=one.id, before=INACTIVE, after=ACTIVE)
        for one in done.credentials
        if one.kind is not Kind.MFA and now.get(one.id) == INACTIVE
    )
    return _plan(_Work(user=done.user, credentials=back), ())


def _plan(work: _Work, not_seen: tuple[str, ...]) -> Plan:
    changes = tuple(
        Change(target=f"{one.kind} {one.id} of {work.user}", before=one.before, after=one.after)
        for one in work.credentials
    )
    kinds = [each.partition(":")[0] for each in not_seen]
    unseen = f"; NOT SEEN: {', '.join(kinds)}" if kinds else ""
    return Plan(
        summary=f"switch {counted(len(changes), 'credential')} of {work.user}",
        changes=changes,
        blast=f"{work.user} logs in with them no more, or again{unseen}",
        undo="switch them back; an MFA device is enrolled anew by its owner",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at each."""
    work = _Work.model_validate(plan.details)
    now = _statuses(clients, work.user)
    seen = _told(work, now)
    if work.credentials and all(now.get(one.id, _GONE) == one.before for one in work.credentials):
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    receipt = _receipt(work.model_copy(update={"written_at": clients.aws_now().at}))
    is_whole = all(now.get(one.id, _GONE) == one.after for one in work.credentials)
    return Probe(standing=Standing.IN_PLACE if is_whole else Standing.BETWEEN, seen=seen, receipt=receipt)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Set each. Raises ``NotFound`` for one that is gone."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    requests = [
        clients.user_credentials.set_status(
            work.user, UserCredential(one.kind, one.id, one.before, None), ACTIVE if one.after == ACTIVE else INACTIVE
        )
        for one in work.credentials
    ]
    return _receipt(work.model_copy(update={"written_at": clients.aws_now().at}), *requests)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look again until the settling time is over."""
    work = _Work.model_validate(receipt.details)
    now = _statuses(clients, work.user)
    stands = all(now.get(one.id, _GONE) == one.after for one in work.credentials)
    return clients.settling.verdict(work.written_at, Stands(stands, _told(work, now)))


def _after(kind: Kind) -> str:
    return _GONE if kind is Kind.MFA else INACTIVE


def _statuses(clients: Clients, user: str) -> dict[str, str]:
    return {one.id: one.status for one in clients.user_credentials.all(user).found}


def _told(work: _Work, now: dict[str, str]) -> str:
    return (
        "; ".join(f"{one.kind} {one.id}: {now.get(one.id, _GONE)}" for one in work.credentials) or "nothing to switch"
    )


def _receipt(work: _Work, *request_ids: str) -> Receipt:
    names = tuple(f"{one.kind} {one.id}: {one.after}" for one in work.credentials)
    return Receipt(
        summary=f"iam: {work.user}: {'; '.join(names) or 'nothing'}",
        result=Result(user=work.user, credentials=names, at=work.written_at).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=request_ids,
    )


_SETTLE = timedelta(seconds=90)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Switch off SSH keys and other credentials",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:GetUser", "iam:ListMFADevices", "iam:DeactivateMFADevice", "iam:ListSSHPublicKeys"),
        *("iam:UpdateSSHPublicKey", "iam:ListServiceSpecificCredentials", "iam:UpdateServiceSpecificCredential"),
        *("iam:ListSigningCertificates", "iam:UpdateSigningCertificate"),
    ),
)
