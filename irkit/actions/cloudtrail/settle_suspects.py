"""Settle whom to contain for a misused KMS key: whom the log shows, or else whom a person picked. Asks nothing outside.

It also says what tells their use from rightful use later on. A suspect with use from strange addresses misused the key
from there. One without any misused it from its own place, so all of its use counts as misuse.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime

from irkit.clients.principal import PrincipalKind
from irkit.cloudtrail.key_callers import Origin, known
from irkit.cloudtrail.key_candidates import Candidate
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted
from irkit.errors import UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """As ``cloudtrail.judge_callers`` tells it: ``judged`` is its outcome, ``principals`` are whom the log shows.

    ``picked`` are the candidates (ARNs) that a person picked; None where nobody was asked, or the question was skipped.
    ``usual`` are the networks that were taken for ours.
    """

    callers: tuple[Origin, ...]
    judged: Literal["misused", "not_misused", "unclear"]
    principals: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    picked: tuple[str, ...] | None = None
    not_seen: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    since: AwareDatetime | None = None


class Outcome(StrEnum):
    """Whether there is somebody to contain."""

    MISUSED = "misused"
    NOT_MISUSED = "not_misused"
    """The log shows nobody, and leaves nobody in doubt."""
    NOBODY_PICKED = "nobody_picked"
    """It was unclear, and a person picked nobody."""


class Result(Frozen):
    """Whom to contain. ``since`` is when their strange use began; ``left`` are doubts about others, in words.

    ``doubtful`` is whether there are any.
    ``known_networks`` are where rightful use comes from. ``wholly`` are suspects all of whose use is misuse.
    """

    outcome: Outcome
    principals: tuple[str, ...]
    users: tuple[str, ...]
    roles: tuple[str, ...]
    innocents: tuple[str, ...]
    since: AwareDatetime | None
    known_networks: tuple[str, ...]
    wholly: tuple[str, ...]
    doubtful: bool
    left: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        named = ", ".join((*self.users, *self.roles)) or "nobody"
        return f"{self.outcome.replace('_', ' ')}: contain {named}; {counted(len(self.left), 'doubt')} left"


def read(_clients: Clients, params: Params) -> Result:
    """Put the two together. Raises ``UsageError`` for a pick that is no candidate."""
    by_arn = {one.principal: one for one in params.candidates}
    if strange := [each for each in params.picked or () if each not in by_arn]:
        raise UsageError(f"no candidate: {', '.join(strange)}", hint="name them in a new incident, as suspects")
    picked = [by_arn[each] for each in dict.fromkeys(params.picked or ())]
    principals = (*params.principals, *(one.principal for one in picked))
    left = tuple(_told(one) for one in params.candidates if one not in picked and one.points)
    left += tuple(f"{part} was not seen" for part in params.not_seen)
    times = [each for each in (params.since, *(one.since for one in picked)) if each is not None]
    return Result(
        outcome=_outcome(params, principals),
        principals=principals,
        users=(*params.users, *(one.name for one in picked if one.kind is PrincipalKind.USER)),
        roles=(*params.roles, *(one.name for one in picked if one.kind is PrincipalKind.ROLE)),
        innocents=tuple(dict.fromkeys(one.who for one in params.callers if one.actor not in principals)),
        since=min(times, default=None),
        known_networks=params.usual,
        wholly=_wholly(params, principals),
        doubtful=bool(left),
        left=left,
    )


def _outcome(params: Params, principals: tuple[str, ...]) -> Outcome:
    if principals or params.judged == "misused":
        return Outcome.MISUSED
    return Outcome.NOBODY_PICKED if params.judged == "unclear" else Outcome.NOT_MISUSED


def _told(one: Candidate) -> str:
    return f"{one.kind} {one.name} ({counted(one.points, 'point')}): {' / '.join(one.speaks_for)}"


def _wholly(params: Params, principals: tuple[str, ...]) -> tuple[str, ...]:
    """The suspects that used the key, and from usual addresses alone."""
    ours = known((), params.usual)
    apart = {one.actor for one in params.callers if not ours.holds(one.ip)}
    used = {one.actor for one in params.callers}
    return tuple(each for each in principals if each in used and each not in apart)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Settle whom to contain for a misused KMS key",
    read=read,
)
