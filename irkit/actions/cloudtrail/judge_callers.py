"""Judge which principals misused a KMS key, from who used it, from where, when and how. Asks nothing outside.

Whom the alarm names is suspect as it is. Any other is suspect when its calls came from an address that is not ours and
something else speaks against it: a program or a context that the same principal never used from our networks, a
refusal, an odd hour, a first appearance. One sign alone is a doubt for people, not a verdict: jobs do move house.
Where no network is known, the addresses that the key was long used from stand in for ours; that makes candidates for
people, and no verdict. A session's role is taken as a whole, since whoever could make one session can make the next;
who else works as that role is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.principal import PrincipalKind, principal
from irkit.cloudtrail.key_callers import Ground, Known, Origin, Sign, is_apart, is_strangers, known, signs
from irkit.cloudtrail.key_candidates import Candidate, candidates, card, told
from irkit.cloudtrail.session_makers import Maker
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``known_networks`` are addresses or CIDRs of ours; ``known_hours`` hours of the day (UTC) in which people work.

    ``named`` are ARNs of principals that whoever raised the alarm names. ``since`` is from when on the log was read.
    """

    callers: tuple[Origin, ...]
    makers: tuple[Maker, ...] = ()
    not_seen: tuple[str, ...] = ()
    since: AwareDatetime | None = None
    known_networks: tuple[str, ...] = ()
    known_hours: tuple[int, ...] = ()
    named: tuple[str, ...] = ()


class Outcome(StrEnum):
    """Whether somebody misused the key."""

    MISUSED = "misused"
    NOT_MISUSED = "not_misused"
    UNCLEAR = "unclear"
    """Nobody is suspect, and something could not be told."""


class Suspect(Frozen):
    """A user or role to be contained, and why. ``riders`` are others that work as the same role and stop too."""

    principal: str
    name: str
    kind: PrincipalKind
    reasons: tuple[str, ...]
    riders: tuple[str, ...]
    first_at: datetime | None


class Result(Frozen):
    """The judgement. ``principals`` are the suspects' ARNs; ``beyond`` are suspects that irkit cannot contain.

    ``candidates`` are callers that are no suspects and that a person may find to be: those with a sign, and where it is
    unclear all. ``question`` asks for them, ``recommended`` are those that irkit would contain. ``since`` is when the
    suspects' strange use began. ``usual`` are the networks that were taken for ours: given ones, else those of habit.
    """

    outcome: Outcome
    suspects: tuple[Suspect, ...]
    principals: tuple[str, ...]
    users: tuple[str, ...]
    roles: tuple[str, ...]
    beyond: tuple[str, ...]
    doubts: tuple[str, ...]
    innocents: tuple[str, ...]
    since: datetime | None
    unclear: bool
    """Whether a person has to pick: the outcome says so."""
    candidates: tuple[Candidate, ...]
    question: str
    recommended: tuple[str, ...]
    usual: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        named = ", ".join(one.name for one in self.suspects) or "nobody"
        return f"{self.outcome.replace('_', ' ')}: suspect {named}; {counted(len(self.doubts), 'doubt')}"


def read(_clients: Clients, params: Params) -> Result:
    """Weigh each caller. Raises ``InputMissing`` when a known network is no address."""
    uses = params.callers
    ours = known(uses, params.known_networks, params.since, params.known_hours)
    reasons: dict[str, list[str]] = {_actor(each): ["named by the alarm"] for each in params.named}
    found = [(one, signs(one, uses, ours)) for one in uses]
    for one, several in found:
        if ours.ground is Ground.GIVEN and is_strangers(several):
            reasons.setdefault(one.actor, []).append(_told(one, several))
    _add_makers(params, ours, reasons)
    odd = [each for each in found if set(each[1]) - {Sign.NEW_CALLER} and each[0].actor not in reasons]
    doubts = [_told(one, several) for one, several in odd]
    doubts += [f"{part} was not seen" for part in params.not_seen]
    if uses and not params.known_networks:
        doubts.append("no network is known to be ours, so only habit tells a stranger")
    suspects = tuple(_suspect(arn, why, uses, ours) for arn, why in reasons.items())
    within = tuple(one for one in suspects if one.kind in {PrincipalKind.USER, PrincipalKind.ROLE})
    outcome = Outcome.MISUSED if suspects else Outcome.UNCLEAR if doubts else Outcome.NOT_MISUSED
    others = candidates(uses, ours, reasons)
    if outcome is not Outcome.UNCLEAR:
        doubtful = {one.actor for one, _ in odd}
        others = tuple(one for one in others if one.principal in doubtful)
    return Result(
        outcome=outcome,
        suspects=within,
        principals=tuple(one.principal for one in within),
        users=tuple(one.name for one in within if one.kind is PrincipalKind.USER),
        roles=tuple(one.name for one in within if one.kind is PrincipalKind.ROLE),
        beyond=tuple(f"{one.principal}: {one.kind}" for one in suspects if one not in within),
        doubts=tuple(doubts),
        innocents=tuple(dict.fromkeys(one.who for one in uses if one.actor not in reasons)),
        since=_begun(uses, reasons, ours),
        unclear=outcome is Outcome.UNCLEAR,
        candidates=others,
        question=card(others, ours, params.not_seen),
        recommended=tuple(one.principal for one in others if one.recommended),
        usual=tuple(map(str, ours.networks)),
    )


def _add_makers(params: Params, ours: Known, reasons: dict[str, list[str]]) -> None:
    """Whoever made a suspect role's session from a strange address has lost control of itself too."""
    roles = {one.principal for one in params.callers if one.role and one.actor in reasons}
    for one in params.makers:
        if one.session in roles and ours.networks and not ours.holds(one.ip) and one.principal:
            text = f"it made the session {one.session.rpartition('/')[2]} from {one.ip}"
            reasons.setdefault(_actor(one.principal), []).append(text)


def _actor(arn: str) -> str:
    found = principal(arn)
    return found.policy_arn if found is not None and found.kind is PrincipalKind.SESSION else arn


def _told(one: Origin, found: Sequence[Sign]) -> str:
    return f"{told(one)}: {'; '.join(found)}"


def _suspect(arn: str, why: Sequence[str], uses: Sequence[Origin], ours: Known) -> Suspect:
    found = principal(arn)
    mine = [one for one in uses if one.actor == arn]
    homely = [one for one in mine if ours.networks and ours.holds(one.ip)]
    return Suspect(
        principal=arn,
        name=found.name if found is not None else arn,
        kind=found.kind if found is not None else PrincipalKind.ROOT,
        reasons=tuple(dict.fromkeys(why)),
        riders=tuple(dict.fromkeys(f"{one.who} from {one.ip}" for one in homely)),
        first_at=min((one.first_at for one in mine if one not in homely), default=None),
    )


def _begun(uses: Sequence[Origin], reasons: dict[str, list[str]], ours: Known) -> datetime | None:
    """When the first suspect use was: where everything that came of it is to be looked for from."""
    several = [one for one in uses if one.actor in reasons]
    strange = [one for one in several if is_apart(one, ours)]
    return min((one.first_at for one in strange or several), default=None)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Judge who misused a KMS key",
    read=read,
)
