"""Hold principals until the hold has bound, whatever they take back meanwhile: containment where no SCP binds.

A denial in IAM is seen at once and binds seconds later, so that an intruder who watches takes it back before it binds.
Here it is put back again and again, several denials on each principal and each of its keys inactive, for all of them at
once, until nothing was taken back for one settling time (``irkit.clients.holding``). Whoever turns up meanwhile is held
too: what came of the suspects, by the log as it tells; and users and roles just made by whom is not known yet, which is
told, and let go as soon as the log tells that somebody else made them. Nobody else is touched.
It is a race: who undoes everything on every principal within a fraction of the settling time, for as long as the limit
lasts, is not held. Then it says so, and what is left to be done by hand.
The attacker sees ``AccessDenied ... with an explicit deny in an identity-based policy``, and inactive keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.hold import Grip, Hold
from irkit.clients.holder import access_key, credential
from irkit.clients.holding import Held, Holding, TakenBack
from irkit.clients.iam import KeyStatus
from irkit.clients.principal import PrincipalKind, principal
from irkit.clients.quarantine_policy import plain
from irkit.clients.settling import Stands, stood
from irkit.cloudtrail.inquiry import IAM
from irkit.cloudtrail.newcomers import Newcomers, log_since
from irkit.contract import (
    Action,
    Change,
    Credential,
    Effect,
    Frozen,
    Operation,
    Plan,
    Probe,
    Proof,
    Receipt,
    Standing,
    Verdict,
)
from irkit.counted import counted
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

BY_HAND = (
    "it was not held: take an SCP to this account from the organization's management account, or delete the keys"
    " and the users that are named here by hand, from a second pair of hands at the same moment; then retry"
)
_BEARERS = frozenset({PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.SESSION})


class Params(Frozen):
    """``principals`` are ARNs; those that bear no policies are left out, and told.

    ``limit_s`` is how long it is tried.
    """

    principals: tuple[str, ...]
    limit_s: Annotated[int, Field(ge=10, le=900)] = 150


class Outcome(StrEnum):
    """Whether it has bound."""

    HELD = "held"
    NOT_HELD = "not_held"


class Result(Frozen):
    """Who is held, and how it went. ``at`` is AWS's clock at the end; None when it was found so."""

    outcome: Outcome
    principals: tuple[str, ...]
    """ARNs of all that are held."""
    unsure: tuple[str, ...]
    """Of these, who is held though it is not known whose it is, in words."""
    held_unsure: tuple[Hold, ...] = ()
    """The same, with how each stood before: for ``aws.let_go``."""
    made_keys: tuple[str, ...]
    """Ids of keys that turned up on them meanwhile, inactive now."""
    freed: tuple[str, ...]
    taken_back: tuple[TakenBack, ...]
    trouble: tuple[str, ...]
    looks: int
    seconds: float
    at: datetime | None = None

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        times = sum(each.times for each in self.taken_back)
        told = f"{self.outcome}: {counted(len(self.principals), 'principal')}, in {self.seconds:.0f} s"
        return f"{told}; {counted(times, 'thing')} taken back meanwhile, and put back" if times else told


class _Work(Frozen):
    holds: tuple[Hold, ...]
    limit_s: int = 150
    outcome: Outcome = Outcome.HELD
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read how they stand. Raises ``OwnIdentity``, ``Denied``."""
    holds: list[Hold] = []
    left_out: list[str] = []
    several = dict.fromkeys(plain(each) for each in params.principals)
    wholes = {found.name for each in several if (found := principal(each)) and found.kind is PrincipalKind.ROLE}
    for arn in several:
        clients.sts.refuse_own_arn(arn)
    for arn in several:
        found = principal(arn)
        if found is None or found.kind not in _BEARERS:
            left_out.append(f"{arn} bears no policies of its own")
        elif found.kind is PrincipalKind.SESSION and found.name in wholes:
            continue
        else:
            try:
                holds.append(Grip.of(clients).hold(arn, None))
            except NotFound:
                left_out.append(f"{arn} is not there any more")
    work = _Work(holds=tuple(holds), limit_s=params.limit_s)
    return Plan(
        summary=f"hold {', '.join(one.name for one in holds) or 'nobody'} until it has bound",
        changes=tuple(_changes(clients, work.holds)),
        blast="all that acts as them is refused everything, their rightful users too; users and roles made meanwhile"
        " by whom is not known yet are held as well, and named" + "".join(f"; {each}" for each in left_out),
        undo="put the denials and the keys' statuses back as they were",
        why="who watches takes a denial back before it binds: it is put back, several at once, until nobody can",
        cuts=tuple(_cuts(work.holds)),
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at each. With denials in place that were to go, it was stopped in the middle."""
    work = _Work.model_validate(plan.details)
    is_half = any(Grip.of(clients).layers(one) for one in work.holds)
    open_ = _open(clients, work.holds)
    seen = "; ".join(open_) or ("held, by denials too that are to go" if is_half else "held")
    receipt = _receipt(clients, work.model_copy(update={"written_at": clients.aws_now().at}), None)
    if not open_ and not is_half:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=receipt)
    if all(Grip.of(clients).is_untouched(one) for one in work.holds):
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    return Probe(standing=Standing.BETWEEN, seen=seen, receipt=receipt)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Hold them, as long as it takes or the limit allows; then take away the denials that are to go."""
    work = _Work.model_validate(plan.details)
    for one in work.holds:
        clients.sts.refuse_own_arn(one.arn)
    limit = timedelta(seconds=max(work.limit_s, 4 * clients.config.aws.settle_s))
    until = clients.aws_now().at + limit + clients.settling.span
    holds = tuple(Grip.of(clients).dated(one, until) for one in work.holds)
    suspects = tuple(one.arn for one in holds)
    newcomers = Newcomers(clients, Grip.of(clients), suspects, log_since(clients), until)
    holding = Holding(Grip.of(clients), clients.aws_now, clients.settling.span, limit, newcomers.news, clients.progress)
    held = holding.run(holds)
    clients.aws.note(f"iam: {held.looks} looks at {counted(len(held.holds), 'principal')} in {held.seconds} s")
    if held.settled_at is not None:
        holding.release(held.holds)
    at = held.settled_at or clients.aws_now().at
    outcome = Outcome.HELD if held.settled_at is not None else Outcome.NOT_HELD
    done = {"holds": held.holds, "outcome": outcome, "written_at": at - clients.settling.span}
    return _receipt(clients, work.model_copy(update=done), held, at)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at each again. What it does to them, ``aws.prove_principal_dead`` shows."""
    work, told = _Work.model_validate(receipt.details), Result.model_validate(receipt.result)
    open_ = _open(clients, work.holds)
    seen = f"{told.summary}; {'; '.join(open_) or 'all of it is in place'}"
    if work.outcome is Outcome.NOT_HELD:
        return Verdict(proof=Proof.REFUTED, seen=f"{BY_HAND}. {seen}")
    stands = Stands(not open_, seen)
    return clients.settling.verdict(work.written_at, stands) if work.holds else stood(stands)


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Put the denials and the keys' statuses back as they were, of who turned up meanwhile too; who is back is left."""
    done = _Work.model_validate(receipt.details)
    held = (one for one in _there(clients, done.holds) if not Grip.of(clients).is_restored(one))
    work = done.model_copy(update={"holds": tuple(held)})
    changes = (Change(target=one.name, before="held", after="as it was before") for one in work.holds)
    return Plan(
        summary=f"let {', '.join(one.name for one in work.holds) or 'nobody'} go",
        changes=tuple(each for each in changes),
        blast="all that acts as them may do again what their other policies allow, the intruder too",
        undo="hold them again",
        revives=tuple(_cuts(work.holds)),
        details=work.model_dump(mode="json"),
    )


def probe_revert(clients: Clients, plan: Plan) -> Probe:
    """Look at each."""
    work = _Work.model_validate(plan.details)
    is_back = [Grip.of(clients).is_restored(one) for one in _there(clients, work.holds)]
    receipt = _receipt(clients, work.model_copy(update={"written_at": clients.aws_now().at}), None)
    seen = f"{sum(is_back)} of {len(is_back)} are as they were before"
    standing = Standing.IN_PLACE if all(is_back) else Standing.BETWEEN if any(is_back) else Standing.UNTOUCHED
    return Probe(standing=standing, seen=seen, receipt=receipt)


def apply_revert(clients: Clients, plan: Plan) -> Receipt:
    """Put back how each of them was."""
    work = _Work.model_validate(plan.details)
    for one in _there(clients, work.holds):
        clients.sts.refuse_own_arn(one.arn)
        Grip.of(clients).restore(one)
    return _receipt(clients, work.model_copy(update={"written_at": clients.aws_now().at}), None)


def verify_revert(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at each after the settling time."""
    work = _Work.model_validate(receipt.details)
    held = [one.name for one in _there(clients, work.holds) if not Grip.of(clients).is_restored(one)]
    return clients.settling.verdict(work.written_at, Stands(not held, f"still held: {', '.join(held) or 'nobody'}"))


def _there(clients: Clients, holds: tuple[Hold, ...]) -> tuple[Hold, ...]:
    return tuple(one for one in holds if Grip.of(clients).is_there(one))


def _open(clients: Clients, holds: tuple[Hold, ...]) -> tuple[str, ...]:
    """What is not in place, in words; of who is not there any more nothing can be."""
    lacking = ((one, Grip.of(clients).lacking(one, 0)) for one in _there(clients, holds))
    return tuple(f"{one.name} lacks {', '.join(what)}" for one, what in lacking if what)


def _changes(clients: Clients, holds: tuple[Hold, ...]) -> Iterator[Change]:
    for one in holds:
        for what in Grip.of(clients).lacking(one, 0):
            if what == one.policy:
                before = f"another denial or text: {one.before}" if one.before else "absent"
                scope = f"to sessions named {one.session}" if one.session else "on *"
                yield Change(target=f"{what} of {one.name}", before=before, after=f"Deny * {scope}")
            else:
                before, after = one.keys[what], KeyStatus.INACTIVE.value
                yield Change(target=f"access key {what} of {one.name}", before=before, after=after)
        for name in one.left:
            gone = "absent, once it has bound"
            yield Change(target=f"{name} of {one.name}", before="left by a hold that was cut short", after=gone)


def _cuts(holds: tuple[Hold, ...]) -> Iterator[Credential]:
    for one in holds:
        if one.policy:
            yield credential(one.arn)
        for key_id, status in one.keys.items():
            if status == KeyStatus.ACTIVE.value:
                yield access_key(key_id, one.holder.name)


def _receipt(clients: Clients, work: _Work, held: Held | None, at: datetime | None = None) -> Receipt:
    there = tuple(one for one in _there(clients, work.holds) if one.policy and not one.session)
    result = Result(
        outcome=work.outcome,
        principals=tuple(one.arn for one in work.holds if one.policy),
        unsure=tuple(f"{one.name}: {one.why}" for one in work.holds if not one.is_sure),
        held_unsure=tuple(one for one in work.holds if not one.is_sure),
        made_keys=tuple(key for one in there for key in Grip.of(clients).statuses(one.holder) if key not in one.keys),
        freed=held.freed if held else (),
        taken_back=held.taken_back if held else (),
        trouble=held.trouble if held else (),
        looks=held.looks if held else 0,
        seconds=held.seconds if held else 0,
        at=at,
    )
    return Receipt(
        summary=f"iam: {result.summary}: {', '.join(one.name for one in work.holds)}",
        result=result.model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Hold principals until it has bound",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe_revert, apply_revert, verify_revert, settle=_SETTLE),
    iam=(
        *("iam:GetUser", "iam:ListUserPolicies", "iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"),
        *("iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
        *("iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:ListUsers", "iam:ListRoles"),
        *IAM,
    ),
)
