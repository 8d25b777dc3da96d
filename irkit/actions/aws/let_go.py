"""Let go of whom the hold held though it was not known whose they are, once the log tells that somebody else made them.

``aws.hold_principals`` holds users and roles that were made while it ran, by whom CloudTrail, which is late, did not
tell yet. Its results say how each of them stood before; that is put back, and nothing else. Who came of the suspects
stays as it is. In doubt one stays held, and is named: where the log does not tell yet who made it, a key that it had or
its maker; where the maker is not there any more; where the suspects changed something of it, or took on the role that
made it. With nobody to let go the plan refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.hold import Grip, Hold
from irkit.clients.holder import Holder, access_key, credential, named
from irkit.clients.iam import KeyStatus
from irkit.clients.principal import PrincipalKind
from irkit.clients.quarantine_policy import plain
from irkit.clients.settling import Stands, stood
from irkit.cloudtrail.inquiry import IAM
from irkit.cloudtrail.makers import Makers, makers
from irkit.contract import (
    Action,
    Change,
    Credential,
    Effect,
    Frozen,
    Operation,
    Plan,
    Probe,
    Receipt,
    Standing,
    Verdict,
)
from irkit.counted import counted
from irkit.errors import NotFound, Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_UNTOLD = "of which the log does not tell yet who made it"
_LATER = "retry when CloudTrail tells more (some 15 minutes at most); skip it to leave them held"
_HELD_ON = "no later look will clear them: skip it, which leaves them held, and look at each by hand"
_MADE_BY_NOBODY = frozenset({PrincipalKind.ROOT, PrincipalKind.SERVICE_ROLE})


class Params(Frozen):
    """``held`` are the unsure ones of each hold, the earliest hold first. ``suspects`` are ARNs of all that is theirs.

    ``hours``: so far back CloudTrail is asked who made them.
    """

    held: tuple[tuple[Hold, ...], ...] = ()
    suspects: tuple[str, ...]
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 72


class Result(Frozen):
    """Names of who was let go; and in words who is held still, and why."""

    let_go: tuple[str, ...]
    still_held: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        held = f"; still held: {'; '.join(self.still_held)}" if self.still_held else ""
        return f"let go: {', '.join(self.let_go) or 'nobody'}{held}"


class _Work(Frozen):
    holds: tuple[Hold, ...]
    still_held: tuple[str, ...] = ()
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Ask the log who made each. Raises ``Refused`` when somebody is held and nobody can be let go yet; ``Denied``."""
    theirs = frozenset(plain(each) for each in params.suspects)
    held = tuple(_held(clients, params.held, theirs))
    back = timedelta(hours=params.hours)
    made = makers(clients, back, params.suspects) if held else Makers(clients.now() - back)
    doubts = {one.arn: _Doubts(clients, made, theirs).of_held(one) for one in held}
    free = tuple(one for one in held if not doubts[one.arn])
    still = tuple(f"{one.name}, {doubts[one.arn]}" for one in held if doubts[one.arn])
    if still and not free:
        yet, hint = ("", _HELD_ON) if not any(_UNTOLD in each for each in still) else (" yet", _LATER)
        raise Refused(f"nobody can be let go{yet}: {'; '.join(still)}", hint=hint)
    return Plan(
        summary=f"let {', '.join(one.name for one in free) or 'nobody'} go",
        changes=tuple(
            Change(
                target=one.name, before="held", after=f"as it was before; made by {made.by_id[_id(clients, one)].name}"
            )
            for one in free
        ),
        blast=f"{counted(len(free), 'user or role', 'users and roles')} of somebody else may do again what their own"
        f" policies allow{''.join(f'; still held: {each}' for each in still)}",
        undo="hold them again",
        why="they were made while the suspects were held, before the log told by whom; now it tells",
        revives=tuple(_credentials(free)),
        details=_Work(holds=free, still_held=still).model_dump(mode="json"),
    )


def _held(clients: Clients, several: tuple[tuple[Hold, ...], ...], theirs: frozenset[str]) -> Iterator[Hold]:
    """Who is held still and not of the suspects; how one stood before, its first hold says."""
    first: dict[str, Hold] = {}
    for one in (each for held in several for each in held):
        first.setdefault(plain(one.arn), one)
    grip = Grip.of(clients)
    for arn, one in first.items():
        if arn not in theirs and grip.is_there(one) and not grip.is_restored(one):
            yield one


@dataclass(frozen=True)
class _Doubts:
    """Why one may be the suspects' after all, in words; empty when the log rules that out."""

    clients: Clients
    made: Makers
    theirs: frozenset[str]

    def of_held(self, one: Hold) -> str:
        """Of one, of its keys that would let in again, and of all who made these, and them."""
        if whose := self._of_made(_id(self.clients, one), frozenset()):
            return whose
        if call := self.made.hands.get(one.holder.name):
            return f"on whom the suspects laid hands by {call}"
        keys = (key_id for key_id, status in one.keys.items() if status == KeyStatus.ACTIVE.value)
        return next((f"its key {key}, {why}" for key in keys if (why := self._of_made(key, frozenset()))), "")

    def _of_made(self, made_id: str, seen: frozenset[str]) -> str:
        maker = self.made.by_id.get(made_id)
        if maker is None:
            return _UNTOLD
        why = maker.doubt or self._of_maker(maker.name, seen)
        return f"made by {maker.name}, {why}" if why else ""

    def _of_maker(self, arn: str, seen: frozenset[str]) -> str:
        """Who was there before all this is known; of who was not, it is asked who made it in turn."""
        who = named(arn)
        if arn in self.theirs:
            return "who is held or a suspect"
        if who.kind in _MADE_BY_NOBODY or arn in seen:
            return ""
        if who.kind is PrincipalKind.FEDERATED:
            return "of whom the log does not tell who asked for its token"
        try:
            born = Grip.of(self.clients).born_as(Holder.of(arn))
        except NotFound:
            return "who is not there any more"
        return "" if born.at < self.made.since else self._of_made(born.id, seen | {arn})


def _id(clients: Clients, one: Hold) -> str:
    return Grip.of(clients).born_as(one.holder).id


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at each."""
    work = _Work.model_validate(plan.details)
    is_back = [Grip.of(clients).is_restored(one) for one in _there(clients, work.holds)]
    seen = f"{sum(is_back)} of {len(is_back)} are as they were before"
    standing = Standing.IN_PLACE if all(is_back) else Standing.BETWEEN if any(is_back) else Standing.UNTOUCHED
    return Probe(standing=standing, seen=seen, receipt=_receipt(clients, work))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Put back how each of them was."""
    work = _Work.model_validate(plan.details)
    for one in _there(clients, work.holds):
        Grip.of(clients).restore(one)
    return _receipt(clients, work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at each after the settling time."""
    work = _Work.model_validate(receipt.details)
    held = [one.name for one in _there(clients, work.holds) if not Grip.of(clients).is_restored(one)]
    stands = Stands(not held, f"still held of them: {', '.join(held) or 'nobody'}")
    return clients.settling.verdict(work.written_at, stands) if work.holds else stood(stands)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Hold them again, by the denial that stays and inactive keys; who is held again is left."""
    work = _Work.model_validate(receipt.details)
    there = tuple(one for one in _there(clients, work.holds) if Grip.of(clients).lacking(one, 0))
    return Plan(
        summary=f"hold {', '.join(one.name for one in there) or 'nobody'} again",
        changes=tuple(Change(target=one.name, before="as it was before", after="held") for one in there),
        blast="all that acts as them is refused everything",
        undo="let them go again",
        cuts=tuple(_credentials(there)),
        details=work.model_copy(update={"holds": there}).model_dump(mode="json"),
    )


def probe_revert(clients: Clients, plan: Plan) -> Probe:
    """Look at each."""
    work = _Work.model_validate(plan.details)
    lacking = [Grip.of(clients).lacking(one, 0) for one in _there(clients, work.holds)]
    is_held = [not each for each in lacking]
    seen = f"{sum(is_held)} of {len(is_held)} are held"
    standing = Standing.IN_PLACE if all(is_held) else Standing.BETWEEN if any(is_held) else Standing.UNTOUCHED
    return Probe(standing=standing, seen=seen, receipt=_receipt(clients, work))


def apply_revert(clients: Clients, plan: Plan) -> Receipt:
    """Put the denial back, and make the keys inactive."""
    work = _Work.model_validate(plan.details)
    for one in _there(clients, work.holds):
        clients.sts.refuse_own_arn(one.arn)
        for what in Grip.of(clients).lacking(one, 0):
            Grip.of(clients).put(one, what)
    return _receipt(clients, work)


def verify_revert(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at each after the settling time."""
    work = _Work.model_validate(receipt.details)
    free = [one.name for one in _there(clients, work.holds) if Grip.of(clients).lacking(one, 0)]
    return clients.settling.verdict(work.written_at, Stands(not free, f"not held: {', '.join(free) or 'nobody'}"))


def _there(clients: Clients, holds: tuple[Hold, ...]) -> tuple[Hold, ...]:
    return tuple(one for one in holds if Grip.of(clients).is_there(one))


def _credentials(holds: tuple[Hold, ...]) -> Iterator[Credential]:
    for one in holds:
        yield credential(one.arn)
        for key_id, status in one.keys.items():
            if status == KeyStatus.ACTIVE.value:
                yield access_key(key_id, one.holder.name)


def _receipt(clients: Clients, work: _Work) -> Receipt:
    result = Result(let_go=tuple(one.name for one in work.holds), still_held=work.still_held)
    return Receipt(
        summary=f"iam: {result.summary}",
        result=result.model_dump(mode="json"),
        details=work.model_copy(update={"written_at": clients.aws_now().at}).model_dump(mode="json"),
    )


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Let go of held innocents",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe_revert, apply_revert, verify_revert, settle=_SETTLE),
    iam=(
        *("iam:GetUser", "iam:ListUserPolicies", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
        *("iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
        *("iam:ListAccessKeys", "iam:UpdateAccessKey"),
        *IAM,
    ),
)
