"""Judge which principals misused a KMS key, from who used it, from where, when and how. Asks nothing outside.

Whom the alarm names is suspect as it is. Any other is suspect when its calls came from an address that is not ours and
something else speaks against it: a program or a context that the same principal never used from our networks, a
refusal, an odd hour, a first appearance. One sign alone is a doubt for people, not a verdict: jobs do move house.
A session's role is taken as a whole, since whoever could make one session can make the next; who else works as that
role is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.principal import PrincipalKind, principal
from irkit.cloudtrail.key_callers import Known, Origin, Sign, is_strangers, networks, signs
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_NEW_AFTER = timedelta(hours=12)
_LONG_ENOUGH = timedelta(hours=48)


class Caller(Frozen):
    """A caller as ``cloudtrail.measure_kms_use`` tells of it."""

    principal: str
    role: str
    actor: str
    who: str
    key_ids: tuple[str, ...]
    ip: str
    agents: tuple[str, ...]
    decrypts: int
    denied: int
    failed: int
    contexts: tuple[str, ...]
    via: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    event_ids: tuple[str, ...]


class Maker(Frozen):
    """Who made a session, as ``cloudtrail.measure_kms_use`` tells of it."""

    session: str
    principal: str
    who: str
    ip: str
    agent: str
    at: datetime
    event_id: str


class Params(Frozen):
    """``known_networks`` are addresses or CIDRs of ours; ``known_hours`` hours of the day (UTC) in which people work.

    ``named`` are ARNs of principals that whoever raised the alarm names. ``since`` is from when on the log was read.
    """

    callers: tuple[Caller, ...]
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
    """The judgement. ``principals`` are the suspects' ARNs; ``beyond`` are suspects that irkit cannot contain."""

    outcome: Outcome
    suspects: tuple[Suspect, ...]
    principals: tuple[str, ...]
    users: tuple[str, ...]
    roles: tuple[str, ...]
    beyond: tuple[str, ...]
    doubts: tuple[str, ...]
    innocents: tuple[str, ...]
    since: datetime | None

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        named = ", ".join(one.name for one in self.suspects) or "nobody"
        return f"{self.outcome.replace('_', ' ')}: suspect {named}; {counted(len(self.doubts), 'doubt')}"


def read(_clients: Clients, params: Params) -> Result:
    """Weigh each caller. Raises ``InputMissing`` when a known network is no address."""
    uses = [Origin(**one.model_dump(exclude={"actor"})) for one in params.callers]
    known = _known(params, uses)
    reasons: dict[str, list[str]] = {_actor(each): ["named by the alarm"] for each in params.named}
    doubts: list[str] = []
    for one in uses:
        found = signs(one, uses, known)
        if is_strangers(found):
            reasons.setdefault(one.actor, []).append(_told(one, found))
        elif set(found) - {Sign.NEW_CALLER} and one.actor not in params.named:
            doubts.append(_told(one, found))
    _add_makers(params, known, reasons)
    doubts += [f"{part} was not seen" for part in params.not_seen]
    if uses and not known.networks:
        doubts.append("no address is known to be ours, so nothing tells a stranger")
    suspects = tuple(_suspect(arn, why, uses, known) for arn, why in reasons.items())
    within = tuple(one for one in suspects if one.kind in {PrincipalKind.USER, PrincipalKind.ROLE})
    outcome = Outcome.MISUSED if suspects else Outcome.UNCLEAR if doubts else Outcome.NOT_MISUSED
    return Result(
        outcome=outcome,
        suspects=within,
        principals=tuple(one.principal for one in within),
        users=tuple(one.name for one in within if one.kind is PrincipalKind.USER),
        roles=tuple(one.name for one in within if one.kind is PrincipalKind.ROLE),
        beyond=tuple(f"{one.principal}: {one.kind}" for one in suspects if one not in within),
        doubts=tuple(doubts),
        innocents=tuple(dict.fromkeys(one.who for one in uses if one.actor not in reasons)),
        since=_begun(uses, reasons, known),
    )


def _known(params: Params, uses: Sequence[Origin]) -> Known:
    """New is who was first seen in the last half day, where the log was read for at least two days."""
    last = max((one.last_at for one in uses), default=None)
    is_long = last is not None and params.since is not None and last - params.since >= _LONG_ENOUGH
    new_since = last - _NEW_AFTER if last is not None and is_long else None
    return Known(networks(params.known_networks), params.known_hours, new_since)


def _add_makers(params: Params, known: Known, reasons: dict[str, list[str]]) -> None:
    """Whoever made a suspect role's session from a strange address has lost control of itself too."""
    roles = {one.principal for one in params.callers if one.role and one.actor in reasons}
    for one in params.makers:
        if one.session in roles and known.networks and not known.holds(one.ip) and one.principal:
            text = f"it made the session {one.session.rpartition('/')[2]} from {one.ip}"
            reasons.setdefault(_actor(one.principal), []).append(text)


def _actor(arn: str) -> str:
    found = principal(arn)
    return found.policy_arn if found is not None and found.kind is PrincipalKind.SESSION else arn


def _told(one: Origin, found: Sequence[Sign]) -> str:
    refused = f", {one.denied + one.failed} refused" if one.denied or one.failed else ""
    with_what = f" with {', '.join(one.agents)}" if one.agents else ""
    return (
        f"{one.who} from {one.ip}{with_what}: {one.decrypts} decrypts{refused}, "
        f"{one.first_at:%Y-%m-%d %H:%M:%SZ} to {one.last_at:%H:%M:%SZ}: {'; '.join(found)}"
    )


def _suspect(arn: str, why: Sequence[str], uses: Sequence[Origin], known: Known) -> Suspect:
    found = principal(arn)
    mine = [one for one in uses if one.actor == arn]
    homely = [one for one in mine if known.networks and known.holds(one.ip)]
    return Suspect(
        principal=arn,
        name=found.name if found is not None else arn,
        kind=found.kind if found is not None else PrincipalKind.ROOT,
        reasons=tuple(dict.fromkeys(why)),
        riders=tuple(dict.fromkeys(f"{one.who} from {one.ip}" for one in homely)),
        first_at=min((one.first_at for one in mine if one not in homely), default=None),
    )


def _begun(uses: Sequence[Origin], reasons: dict[str, list[str]], known: Known) -> datetime | None:
    """When the first suspect use was: where everything that came of it is to be looked for from."""
    several = [one for one in uses if one.actor in reasons]
    strange = [one for one in several if known.networks and not known.holds(one.ip)]
    return min((one.first_at for one in strange or several), default=None)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Judge who misused a KMS key",
    read=read,
)
