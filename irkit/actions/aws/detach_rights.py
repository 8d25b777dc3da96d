"""Take all rights from a user or role: groups, attached policies, inline policies. Everything is kept in the receipt.

A deny already stops it; this makes sure that nothing is left when the deny is lifted by whoever watches, and it is
what an offboarding ends with. irkit's own denies stay, and so does AWS's quarantine policy (AWSCompromisedKeyQuarantine
V2, V3): AWS attaches it when a key is found in public. Roles it may take on, resource policies and grants are not
among its own rights: ``aws.find_residual_paths`` tells those.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.held_rights import HeldRights, changes, given, held, taken
from irkit.clients.holder import Holder
from irkit.clients.settling import Stands, stood
from irkit.contract import Action, Effect, Frozen, Operation, Plan, Probe, Receipt, Standing, Verdict
from irkit.errors import PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``principal`` is the ARN of a user or role.

    ``only`` names some rights, as ``group NAME``, ``attached ARN`` or ``inline NAME``; none means all.
    """

    principal: str
    only: tuple[str, ...] = ()


class Result(Frozen):
    """What was taken. ``at`` is AWS's clock right after; None when found later."""

    principal: str
    groups: tuple[str, ...]
    attached: tuple[str, ...]
    inline: tuple[str, ...]
    at: datetime | None = None


class _Work(Frozen):
    principal: str
    holder: Holder
    before: HeldRights
    after: HeldRights
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read what it has. Raises ``OwnIdentity``, ``NotFound``, ``Refused`` for who bears no policies."""
    clients.sts.refuse_own_arn(params.principal)
    holder = Holder.of(params.principal)
    before = held(clients.rights, holder)
    after = before.without(_named(before, params.only)) if params.only else HeldRights()
    work = _Work(principal=params.principal, holder=holder, before=before, after=after)
    return _plan(work, f"take {'some' if params.only else 'all'} rights from {holder}", "give all of it back")


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at what it has."""
    work = _Work.model_validate(plan.details)
    now = held(clients.rights, work.holder)
    receipt, seen = _receipt(work, None, clients.aws_now().at, ()), _told(work.holder, now)
    if now == work.after:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=receipt)
    if now == work.before:
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    return Probe(standing=Standing.BETWEEN, seen=seen, receipt=receipt)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Take and give, right by right. Raises ``PlanStale`` when it has other rights than the plan shows."""
    work = _Work.model_validate(plan.details)
    clients.sts.refuse_own_arn(work.principal)
    now = held(clients.rights, work.holder)
    if now != work.before:
        raise PlanStale(f"it is now: {_told(work.holder, now)}", hint="look at the new plan")
    away = tuple(taken(clients.rights, work.holder, now.without(work.after)))
    back = tuple(given(clients.rights, work.holder, work.after.without(now)))
    at = clients.aws_now().at
    return _receipt(work, at, at, (*away, *back))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at what it has after the settling time."""
    work = _Work.model_validate(receipt.details)
    now = held(clients.rights, work.holder)
    stands = Stands(now == work.after, _told(work.holder, now))
    return stood(stands) if work.before == work.after else clients.settling.verdict(work.written_at, stands)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read what it has, to give back what it had."""
    done = _Work.model_validate(receipt.details)
    now = held(clients.rights, done.holder)
    work = _Work(principal=done.principal, holder=done.holder, before=now, after=done.before)
    return _plan(work, f"give {done.holder} its rights back", "take them again")


def joined(part: Receipt, last: Receipt) -> Receipt:
    """Of rights that were taken by two plans: what stood before the first."""
    first, work = _Work.model_validate(part.details), _Work.model_validate(last.details)
    told = Result.model_validate(last.result)
    whole = work.model_copy(update={"before": first.before})
    return _receipt(whole, told.at, work.written_at or first.written_at, last.request_ids)


def _named(before: HeldRights, only: tuple[str, ...]) -> HeldRights:
    return HeldRights(
        groups=tuple(each for each in before.groups if f"group {each}" in only),
        attached=tuple(each for each in before.attached if f"attached {each}" in only),
        inline={name: text for name, text in before.inline.items() if f"inline {name}" in only},
    )


def _told(holder: Holder, rights: HeldRights) -> str:
    return f"{holder} has {', '.join(rights.names) or 'no rights of its own'}"


def _plan(work: _Work, summary: str, undo: str) -> Plan:
    return Plan(
        summary=summary,
        changes=changes(work.holder, work.before, work.after),
        blast=f"everything that acts as {work.holder}",
        undo=undo,
        details=work.model_dump(mode="json"),
    )


def _receipt(work: _Work, at: datetime | None, written_at: datetime | None, request_ids: tuple[str, ...]) -> Receipt:
    lost = work.before.without(work.after)
    result = Result(
        principal=work.principal, groups=lost.groups, attached=lost.attached, inline=tuple(lost.inline), at=at
    )
    return Receipt(
        summary=_told(work.holder, work.after),
        result=result.model_dump(mode="json"),
        details=work.model_copy(update={"written_at": written_at}).model_dump(mode="json"),
        request_ids=request_ids,
    )


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Take rights from a user or role",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE, joined=joined),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:ListUserPolicies", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
        *("iam:ListRolePolicies", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
        *("iam:ListAttachedUserPolicies", "iam:AttachUserPolicy", "iam:DetachUserPolicy"),
        *("iam:ListAttachedRolePolicies", "iam:AttachRolePolicy", "iam:DetachRolePolicy"),
        *("iam:ListGroupsForUser", "iam:AddUserToGroup", "iam:RemoveUserFromGroup"),
    ),
)
