"""The life of one credential: live, revoke sent, acknowledged, denied, quiet, proven dead; and alive again. Pure.

``Stage`` is what irkit did and what came of it, and moves by evidence alone: a cut that was acknowledged is no proof,
so nothing is green before a call was *seen* refused (``GREEN``). ``Liveness`` is what the last look said, whoever cut
or did not cut: active, inactive, or unknown when it could not be asked. Both are shown side by side.

A cut of a user or a role (``CredentialKind.USER``, ``ROLE``) is a life of its own, beside the lives of its keys and
sessions: denying a user stops its keys too, but only what was seen of a key itself moves the key's life. So a key can
be proven dead while its user is only acknowledged (other keys may be left), and a user be denied while its key is
active. An action that cuts both names both.

What no plan ever cut by name can still be seen refused: a session that ended with its user's cut, a token that its
owner had revoked before. It goes from live to denied by the refusal alone, and is an alarm when accepted after that.

Times are compared by the clock of the provider: an action's sightings tell the provider's time, and its result's ``at``
the provider's time of the cut. Where a result tells none, this machine's clock counts, and then what irkit itself asked
in a step that began after the cut is after it, whatever the clocks say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from irkit.contract import Credential, Means, Seen, Sighting
from irkit.incident.events import Direction, StepId


class Stage(StrEnum):
    """Where a credential is in its life. ``QUIET`` alone is the log's silence without a refused call: no proof yet."""

    LIVE = "live"
    """Nobody has cut it, or it was given back on purpose."""
    REVOKE_SENT = "revoke sent"
    """The intent is on disk; whether it took is not known."""
    ACKNOWLEDGED = "acknowledged"
    """The provider said yes. It may still be accepted somewhere."""
    DENIED = "denied"
    """A call with it was seen refused since, and none accepted after that."""
    QUIET = "quiet"
    """The log shows no accepted call since; no refused one was seen."""
    PROVEN_DEAD = "proven dead"
    """Denied and quiet."""
    ALIVE_AGAIN = "alive again"
    """Accepted after it was denied and the cut had settled: somebody gave it life. An alarm."""


GREEN = frozenset({Stage.DENIED, Stage.PROVEN_DEAD})
"""The stages that may be shown as good."""


class Liveness(StrEnum):
    """What the last look at it said. Unknown is never taken for inactive."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class Backed(NamedTuple):
    """A sighting, and the number of the event that tells it."""

    sighting: Sighting
    seq: int


class Turn(NamedTuple):
    """A change of stage: to what, when and by whose clock, which event backs it, and why in words."""

    stage: Stage
    at: datetime
    clock: str
    seq: int
    why: str


class Effecting(NamedTuple):
    """Which effect: item 0 is that of a step without ``for_each``."""

    step: StepId
    attempt: int
    item: int
    direction: Direction


class Hold(StrEnum):
    """How a cut stands."""

    SENT = "sent"
    STANDING = "standing"
    WITHDRAWING = "withdrawing"
    """What takes it back is under way, so it is not counted on."""


@dataclass(frozen=True)
class Cut:
    """One act that takes the credential's life. ``at`` and ``seq`` are those of its receipt, once it has one."""

    effect: Effecting
    hold: Hold
    at: datetime
    seq: int
    withdrawn_by: Effecting | None = None


@dataclass(frozen=True)
class Denial:
    """The refused calls since the last accepted one: the first, the last, and the one by the strongest means."""

    first: Backed
    last: Backed
    best: Backed


_NEVER = datetime.max.replace(tzinfo=UTC)
_AWS_KEYS, _END = ("AKIA", "ASIA"), 4
"""How AWS's key ids begin, and how many of their last characters tell one from others."""
STRENGTH: Mapping[Means, int] = {means: at for at, means in enumerate(reversed(Means))}
"""How much a means proves; more is stronger."""


@dataclass(frozen=True)
class Life:
    """All that the journal says of one credential. ``turns`` is never empty once anything happened to it."""

    credential: Credential
    cuts: tuple[Cut, ...] = ()
    denial: Denial | None = None
    quiet: Backed | None = None
    alive: Backed | None = None
    """The last accepted call since the cut."""
    risen: Backed | None = None
    """What makes it alive again, until it is denied or cut anew."""
    asked: Backed | None = None
    """The last look that asked whether it is alive, before or after any cut."""
    given: int | None = None
    """The receipt that gave it life on purpose, until it is cut again."""
    turns: tuple[Turn, ...] = ()

    @property
    def stage(self) -> Stage:
        """What the evidence comes to."""
        if not self.standing and not self.is_uncut:
            return Stage.REVOKE_SENT if any(cut.hold is Hold.SENT for cut in self.cuts) else Stage.LIVE
        if self.risen is not None:
            return Stage.ALIVE_AGAIN
        if self.denial is not None:
            return Stage.DENIED if self.quiet is None else Stage.PROVEN_DEAD
        if self.is_uncut:
            return Stage.LIVE
        return Stage.ACKNOWLEDGED if self.quiet is None else Stage.QUIET

    @property
    def is_uncut(self) -> bool:
        """Whether no plan ever cut it by name, nor gave it life."""
        return not self.cuts and self.given is None

    @property
    def standing(self) -> tuple[Cut, ...]:
        """The cuts that were acknowledged and not taken back."""
        return tuple(cut for cut in self.cuts if cut.hold is Hold.STANDING)

    @property
    def liveness(self) -> Liveness:
        """What the last look said."""
        if self.asked is None:
            return Liveness.UNKNOWN
        said = {Seen.ALIVE: Liveness.ACTIVE, Seen.DENIED: Liveness.INACTIVE}
        return said.get(self.asked.sighting.seen, Liveness.UNKNOWN)

    @property
    def by(self) -> Means | None:
        """The strongest means by which it was seen denied; None when it was not."""
        return self.denial.best.sighting.by if self.denial else None

    @property
    def events(self) -> tuple[int, ...]:
        """The events that back the stage: the receipts that hold, and what was seen."""
        seen = [self.quiet, self.alive, self.risen, self.asked if not self.standing else None]
        told = [each.seq for each in seen if each is not None] + ([self.given] if self.given is not None else [])
        told += [self.denial.first.seq, self.denial.best.seq, self.denial.last.seq] if self.denial else []
        counted = self.standing or self.cuts
        return tuple(sorted({*told, *(cut.seq for cut in counted), *(turn.seq for turn in self.turns[-1:])}))

    @property
    def rises(self) -> tuple[Turn, ...]:
        """Each time that it came to life again."""
        return tuple(turn for turn in self.turns if turn.stage is Stage.ALIVE_AGAIN)

    @property
    def name(self) -> str:
        """For people: its label, or kind and id; of a key always with its end, for a user has several."""
        label, ident = self.credential.label, self.credential.id
        if not label:
            return f"{self.credential.kind} {ident}"
        end = ident[-_END:] if ident.startswith(_AWS_KEYS) else ""
        return label if end in label else f"{label} …{end}"

    def since(self) -> Turn | None:
        """The turn that led to the stage it is in."""
        return self.turns[-1] if self.turns else None


def seen(life: Life, told: Backed, settle: timedelta, begun_seq: int) -> Life:
    """The life after a sighting. ``begun_seq``: the event after which the look was begun."""
    sighting = told.sighting
    if sighting.seen in {Seen.ALIVE, Seen.DENIED, Seen.UNKNOWN} and _is_newest(life.asked, sighting):
        life = replace(life, asked=told)
    if not life.is_uncut and not _is_after_cut(life, sighting, begun_seq):
        return life
    match sighting.seen:
        case Seen.ALIVE:
            return _alive(life, told, settle)
        case Seen.DENIED if life.alive is None or sighting.at > life.alive.sighting.at:
            return replace(life, denial=_denied(life.denial, told), risen=None)
        case Seen.QUIET if not _contradicted(life, told, settle):
            return replace(life, quiet=told)
        case _:
            return life


def turned(life: Life, turn: Turn) -> Life:
    """The life with the turn in its history, if the turn's stage is where it is now and it was not there before."""
    was = life.turns[-1].stage if life.turns else None
    return life if was is turn.stage else replace(life, turns=(*life.turns, turn))


def _is_newest(old: Backed | None, sighting: Sighting) -> bool:
    return old is None or sighting.at >= old.sighting.at


def _is_after_cut(life: Life, sighting: Sighting, begun_seq: int) -> bool:
    """Whether it was seen since the first cut that stands: by the times, or because the look was begun after it."""
    asked_by_irkit = sighting.by in {Means.PROBE, Means.SIMULATION}
    return any(sighting.at >= cut.at or (asked_by_irkit and begun_seq >= cut.seq) for cut in life.standing)


def _settled_at(life: Life, settle: timedelta) -> datetime:
    """From when on an accepted call is an alarm: counted from the first cut since the last alarm.

    Of what nobody cut by name it is counted from the first refusal.
    """
    if not life.standing:
        return life.denial.first.sighting.at + settle if life.denial else _NEVER
    rises = [turn.seq for turn in life.rises]
    cuts = [cut.at for cut in life.standing if not rises or cut.seq > rises[-1]] or [cut.at for cut in life.standing]
    return min(cuts) + settle


def _alive(life: Life, told: Backed, settle: timedelta) -> Life:
    """An accepted call ends the proofs that it is later than, or that it contradicts."""
    at, late = told.sighting.at, told.sighting.at >= _settled_at(life, settle)
    after_denial = life.denial is not None and at > life.denial.first.sighting.at
    still_denied = life.denial is not None and at < life.denial.last.sighting.at
    quiet = None if life.quiet is None or late or at > life.quiet.sighting.at else life.quiet
    life = replace(life, quiet=quiet, alive=told if _is_newest(life.alive, told.sighting) else life.alive)
    if after_denial and late:
        turn = Turn(Stage.ALIVE_AGAIN, at, "its provider", told.seq, told.sighting.says)
        life = replace(life, turns=(*life.turns, turn))
    if still_denied:
        return life if not after_denial or life.denial is None else replace(life, denial=_only_last(life.denial))
    return replace(life, denial=None, risen=told if after_denial and late else life.risen)


def _only_last(denial: Denial) -> Denial:
    return Denial(denial.last, denial.last, denial.last)


def _denied(denial: Denial | None, told: Backed) -> Denial:
    if denial is None:
        return Denial(told, told, told)
    stronger = STRENGTH[told.sighting.by] > STRENGTH[denial.best.sighting.by]
    return Denial(
        first=min(denial.first, told, key=_time),
        last=max(denial.last, told, key=_time),
        best=told if stronger else denial.best,
    )


def _time(told: Backed) -> datetime:
    return told.sighting.at


def _contradicted(life: Life, told: Backed, settle: timedelta) -> bool:
    """Whether an accepted call stands against the log's silence: a later one, or one that the same event tells."""
    alive = life.alive
    if alive is None:
        return False
    late = alive.sighting.at >= _settled_at(life, settle)
    return alive.sighting.at > told.sighting.at or (late and alive.seq >= told.seq)
