"""Take a user's console password away, so that nobody logs in with it any more.

Whoever is logged in already stays so until the session ends: denying the user everything and older sessions is what
ends that. The password itself is gone for good; an administrator can give the user a new one. The intruder sees the
console's "authentication information is incorrect".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

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

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The user."""

    user: str


class CutPassword(Frozen):
    """A console password that was taken away. ``at`` is AWS's clock right after."""

    user: str
    at: datetime


class Result(Frozen):
    """Whose password was taken. ``at`` is AWS's clock right after; None when there was none."""

    user: str
    cut: tuple[CutPassword, ...] = ()
    at: datetime | None = None


class _Work(Frozen):
    user: str
    has_password: bool
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Look whether there is a password. Raises ``OwnIdentity``, ``NotFound`` for no such user."""
    clients.sts.refuse_own(user=params.user)
    has_password = clients.user_credentials.console(params.user).has_password
    change = Change(target=f"console password of {params.user}", before="present", after="absent")
    return Plan(
        summary=f"take the console password of {params.user} away",
        changes=(change,) if has_password else (),
        blast=f"{params.user} can log in at the console no more",
        undo="the password cannot come back; an administrator can give a new one (iam:CreateLoginProfile)",
        cuts=(_credential(params.user),) if has_password else (),
        details=_Work(user=params.user, has_password=has_password).model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look again."""
    work = _Work.model_validate(plan.details)
    if clients.user_credentials.console(work.user).has_password:
        return Probe(standing=Standing.UNTOUCHED, seen=f"{work.user} has a console password")
    receipt = _receipt(work.model_copy(update={"written_at": clients.aws_now().at}))
    return Probe(standing=Standing.IN_PLACE, seen=f"{work.user} has no console password", receipt=receipt)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Take it away. Raises ``NotFound`` when it is gone."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(user=work.user)
    request_id = clients.user_credentials.delete_login_profile(work.user)
    return _receipt(work.model_copy(update={"written_at": clients.aws_now().at}), request_id)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look again until the settling time is over: somebody may have given a new one."""
    work = _Work.model_validate(receipt.details)
    has_password = clients.user_credentials.console(work.user).has_password
    seen = f"iam:GetLoginProfile: {work.user} has {'a' if has_password else 'no'} console password"
    verdict = clients.settling.verdict(work.written_at, Stands(not has_password, seen))
    if verdict.proof is not Proof.PROVEN:
        return verdict
    at = clients.aws_now().at
    sighting = Sighting(
        credential=_credential(work.user), seen=Seen.DENIED, by=Means.SIMULATION, at=at, says=verdict.seen
    )
    return verdict.model_copy(update={"sightings": (sighting,)})


def _credential(user: str) -> Credential:
    return Credential(kind=CredentialKind.PASSWORD, id=f"user/{user}", label=f"console password of {user}")


def _receipt(work: _Work, *request_ids: str) -> Receipt:
    at = work.written_at
    cut = (CutPassword(user=work.user, at=at),) if work.has_password and at is not None else ()
    return Receipt(
        summary=f"iam:DeleteLoginProfile {work.user}",
        result=Result(user=work.user, cut=cut, at=at).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=request_ids,
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Take a console password away",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(seconds=90)),
    iam=("iam:GetUser", "iam:GetLoginProfile", "iam:DeleteLoginProfile"),
)
