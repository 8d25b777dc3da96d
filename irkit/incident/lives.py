"""``lives(records)``: the fold of a journal into the life of each credential that it names. Pure.

A credential is known from the first plan that cuts it, or from the first sighting of it. An intent of a plan that cuts
it is *revoke sent*, its receipt *acknowledged*; sightings, in what verifying showed and in the field ``sightings`` of a
reading's result, do the rest (``irkit.incident.life``). An undo ends the cuts of the step that it undoes; a plan that
revives a credential ends all of them. The incident's state holds the same fold (``IncidentState.lives``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from pydantic import JsonValue, TypeAdapter, ValidationError

from irkit.contract import Credential, CredentialKind, Plan, Receipt, Sighting, Standing
from irkit.incident import events as ev
from irkit.incident.events import Direction, Recorded, StepId
from irkit.incident.life import Backed, Cut, Effecting, Hold, Life, Stage, Turn, seen, turned

Key = tuple[CredentialKind, str]

_SIGHTINGS = TypeAdapter(tuple[Sighting, ...])
_TIME = TypeAdapter(datetime)
PROVIDER = "its provider"


@dataclass(frozen=True)
class Lives:
    """The lives of all credentials, in the order in which the journal first names them.

    The rest is what the fold needs to go on: each step's plans, the event after which its look was begun, and the
    receipts that probes found.
    """

    of: Mapping[Key, Life] = field(default_factory=dict)
    settle: timedelta = timedelta(seconds=15)
    plans: Mapping[StepId, tuple[Plan, ...]] = field(default_factory=dict)
    begun: Mapping[StepId, int] = field(default_factory=dict)
    found: Mapping[Effecting, Receipt] = field(default_factory=dict)
    halved: frozenset[Effecting] = frozenset()
    """Effects that a lost process carried out in part; what they cut stays *sent* until the step is done after all."""

    def __iter__(self) -> Iterator[Life]:
        return iter(self.of.values())

    def __len__(self) -> int:
        return len(self.of)

    def get(self, kind: CredentialKind, ident: str) -> Life | None:
        """The life of one credential, by its kind and its id."""
        return self.of.get((kind, ident))

    def risen(self) -> tuple[Life, ...]:
        """Those that are alive again now."""
        return tuple(life for life in self if life.stage is Stage.ALIVE_AGAIN)


def lives(records: Iterable[Recorded], onto: Lives | None = None) -> Lives:
    """Fold records, in order, onto ``onto`` (nothing without one)."""
    now = onto or Lives()
    for record in records:
        now = told(now, record)
    return now


def told(now: Lives, record: Recorded) -> Lives:
    """The lives after one more event; the very same object when it says nothing of any credential."""
    event = record.event
    match event:
        case ev.IncidentOpened():
            return replace(now, settle=timedelta(seconds=event.settle_s))
        case ev.StepStarted():
            return replace(now, begun={**now.begun, event.step: record.seq})
        case ev.StepPlanned():
            return _planned(now, event, record)
        case ev.EffectVerified():
            return _sighted(now, event.step, event.sightings, record)
        case ev.StepDone():
            return _sighted(now, event.step, _sightings(event.results), record)
        case ev.EffectIntended() | ev.EffectDone() | ev.EffectFailed() | ev.DoubtProbed() | ev.DoubtResolved():
            return _effected(now, event, record)
        case _:
            return now


_Effect = ev.EffectIntended | ev.EffectDone | ev.EffectFailed | ev.DoubtProbed | ev.DoubtResolved


def _effected(now: Lives, event: _Effect, record: Recorded) -> Lives:
    effect = Effecting(event.step, event.attempt, event.item or 0, event.direction)
    match event:
        case ev.EffectIntended():
            return _intended(now, effect, record)
        case ev.EffectDone():
            done = _done(now, effect, event.receipt, record)
            return replace(done, begun={**done.begun, event.step: record.seq})
        case ev.EffectFailed() if event.standing is Standing.UNTOUCHED:
            return _not_done(now, effect, record, event.message)
        case ev.DoubtProbed() if event.receipt is not None:
            return replace(now, found={**now.found, effect: event.receipt})
        case ev.DoubtResolved():
            return _resolved(now, effect, event.resolution, record)
        case _:
            return now


@dataclass(frozen=True)
class _Why:
    """What may turn a life, and why: by the provider's time where ``at`` is given, else by the event's own."""

    record: Recorded
    words: str
    at: datetime | None = None

    def turn(self, stage: Stage) -> Turn:
        at, clock = (self.at, PROVIDER) if self.at is not None else (self.record.at, self.record.at_source)
        return Turn(stage, at, clock, self.record.seq, self.words)


def _key(credential: Credential) -> Key:
    return credential.kind, credential.id


def _change(now: Lives, credential: Credential, change: Callable[[Life], Life], why: _Why) -> Lives:
    """Change one life, and note the turn if its stage is another one by that."""
    was = now.of.get(_key(credential)) or Life(credential)
    if credential.label and not was.credential.label:
        was = replace(was, credential=credential)
    new = change(was)
    return replace(now, of={**now.of, _key(credential): turned(new, why.turn(new.stage))})


def _same(life: Life) -> Life:
    return life


def _without(life: Life, gone: Callable[[Cut], bool]) -> Life:
    return replace(life, cuts=tuple(cut for cut in life.cuts if not gone(cut)))


def _planned(now: Lives, event: ev.StepPlanned, record: Recorded) -> Lives:
    """What is planned to be cut is known from here on; an older intent of the step that did nothing is looked past."""
    now = replace(now, plans={**now.plans, event.step: event.plans})
    for plan in event.plans:
        for credential in plan.cuts:
            now = _change(now, credential, _same, _Why(record, f"{event.step} is to cut it"))

    def unsent(cut: Cut) -> bool:
        return cut.effect.step == event.step and cut.hold is Hold.SENT and cut.effect not in now.halved

    anew = _Why(record, f"{event.step} was planned anew")
    for life in list(now):
        if any(map(unsent, life.cuts)):
            now = _change(now, life.credential, partial(_without, gone=unsent), anew)
    return now


def _plan(now: Lives, effect: Effecting) -> Plan | None:
    plans = now.plans.get(effect.step, ())
    return plans[effect.item] if effect.item < len(plans) else None


def _intended(now: Lives, effect: Effecting, record: Recorded) -> Lives:
    plan = _plan(now, effect)
    for credential in plan.cuts if plan else ():
        cut = Cut(effect, Hold.SENT, record.at, record.seq)
        now = _change(now, credential, partial(_sent, cut=cut), _Why(record, f"{effect.step} begins"))
    for life in _revived(now, effect, plan):
        back = _Why(record, f"{effect.step} begins to give it back")
        now = _change(now, life.credential, partial(_withdraw, effect=effect), back)
    return now


def _sent(life: Life, cut: Cut) -> Life:
    return replace(life, cuts=(*life.cuts, cut), given=None)


def _revived(now: Lives, effect: Effecting, plan: Plan | None) -> list[Life]:
    """The lives that the effect gives back: those its plan names, and, of an undo, those its step had cut."""
    named = {_key(credential) for credential in plan.revives} if plan else set()
    undone = effect.direction is Direction.UNDO
    return [
        life
        for key, life in now.of.items()
        if key in named or (undone and any(_undoes(effect, cut.effect) for cut in life.cuts))
    ]


def _undoes(undo: Effecting, done: Effecting) -> bool:
    return (undo.step, undo.item) == (done.step, done.item) and done.direction is Direction.DO


def _withdraw(life: Life, effect: Effecting) -> Life:
    """Count no longer on the cuts that ``effect`` takes back: its own step's for an undo, else all."""
    undone = effect.direction is Direction.UNDO
    cuts = tuple(
        replace(cut, hold=Hold.WITHDRAWING, withdrawn_by=effect)
        if cut.hold is Hold.STANDING and (not undone or _undoes(effect, cut.effect))
        else cut
        for cut in life.cuts
    )
    return _anew(replace(life, cuts=cuts))


def _anew(life: Life) -> Life:
    """With nothing proven: what was seen belongs to the cuts as they were."""
    return replace(life, denial=None, quiet=None, risen=None)


def _done(now: Lives, effect: Effecting, receipt: Receipt, record: Recorded) -> Lives:
    plan, at = _plan(now, effect), _told_at(receipt)
    why = _Why(record, receipt.summary, at)
    for credential in dict.fromkeys((*(plan.cuts if plan else ()), *_cut_before(now, effect))):
        cut = Cut(effect, Hold.STANDING, at or record.at, record.seq)
        now = _change(now, credential, partial(_acknowledged, cut=cut), why)
    for credential in plan.revives if plan else ():
        now = _change(now, credential, partial(_given, seq=record.seq), why)

    def withdrawn(cut: Cut) -> bool:
        return cut.withdrawn_by == effect

    for life in list(now):
        if any(map(withdrawn, life.cuts)):
            now = _change(now, life.credential, partial(_given_back, gone=withdrawn, seq=record.seq), why)
    return now


def _given(life: Life, seq: int) -> Life:
    """Given life on purpose, unless another cut still stands."""
    return life if life.standing else replace(_anew(life), alive=None, given=seq)


def _given_back(life: Life, gone: Callable[[Cut], bool], seq: int) -> Life:
    """Without the cuts that were taken back; given life on purpose when none is left."""
    left = _without(life, gone)
    return left if left.cuts else _given(left, seq)


def _acknowledged(life: Life, cut: Cut) -> Life:
    """With the cut's receipt. What was seen before the first one says nothing of it; an alarm is answered."""
    others = tuple(each for each in life.cuts if each.effect != cut.effect and not _is_part(each, cut.effect))
    if not life.standing:
        life = replace(_anew(life), alive=None)
    life = replace(life, cuts=(*others, cut), given=None)
    return _anew(life) if life.risen is not None else life


def _cut_before(now: Lives, effect: Effecting) -> list[Credential]:
    """What a part of the effect cut that an earlier attempt of the step carried out."""
    return [life.credential for life in now if any(_is_part(cut, effect) for cut in life.cuts)]


def _is_part(cut: Cut, effect: Effecting) -> bool:
    made = cut.effect
    is_same_work = (made.step, made.item, made.direction) == (effect.step, effect.item, effect.direction)
    return is_same_work and cut.hold is Hold.SENT and made.attempt < effect.attempt


def _not_done(now: Lives, effect: Effecting, record: Recorded, why: str) -> Lives:
    """The effect did not happen: its intent is void, and what it would have taken back holds."""

    def mend(life: Life) -> Life:
        cuts = tuple(
            replace(cut, hold=Hold.STANDING, withdrawn_by=None) if cut.withdrawn_by == effect else cut
            for cut in life.cuts
            if not (cut.effect == effect and cut.hold is Hold.SENT)
        )
        return replace(life, cuts=cuts)

    for life in list(now):
        if any(effect in {cut.effect, cut.withdrawn_by} for cut in life.cuts):
            now = _change(now, life.credential, mend, _Why(record, f"{effect.step}: {why}"))
    return now


def _resolved(now: Lives, effect: Effecting, resolution: ev.Resolution, record: Recorded) -> Lives:
    """*Was done*: the receipt that the probe found counts. *Was not done*: the intent is void. Else it stays open."""
    receipt = now.found.get(effect)
    if resolution is ev.Resolution.WAS_DONE and receipt is not None:
        return _done(now, effect, receipt, record)
    if resolution is ev.Resolution.WAS_NOT_DONE:
        return _not_done(now, effect, record, "it was not done")
    if resolution is ev.Resolution.PLAN_AGAIN and receipt is not None:
        return replace(now, halved=now.halved | {effect})
    return now


def _told_at(receipt: Receipt) -> datetime | None:
    """The provider's time of an effect, where its result tells it in ``at``."""
    try:
        at = _TIME.validate_python(receipt.result.get("at"))
    except ValidationError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def _sightings(results: Iterable[Mapping[str, JsonValue]]) -> tuple[Sighting, ...]:
    """The sightings that results tell; a field of that name which holds something else tells none."""
    every: list[Sighting] = []
    for result in results:
        try:
            every += _SIGHTINGS.validate_python(result.get("sightings", ()))
        except ValidationError:
            continue
    return tuple(every)


def _sighted(now: Lives, step: StepId, sightings: Iterable[Sighting], record: Recorded) -> Lives:
    begun = now.begun.get(step, 0)
    for each in sightings:
        look = partial(seen, told=Backed(each, record.seq), settle=now.settle, begun_seq=begun)
        now = _change(now, each.credential, look, _Why(record, each.says, each.at))
    return now
