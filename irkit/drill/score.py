"""The score of a drill: what the responder came to believe, held against the truth. Pure.

``Truth`` is what a rehearsal tells its judges (``irkit.drill.world.truth``), ``Belief`` what a journal and its evidence
say (``irkit.drill.belief``). No number stands without its list: each miss names what was missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from irkit.contract import Frozen

WORKS = "works"
"""What a try with a credential gives when it gets through."""
KEY_DISABLED = "DisabledException"
"""What KMS answers to whoever uses a disabled key (KMS API reference, "Decrypt")."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Deed(_Told):
    """One call of the adversary's; ``error`` is empty when it went through."""

    id: str
    at: AwareDatetime
    call: str
    error: str = ""
    by: str = ""
    """As whom: a user's name, a role session's."""
    seen_from: AwareDatetime | None = None
    """From when on the log had it."""


class LeftDoor(_Told):
    """Something left behind so as to come in again."""

    kind: str
    name: str
    open: bool


class Refusal(_Told):
    """A call that an innocent job was refused."""

    at: AwareDatetime
    code: str
    says: str = ""


class Innocent(_Told):
    """An innocent job. With ``rides_on`` it acts as a suspect principal: cutting that one rightly stops it."""

    name: str
    principal: str
    rides_on: str = ""
    runs: int = 0
    refusals: tuple[Refusal, ...] = ()
    last_ok_at: str = ""

    def refused_since(self, at: datetime | None) -> tuple[Refusal, ...]:
        """What was refused to it after the responder's first act."""
        return tuple(one for one in self.refusals if at is not None and one.at >= at)

    @property
    def is_stopped(self) -> bool:
        """Whether its last run was refused."""
        last = max((one.at for one in self.refusals), default=None)
        return last is not None and (not self.last_ok_at or datetime.fromisoformat(self.last_ok_at) < last)

    def is_stopped_by(self, disabled: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether its last run was refused because a key is disabled whose card named it: see ``Belief.disabled``."""
        last = max(self.refusals, key=lambda one: one.at, default=None)
        if last is None or not self.is_stopped or last.code != KEY_DISABLED:
            return False
        return any(self._is_named(who) for key, named in disabled.items() if key in last.says for who in named)

    def _is_named(self, who: str) -> bool:
        """Whether a caller as questions show it (``user/ci``, ``ROLE/SESSION``) is this one."""
        kind, _, path = self.principal.rpartition(":")[2].partition("/")
        name, (head, _, tail) = path.rpartition("/")[2], who.partition("/")
        return tail.rpartition("/")[2] == name if kind == head == "user" else kind != "user" and head == name


class Truth(_Told):
    """What really happened. ``decrypts`` are the ids of the calls of the adversary's, or made for him, that opened."""

    scenario: str
    adversary: str
    seed: int
    alarm_at: AwareDatetime
    events: tuple[str, ...]
    decrypts: tuple[str, ...]
    after_alarm: tuple[Deed, ...]
    deeds: tuple[Deed, ...] = ()
    """Those before the alarm too."""
    doors: tuple[LeftDoor, ...]
    bystanders: tuple[Innocent, ...]
    harmless: bool = False
    """Whether nobody did anything and nothing had to be cut: a false alarm."""


class Belief(Frozen):
    """What the journal says. ``dead_at`` is when the last of the credentials that were cut was proven dead."""

    first_act_at: datetime | None = None
    dead_at: datetime | None = None
    cut: tuple[str, ...] = ()
    """The ids of the credentials that were cut."""
    undead: tuple[str, ...] = ()
    """Those of them that were not proven dead, with the stage they are in."""
    decrypts: frozenset[str] | None = None
    """The event ids of the decrypts that it lays to the intruder; None when nothing asked for them."""
    ended: bool = False
    """Whether every step ended well."""
    how: str = ""
    """How the run ended, in words."""
    seen: Mapping[str, datetime] = {}
    """When each event id first stood in the incident's evidence."""
    unapproved: tuple[str, ...] = ()
    """Irreversible plans that were carried out without the approvals that they need."""
    unconfirmed: tuple[str, ...] = ()
    """The confirming steps that were left out, with the reasons."""
    disabled: Mapping[str, tuple[str, ...]] = {}
    """The ARNs of the KMS keys that were disabled, as somebody chose, with who was named to them as stopping by it."""


class Score(Frozen):
    """How a drill went. Lists name what the numbers count."""

    runbook: str
    adversary: str
    seed: int
    ended: bool
    how: str
    works: tuple[str, ...]
    """The adversary's credentials that still get through, at the end."""
    open_doors: tuple[str, ...]
    time_to_act: timedelta | None = None
    """From the alarm until the responder's first act; None when there was none."""
    time_to_dead: timedelta | None
    """From the responder's first act until the last credential was proven dead; None when one was not."""
    undead: tuple[str, ...]
    died_too_soon: tuple[str, ...]
    """Accepted calls of the adversary's later than the time at which all was believed dead."""
    after_first_act: tuple[str, ...]
    """The adversary's accepted calls since the responder's first act."""
    missed: tuple[str, ...]
    """Decrypts of the adversary's that were not found: when each was made, stood in the log, and in the evidence."""
    invented: tuple[str, ...]
    """Decrypts that were laid to him, and are not his."""
    made: int
    found: int
    stopped: tuple[str, ...]
    """Innocent principals that cannot do their work any more."""
    chosen: tuple[str, ...] = ()
    """Those that cannot since a key is disabled, as the responder chose while they were named on the card."""
    hindered: tuple[str, ...]
    """Innocent principals that were refused something on the way, and work again."""
    spilled: tuple[str, ...]
    """Secrets that stand where they must not."""
    refused_orders: tuple[str, ...] = ()
    """What people ordered that the rules do not allow, and was refused."""
    unapproved: tuple[str, ...] = ()
    """Irreversible plans that were carried out without the approvals that they need."""
    unconfirmed: tuple[str, ...] = ()
    """What nobody would confirm, with the reasons."""
    needless: tuple[str, ...] = ()
    """What was cut in a false alarm."""
    injected: tuple[str, ...] = ()
    """What was made to go wrong, and what came of it."""

    @property
    def is_contained(self) -> bool:
        """Whether nothing of the adversary's gets through."""
        return not self.works and not self.open_doors

    @property
    def recall(self) -> float:
        """The share of his decrypts that was found; 1 when he made none."""
        return self.found / self.made if self.made else 1.0

    @property
    def precision(self) -> float:
        """The share of what was found that is his; 1 when nothing was found."""
        told = self.found + len(self.invented)
        return self.found / told if told else 1.0

    @property
    def losses(self) -> tuple[str, ...]:
        """Why it is no win, in words; empty for a win."""
        return tuple(
            f"{what}: {', '.join(each[:_SHOWN])}" + (f" and {len(each) - _SHOWN} more" if len(each) > _SHOWN else "")
            for what, each in {
                "the run did not end": () if self.ended else (self.how,),
                "still gets through": self.works,
                "back doors open": self.open_doors,
                "not proven dead": self.undead,
                "acted after all was believed dead": self.died_too_soon,
                "decrypts missed": _told(self.missed, self.made),
                "decrypts invented": _told(self.invented, self.found + len(self.invented)),
                "innocents stopped": self.stopped,
                "secrets spilled": self.spilled,
                "carried out unapproved": self.unapproved,
                "cut without cause": self.needless,
            }.items()
            if each
        )

    @property
    def is_win(self) -> bool:
        """Whether the runbook beat the adversary."""
        return not self.losses


_SHOWN = 4


def _told(events: tuple[str, ...], of: int) -> tuple[str, ...]:
    """How many of how many: ids say nothing in a sentence, and stand one by one in the page and in JSON."""
    return (f"{len(events)} of {of}",) if events else ()


class Aside(Frozen):
    """What is known of a drill beside truth and belief."""

    spilled: tuple[str, ...] = ()
    refused_orders: tuple[str, ...] = ()
    injected: tuple[str, ...] = ()


def scored(runbook: str, truth: Truth, tries: Mapping[str, str], belief: Belief, aside: Aside) -> Score:
    """The score. ``tries`` is what each credential of the adversary's gets at the end: ``works``, or a refusal."""
    through = [deed for deed in truth.after_alarm if not deed.error]
    first, dead = belief.first_act_at, belief.dead_at
    theirs, told = set(truth.decrypts), belief.decrypts or frozenset()
    jobs = [one for one in truth.bystanders if not one.rides_on]
    chosen = [one for one in jobs if one.is_stopped_by(belief.disabled)]
    stopped = [one for one in jobs if one.is_stopped and one not in chosen]
    hit = [one for one in jobs if one.refused_since(first) and one not in (*stopped, *chosen)]
    return Score(
        runbook=runbook,
        adversary=truth.adversary,
        seed=truth.seed,
        ended=belief.ended,
        how=belief.how,
        works=tuple(name for name, got in tries.items() if got == WORKS),
        open_doors=tuple(f"{door.kind} {door.name}" for door in truth.doors if door.open),
        time_to_act=first - truth.alarm_at if first is not None else None,
        time_to_dead=dead - first if dead is not None and first is not None and not belief.undead else None,
        undead=() if truth.harmless and not belief.cut else belief.undead,
        died_too_soon=tuple(_deed(deed) for deed in through if dead is not None and deed.at > dead),
        after_first_act=tuple(_deed(deed) for deed in through if first is not None and deed.at > first),
        missed=tuple(_missed(each, truth, belief) for each in dict.fromkeys(truth.decrypts) if each not in told),
        invented=tuple(sorted(told - theirs)),
        made=len(theirs),
        found=len(theirs & told),
        stopped=tuple(_innocent(one, first) for one in stopped),
        chosen=tuple(_innocent(one, first) for one in chosen),
        hindered=tuple(_innocent(one, first) for one in hit),
        spilled=aside.spilled,
        refused_orders=aside.refused_orders,
        unapproved=belief.unapproved,
        unconfirmed=belief.unconfirmed,
        needless=belief.cut if truth.harmless else (),
        injected=aside.injected,
    )


def _deed(deed: Deed) -> str:
    return f"{deed.call} at {deed.at:%H:%M:%SZ} ({deed.id})"


def _missed(event: str, truth: Truth, belief: Belief) -> str:
    deed = next((each for each in truth.deeds if each.id == event), None)
    if deed is None:
        return event
    logged = f", in the log from {deed.seen_from:%H:%M:%SZ}" if deed.seen_from else ""
    at = belief.seen.get(event)
    return f"{event} of {deed.at:%H:%M:%SZ}{logged}, {f'in the evidence at {at:%H:%M:%SZ}' if at else 'never seen'}"


def _innocent(one: Innocent, first: datetime | None) -> str:
    refused = one.refused_since(first) or one.refusals
    return f"{one.name} as {one.principal}: refused {len(refused)} times, {refused[-1].code}" if refused else one.name
