"""``fold(events)``: what all screens, the engine and the report know of an incident. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import singledispatch

from pydantic import JsonValue

from irkit.contract import Effect, Plan, Proof, Receipt, Standing
from irkit.incident import events as ev
from irkit.incident.events import Direction, PlanHash, Recorded, StepId
from irkit.incident.lives import Lives, told


class Phase(StrEnum):
    """Where a step is in its life. Which *to-do* step may run is ``irkit.engine.ready``'s question."""

    TODO = "todo"
    STARTED = "started"
    """Reading or planning."""
    ASKING = "asking"
    """A human step has its question on the screen."""
    PLANNED = "planned"
    """The plan is shown; the gate is open or not by ``irkit.engine.approval``."""
    APPLYING = "applying"
    """Intent is on disk, the receipt is not (for at least one item)."""
    VERIFYING = "verifying"
    """All receipts are on disk, proof is not."""
    DONE = "done"
    PREVIEWED = "previewed"
    FAILED = "failed"
    POSTPONED = "postponed"
    SKIPPED = "skipped"
    OMITTED = "omitted"
    IN_DOUBT = "in_doubt"
    UNDONE = "undone"


class ItemPhase(StrEnum):
    """The life of one item's effect within an attempt."""

    TODO = "todo"
    INTENDED = "intended"
    IN_DOUBT = "in_doubt"
    APPLIED = "applied"
    PROVEN = "proven"
    FAILED = "failed"


@dataclass(frozen=True)
class ItemState:
    """One item's effect (item None of a step without ``for_each`` is index 0)."""

    phase: ItemPhase = ItemPhase.TODO
    receipt: Receipt | None = None
    seen: str = ""
    standing: Standing | None = None
    """What the last probe of an effect in doubt saw."""
    found: Receipt | None = None
    """The receipt which that probe could write."""
    probed: bool = False


@dataclass(frozen=True)
class Approval:
    """Who approved which plan, when."""

    by: ev.Actor
    plan_hash: PlanHash
    at: datetime
    phrase_typed: bool


@dataclass(frozen=True)
class StepState:
    """All that the journal says of one step."""

    phase: Phase = Phase.TODO
    direction: Direction = Direction.DO
    attempt: int = 0
    effect: Effect | None = None
    plans: tuple[Plan, ...] = ()
    plan_hash: PlanHash | None = None
    approvals: tuple[Approval, ...] = ()
    """Only those of the current plan: a new plan empties it."""
    items: tuple[ItemState, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    """What an undo works from, one an item: of an effect that took several attempts, the receipt of the first."""
    parts: Mapping[int, Receipt] = field(default_factory=dict)
    """By item, the receipt of the first attempt that carried out something and was planned again: wholly or in part."""
    results: tuple[Mapping[str, JsonValue], ...] | None = None
    can_revert: bool = False
    many: bool = False
    """True for a ``for_each`` step, so that its result is a list even of one."""
    summary: str = ""
    error: str = ""
    hint: str = ""
    reason: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    again_at: datetime | None = None
    undo_asked: bool = False
    undo_asked_by: ev.Actor | None = None
    """Who asked for the undo that is under way; kept until it has ended."""
    has_cut: bool = False
    """Whether something that it carried out, and that was not undone, took a credential's life."""
    last_seq: int = 0


@dataclass(frozen=True)
class IncidentState:
    """The fold of an incident's journal."""

    opened: ev.IncidentOpened | None = None
    opened_at: datetime | None = None
    steps: Mapping[StepId, StepState] = field(default_factory=dict)
    notes: tuple[Recorded, ...] = ()
    evidence: tuple[Recorded, ...] = ()
    refused: tuple[Recorded, ...] = ()
    """The approvals that were tried and refused (``OrderRefused``)."""
    lives: Lives = field(default_factory=Lives)
    """The life of each credential that the journal names."""
    runner: ev.RunnerStarted | None = None
    aborted: str | None = None
    closed: str | None = None
    closed_at: datetime | None = None
    seq: int = 0
    head: str = ""

    def step(self, step: StepId) -> StepState:
        """The state of a step; of one that nothing was recorded of, the initial state."""
        return self.steps.get(step, StepState())


def fold(records: Iterable[Recorded], state: IncidentState | None = None) -> IncidentState:
    """Fold records, in order, onto ``state`` (a new incident's without one)."""
    now = state or IncidentState()
    for record in records:
        lives = told(now.lives, record)
        now = replace(_apply(record.event, record, now), seq=record.seq, head=record.hash, lives=lives)
    return now


def _with(state: IncidentState, step: StepId, record: Recorded, new: StepState) -> IncidentState:
    return replace(state, steps={**state.steps, step: replace(new, last_seq=record.seq)})


def _item(step: StepState, index: int | None, change: Callable[[ItemState], ItemState]) -> StepState:
    at = index or 0
    items = step.items or (ItemState(),)
    return replace(step, items=(*items[:at], change(items[at]), *items[at + 1 :]))


@singledispatch
def _apply(event: object, record: Recorded, state: IncidentState) -> IncidentState:  # noqa: ARG001 - the other kinds use it
    """Events that change no state (calls made) fall through here."""
    return state


@_apply.register
def _(event: ev.IncidentOpened, record: Recorded, state: IncidentState) -> IncidentState:
    """The first one counts: neither the mode nor the plan of an incident can change."""
    return state if state.opened is not None else replace(state, opened=event, opened_at=record.at)


@_apply.register
def _(event: ev.RunnerStarted, record: Recorded, state: IncidentState) -> IncidentState:
    """A new runner: what the last one left open is lost (readings) or in doubt (effects)."""
    for step_id, step in state.steps.items():
        state = _with(state, step_id, record, _orphaned(step)) if _orphaned(step) is not step else state
    return replace(state, runner=event)


def _orphaned(step: StepState) -> StepState:
    if step.phase is Phase.STARTED:
        undoing = step.direction is Direction.UNDO
        return replace(step, phase=Phase.DONE if undoing else Phase.TODO, undo_asked=undoing)
    if step.phase is Phase.IN_DOUBT:
        return replace(step, items=tuple(replace(i, probed=False) for i in step.items))
    if step.phase is Phase.APPLYING:
        items = tuple(replace(i, phase=ItemPhase.IN_DOUBT) if i.phase is ItemPhase.INTENDED else i for i in step.items)
        doubtful = any(i.phase is ItemPhase.IN_DOUBT for i in items)
        return replace(step, items=items, phase=Phase.IN_DOUBT if doubtful else Phase.APPLYING)
    return step


@_apply.register
def _(event: ev.RunnerStopped, record: Recorded, state: IncidentState) -> IncidentState:  # noqa: ARG001
    return replace(state, runner=None)


@_apply.register
def _(event: ev.StepStarted, record: Recorded, state: IncidentState) -> IncidentState:
    old = state.step(event.step)
    new = replace(
        old,
        phase=Phase.ASKING if event.effect is Effect.HUMAN else Phase.STARTED,
        direction=event.direction,
        attempt=event.attempt,
        effect=event.effect,
        many=event.items is not None,
        started_at=old.started_at if event.direction is Direction.UNDO else record.at,
        ended_at=None,
        plans=(),
        plan_hash=None,
        approvals=(),
        items=(),
        error="",
        hint="",
        undo_asked=False,
    )
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.StepPlanned, record: Recorded, state: IncidentState) -> IncidentState:
    new = replace(
        state.step(event.step),
        phase=Phase.PLANNED,
        direction=event.direction,
        attempt=event.attempt,
        effect=event.effect,
        plans=event.plans,
        plan_hash=event.plan_hash,
        can_revert=event.can_revert or event.direction is Direction.UNDO,
        approvals=(),
        items=tuple(ItemState() for _ in event.plans),
    )
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.ApprovalGiven, record: Recorded, state: IncidentState) -> IncidentState:
    step = state.step(event.step)
    if event.plan_hash != step.plan_hash:
        return state
    given = Approval(record.actor, event.plan_hash, record.at, event.phrase_typed)
    return _with(state, event.step, record, replace(step, approvals=(*step.approvals, given)))


@_apply.register
def _(event: ev.OrderRefused, record: Recorded, state: IncidentState) -> IncidentState:  # noqa: ARG001
    return replace(state, refused=(*state.refused, record))


@_apply.register
def _(event: ev.EffectIntended, record: Recorded, state: IncidentState) -> IncidentState:
    step = _item(state.step(event.step), event.item, lambda i: replace(i, phase=ItemPhase.INTENDED))
    cuts = event.direction is Direction.DO and any(plan.cuts for plan in step.plans)
    return _with(state, event.step, record, replace(step, phase=Phase.APPLYING, has_cut=step.has_cut or cuts))


@_apply.register
def _(event: ev.EffectDone, record: Recorded, state: IncidentState) -> IncidentState:
    step = _item(
        state.step(event.step), event.item, lambda i: replace(i, phase=ItemPhase.APPLIED, receipt=event.receipt)
    )
    return _with(state, event.step, record, _settled(step))


def _settled(step: StepState) -> StepState:
    """The phase that follows from the items: in doubt while one is, verifying when all have a receipt."""
    phases = {i.phase for i in step.items}
    if ItemPhase.IN_DOUBT in phases:
        return replace(step, phase=Phase.IN_DOUBT)
    if phases <= {ItemPhase.APPLIED, ItemPhase.PROVEN}:
        return replace(step, phase=Phase.VERIFYING)
    return replace(step, phase=Phase.APPLYING)


@_apply.register
def _(event: ev.EffectFailed, record: Recorded, state: IncidentState) -> IncidentState:
    """Known not to have happened: failed. Anything else is in doubt."""
    sure = event.standing is Standing.UNTOUCHED
    phase = ItemPhase.FAILED if sure else ItemPhase.IN_DOUBT
    step = _item(
        state.step(event.step),
        event.item,
        lambda i: replace(i, phase=phase, seen=event.message, standing=event.standing),
    )
    step = replace(step, phase=Phase.FAILED if sure else Phase.IN_DOUBT, error=event.message)
    return _with(state, event.step, record, step)


@_apply.register
def _(event: ev.EffectVerified, record: Recorded, state: IncidentState) -> IncidentState:
    phase = ItemPhase.PROVEN if event.proof is Proof.PROVEN else ItemPhase.APPLIED
    step = _item(state.step(event.step), event.item, lambda i: replace(i, phase=phase, seen=event.seen))
    return _with(state, event.step, record, step)


@_apply.register
def _(event: ev.DoubtProbed, record: Recorded, state: IncidentState) -> IncidentState:
    step = _item(
        state.step(event.step),
        event.item,
        lambda i: replace(i, standing=event.standing, seen=event.seen, found=event.receipt, probed=True),
    )
    return _with(state, event.step, record, step)


@_apply.register
def _(event: ev.DoubtResolved, record: Recorded, state: IncidentState) -> IncidentState:
    """*Was done* takes the receipt the probe found; *was not done* puts the item back; *plan again* starts over."""
    step = state.step(event.step)
    match event.resolution:
        case ev.Resolution.WAS_DONE:
            step = _item(step, event.item, lambda i: replace(i, phase=ItemPhase.APPLIED, receipt=i.found))
            return _with(state, event.step, record, _settled(step))
        case ev.Resolution.WAS_NOT_DONE:
            step = _item(step, event.item, lambda i: replace(i, phase=ItemPhase.TODO, probed=False))
            return _with(state, event.step, record, _settled(step))
        case ev.Resolution.PLAN_AGAIN:
            back = Phase.DONE if step.direction is Direction.UNDO else Phase.TODO
            step = replace(step, phase=back, parts=_parts(step), items=(), plans=(), plan_hash=None, approvals=())
            return _with(state, event.step, record, replace(step, undo_asked=step.direction is Direction.UNDO))


def _parts(step: StepState) -> Mapping[int, Receipt]:
    """What is known of effects that are about to be planned again: their receipts, or what a probe could tell."""
    if step.direction is Direction.UNDO:
        return step.parts
    carried_out = {
        at: receipt
        for at, (item, plan) in enumerate(zip(step.items, step.plans, strict=False))
        if (receipt := item.receipt or (item.found if item.standing is Standing.BETWEEN else None)) and plan.changes
    }
    return {**carried_out, **step.parts}


@_apply.register
def _(event: ev.EvidenceKept, record: Recorded, state: IncidentState) -> IncidentState:  # noqa: ARG001
    return replace(state, evidence=(*state.evidence, record))


@_apply.register
def _(event: ev.StepDone, record: Recorded, state: IncidentState) -> IncidentState:
    step = state.step(event.step)
    receipts = tuple(step.parts.get(at, i.receipt) for at, i in enumerate(step.items) if i.receipt is not None)
    new = replace(
        step,
        phase=Phase.DONE,
        direction=Direction.DO,
        attempt=event.attempt,
        results=event.results,
        receipts=receipts,
        parts={},
        summary=event.summary,
        ended_at=record.at,
    )
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.StepPreviewed, record: Recorded, state: IncidentState) -> IncidentState:
    return _with(state, event.step, record, replace(state.step(event.step), phase=Phase.PREVIEWED, ended_at=record.at))


@_apply.register
def _(event: ev.StepFailed, record: Recorded, state: IncidentState) -> IncidentState:
    new = replace(state.step(event.step), phase=Phase.FAILED, error=event.message, hint=event.hint, ended_at=record.at)
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.StepPostponed, record: Recorded, state: IncidentState) -> IncidentState:
    """What is in doubt is looked at again when the time comes."""
    step = state.step(event.step)
    items = tuple(replace(i, probed=False) for i in step.items)
    new = replace(step, phase=Phase.POSTPONED, items=items, error=event.message, again_at=event.again_at)
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.StepSkipped, record: Recorded, state: IncidentState) -> IncidentState:
    """A skipped undo is given up with its plan: what was done stays done."""
    step = state.step(event.step)
    new = replace(step, phase=Phase.SKIPPED, reason=event.reason, ended_at=record.at)
    if step.direction is Direction.UNDO:
        new = replace(new, phase=Phase.DONE, direction=Direction.DO, plans=(), plan_hash=None, approvals=(), items=())
        new = replace(new, undo_asked_by=None)
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.StepOmitted, record: Recorded, state: IncidentState) -> IncidentState:
    new = replace(state.step(event.step), phase=Phase.OMITTED, reason=event.because, ended_at=record.at)
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.StepUndone, record: Recorded, state: IncidentState) -> IncidentState:
    new = replace(
        state.step(event.step),
        phase=Phase.UNDONE,
        direction=Direction.DO,
        results=None,
        ended_at=record.at,
        undo_asked_by=None,
        has_cut=False,
    )
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.RetryAsked, record: Recorded, state: IncidentState) -> IncidentState:
    """Back to the start; a failed undo goes back to *done, undo asked*; an effect in doubt is only probed again."""
    step = state.step(event.step)
    if step.phase is Phase.IN_DOUBT:
        return _with(state, event.step, record, _orphaned(step))
    undoing = step.direction is Direction.UNDO
    new = replace(
        step,
        phase=Phase.DONE if undoing else Phase.TODO,
        undo_asked=undoing,
        parts=_parts(step),
        items=(),
        plans=(),
        plan_hash=None,
        approvals=(),
        error="",
        hint="",
        reason="",
        again_at=None,
    )
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.UndoAsked, record: Recorded, state: IncidentState) -> IncidentState:
    asked = replace(state.step(event.step), undo_asked=True, undo_asked_by=record.actor, reason=event.reason)
    return _with(state, event.step, record, asked)


@_apply.register
def _(event: ev.DecisionGiven, record: Recorded, state: IncidentState) -> IncidentState:
    said = event.answer.get("choice") or event.answer.get("text") or _picked(event.answer.get("picked"))
    new = replace(
        state.step(event.step),
        phase=Phase.DONE,
        results=(event.answer,),
        summary=str(said),
        reason=event.reason,
        ended_at=record.at,
    )
    return _with(state, event.step, record, new)


@_apply.register
def _(event: ev.NoteAdded, record: Recorded, state: IncidentState) -> IncidentState:  # noqa: ARG001
    return replace(state, notes=(*state.notes, record))


@_apply.register
def _(event: ev.IncidentAborted, record: Recorded, state: IncidentState) -> IncidentState:  # noqa: ARG001
    return replace(state, aborted=event.reason)


@_apply.register
def _(event: ev.IncidentClosed, record: Recorded, state: IncidentState) -> IncidentState:
    return replace(state, closed=event.outcome, closed_at=record.at)


def _picked(names: object) -> str:
    """What was picked from a list, by the end of each name; a bare confirmation where nothing could be picked."""
    if not isinstance(names, list):
        return "confirmed"
    return ", ".join(str(each).rpartition(":")[2] for each in names) or "none picked"
