"""Shut a role in, in one plan: its sessions are denied everything, and nobody takes it on any more.

For roles that an intruder made or took over. The role is kept otherwise, as evidence; deleting comes days later.
The attacker sees ``AccessDenied``, on open sessions and on new ones.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.deny_all import DENY_ALL_DOCUMENT, deny_all
from irkit.clients.document import Document
from irkit.clients.holder import credential
from irkit.clients.settling import Stands
from irkit.clients.simulation import simulated
from irkit.clients.trust_policy import NOBODY, trust_policy
from irkit.contract import (
    Action,
    Effect,
    Frozen,
    Operation,
    Plan,
    Probe,
    Receipt,
    Standing,
    Verdict,
)
from irkit.errors import PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_TRIED = ("sts:AssumeRole", "secretsmanager:GetSecretValue", "kms:Decrypt", "iam:CreateAccessKey")


class Params(Frozen):
    """The role to shut in, by its name."""

    role: str


class Result(Frozen):
    """Which role was shut in. ``at`` is AWS's clock right after; None when found later."""

    role: str
    arn: str
    at: datetime | None = None


class _Stand(Frozen):
    """The deny (empty for none) and the trust policy, as canonical JSON."""

    policy: str
    trust: str


class _Work(Frozen):
    role: str
    arn: str
    before: _Stand
    after: _Stand
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the role's trust and deny. Raises ``OwnIdentity``, ``NotFound``."""
    clients.sts.refuse_own(role=params.role)
    places = _places(clients, params.role)
    arn = clients.rights.arn(places[0].holder)
    after = _Stand(policy=DENY_ALL_DOCUMENT, trust=NOBODY)
    work = _Work(role=params.role, arn=arn, before=_stand(places), after=after)
    plan = _plan(places, work, f"shut {params.role} in", f"every session of {params.role}, rightful ones too, stops")
    return plan.model_copy(update={"cuts": (credential(arn),)})


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at both documents."""
    work = _Work.model_validate(plan.details)
    places = _places(clients, work.role)
    now = _stand(places)
    seen = _told(places, now)
    if now == work.before and now != work.after:
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    receipt = _receipt(places, work, None, clients.aws_now().at, ())
    return Probe(standing=Standing.IN_PLACE if now == work.after else Standing.BETWEEN, seen=seen, receipt=receipt)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Write both, the deny first. Raises ``PlanStale``."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own(role=work.role)
    places = _places(clients, work.role)
    now = _stand(places)
    if now != work.before:
        raise PlanStale(f"it is now: {_told(places, now)}", hint="look at the new plan")
    pairs = zip(places, (work.before.policy, work.before.trust), (work.after.policy, work.after.trust), strict=True)
    request_ids = tuple(place.set(after) for place, before, after in pairs if before != after)
    at = clients.aws_now().at
    return _receipt(places, work, at, at, request_ids)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at both after the settling time, then ask IAM how it decides for the role."""
    work = _Work.model_validate(receipt.details)
    places = _places(clients, work.role)
    now = _stand(places)
    verdict = clients.settling.verdict(work.written_at, Stands(now == work.after, _told(places, now)))
    is_shut = work.after.policy == DENY_ALL_DOCUMENT
    return simulated(clients, verdict, work.arn, _TRIED, credential(work.arn)) if is_shut else verdict


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read how the role stands, to put back how it stood."""
    done = _Work.model_validate(receipt.details)
    places = _places(clients, done.role)
    work = _Work(role=done.role, arn=done.arn, before=_stand(places), after=done.before)
    plan = _plan(places, work, f"let {done.role} out again", "whoever its trust policy names can act as it again")
    return plan.model_copy(update={"revives": (credential(done.arn),)})


def _places(clients: Clients, role: str) -> tuple[Document, Document]:
    trust = trust_policy(clients.rights, role)
    return deny_all(clients.rights, trust.holder), trust


def _stand(places: tuple[Document, Document]) -> _Stand:
    return _Stand(policy=places[0].read(), trust=places[1].read())


def _told(places: tuple[Document, Document], stand: _Stand) -> str:
    return f"{places[0].told(stand.policy)}; {places[1].told(stand.trust)}"


def _plan(places: tuple[Document, Document], work: _Work, summary: str, blast: str) -> Plan:
    return Plan(
        summary=summary,
        changes=(
            *places[0].changes(work.before.policy, work.after.policy),
            *places[1].changes(work.before.trust, work.after.trust),
        ),
        blast=blast,
        undo="put both policies back as they were",
        details=work.model_dump(mode="json"),
    )


def _receipt(
    places: tuple[Document, Document],
    work: _Work,
    at: datetime | None,
    written_at: datetime,
    request_ids: tuple[str, ...],
) -> Receipt:
    return Receipt(
        summary=_told(places, work.after),
        result=Result(role=work.role, arn=work.arn, at=at).model_dump(mode="json"),
        details=work.model_copy(update={"written_at": written_at}).model_dump(mode="json"),
        request_ids=request_ids,
    )


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Shut a role in: deny all, trust nobody",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
        *("iam:UpdateAssumeRolePolicy", "iam:SimulatePrincipalPolicy"),
    ),
)
