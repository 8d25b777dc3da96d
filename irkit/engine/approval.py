"""The one choke point: may this plan be carried out now? Pure, and closed unless everything it asks for is there.

``EffectIntended`` is appended in one place only (``irkit.engine.attempt``), with ``gate_guard`` asked under the
journal's write lock. No effect is applied without that event. Whoever approves, from a screen, a command or a script
of a drill, does so through ``approval_guard``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from irkit.contract import Effect
from irkit.counted import counted
from irkit.errors import ApprovalInvalid, ApprovalMissing, DryRun, JournalMoved
from irkit.incident.events import Actor, ActorKind, Direction, Mode, PlanHash, StepId
from irkit.incident.record import sha256
from irkit.incident.state import IncidentState, ItemPhase, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from irkit.contract import Plan
    from irkit.incident.state import StepState

APPROVALS = {Effect.NOTICE: 0, Effect.REVERSIBLE: 1}
"""How many approvals an effect needs; irreversible ones need the incident's quorum, anything else is never applied."""


RESTORERS = 1
"""So many people, beside the one who asks for it, must approve an undo that gives life back to what was cut.

Four eyes: two of a team that is on call by night can take back their own mistake, and no insider can alone (dual
authorization, NIST SP 800-53 AC-3(2)).
"""
OTHERS = counted(RESTORERS, "other person", "other people")
"""The same in words."""


class ApprovalAgainstRules(ApprovalInvalid):
    """An approval of a planned step that the rules do not allow this person: who tried is journalled and shown."""


@dataclass(frozen=True)
class Gate:
    """What stands between a plan and its being carried out: how many people, and what each must type."""

    people: int
    phrase: str
    asker: Actor | None = None
    """Whose approval does not count, since it is their own request."""


def gate(step: StepState, strengthened: int, quorum: int) -> Gate:
    """The gate of a planned step. ``strengthened`` is the runbook's ``approve`` (0 without one); it only adds people.

    Raises:
        ApprovalInvalid: the step's effect is one that is never applied.
    """
    if not any(plan.changes for plan in step.plans):
        return Gate(0, "")
    if step.effect is Effect.IRREVERSIBLE:
        return Gate(max(quorum, strengthened, 1), " and ".join(plan.phrase for plan in step.plans))
    if step.effect is None or step.effect not in APPROVALS:
        msg = f"an effect of kind {step.effect} is never applied"
        raise ApprovalInvalid(msg)
    people = max(APPROVALS[step.effect], strengthened)
    return Gate(max(people, RESTORERS), "", step.undo_asked_by) if gives_life_back(step) else Gate(people, "")


def gives_life_back(step: StepState) -> bool:
    """Whether the step is being undone, and what it did had cut a credential: what an insider would want."""
    return step.direction is Direction.UNDO and (step.has_cut or any(plan.revives for plan in step.plans))


def plan_hash(step: StepId, direction: Direction, effect: Effect, plans: Sequence[Plan]) -> PlanHash:
    """The hash that an approval is of: SHA-256 over the canonical JSON of the plans and what gates them."""
    return PlanHash(
        sha256(
            {
                "step": step,
                "direction": direction.value,
                "effect": effect.value,
                "plans": [plan.model_dump(mode="json") for plan in plans],
            }
        )
    )


def approvers(step: StepState, mode: Mode, wanted: Gate) -> frozenset[str]:
    """The names of the different people whose approvals of the current plan count.

    Of the plan's hash, by a person (a scripted one only in a drill), the phrase typed where the gate has one, and not
    by whoever asked for it where the gate says so. One login is one person, whatever names they give.
    """
    people: list[Actor] = []
    for given in step.approvals:
        person = given.by.kind is ActorKind.HUMAN or (given.by.kind is ActorKind.SIMULATED and mode is Mode.DRILL)
        own = wanted.asker is not None and given.by.is_same_person(wanted.asker)
        counts = person and given.plan_hash == step.plan_hash and (given.phrase_typed or not wanted.phrase) and not own
        if counts and not any(given.by.is_same_person(other) for other in people):
            people.append(given.by)
    return frozenset(each.name for each in people)


def shut(state: IncidentState, step_id: StepId, strengthened: int) -> str:
    """Why the gate of a planned step is shut; empty when it is open."""
    step = state.step(step_id)
    if state.opened is None or state.closed is not None:
        return "the incident is not open"
    if state.aborted is not None:
        return "the incident was aborted"
    if state.opened.mode is Mode.DRY_RUN and any(plan.changes for plan in step.plans):
        return "this is a dry run"
    wanted = gate(step, strengthened, state.opened.quorum)
    missing = wanted.people - len(approvers(step, state.opened.mode, wanted))
    if missing > 0:
        return f"waits for {missing} approval{'s' if missing > 1 else ''}"
    return ""


def gate_guard(step_id: StepId, item: int, hash_: PlanHash, strengthened: int) -> Callable[[IncidentState], None]:
    """The guard of ``EffectIntended``: raises unless this item of this very plan may be carried out now, once."""

    def guard(state: IncidentState) -> None:
        step = state.step(step_id)
        if step.phase not in {Phase.PLANNED, Phase.APPLYING} or step.plan_hash != hash_:
            msg = f"{step_id}: the plan changed or the step moved on"
            raise JournalMoved(msg, hint="look at the new plan")
        if plan_hash(step_id, step.direction, step.effect or Effect.READ, step.plans) != hash_:
            msg = f"{step_id}: the plan in the journal does not match its hash"
            raise ApprovalInvalid(msg)
        if step.items[item].phase is not ItemPhase.TODO:
            msg = f"{step_id}: item {item} was already begun"
            raise JournalMoved(msg)
        if reason := shut(state, step_id, strengthened):
            if state.opened is not None and state.opened.mode is Mode.DRY_RUN:
                raise DryRun(f"{step_id}: {reason}", hint="open a live incident with --live")
            raise ApprovalMissing(f"{step_id}: {reason}", hint="irkit status shows who must approve")

    return guard


def approval_guard(
    step_id: StepId, hash_: PlanHash, phrase: str, actor: Actor, strengthened: int
) -> Callable[[IncidentState], None]:
    """The guard of ``ApprovalGiven``: raises unless this person may approve this very plan now."""

    def guard(state: IncidentState) -> None:
        step = state.step(step_id)
        if state.opened is None or state.aborted is not None or state.closed is not None:
            raise ApprovalInvalid(f"{step_id}: the incident is not open")
        if state.opened.mode is Mode.DRY_RUN:
            raise DryRun(
                f"{step_id}: a dry run shows plans and carries none out", hint="open a live incident with --live"
            )
        if step.phase is not Phase.PLANNED:
            raise ApprovalInvalid(f"{step_id}: there is no plan to approve (the step is {step.phase.value})")
        opened = state.opened
        _check(step_id, step, hash_, actor, opened.mode)
        wanted = gate(step, strengthened, opened.quorum)
        if wanted.phrase and phrase != wanted.phrase:
            raise ApprovalInvalid(f"{step_id}: the phrase does not match", hint=f"type exactly: {wanted.phrase}")
        if wanted.asker is not None and actor.is_same_person(wanted.asker):
            asked = _named(actor, wanted.asker)
            raise ApprovalAgainstRules(f"{step_id}: {asked} asked for this undo", hint=f"{wanted.people} others must")
        if before := [given.by for given in step.approvals if given.by.is_same_person(actor)]:
            hint = "another person must, from a login of their own"
            raise ApprovalAgainstRules(f"{step_id}: {_named(actor, before[0])} has approved already", hint=hint)

    return guard


def _check(step_id: StepId, step: StepState, hash_: PlanHash, actor: Actor, mode: Mode) -> None:
    """That it is the plan on the screen, and a person who approves it."""
    if not hash_ or step.plan_hash != hash_:
        hint = f"the current one is {step.plan_hash}"
        raise ApprovalAgainstRules(f"{step_id}: that is not the current plan", hint=hint)
    if actor.kind is ActorKind.IRKIT or (actor.kind is ActorKind.SIMULATED and mode is not Mode.DRILL):
        raise ApprovalAgainstRules(f"{step_id}: only people approve")


def _named(actor: Actor, known: Actor) -> str:
    """The actor, and by what other name the same login is known here."""
    if actor.name == known.name:
        return actor.name
    return f"{actor.name} is {known.name}, by the same login {known.login}, who"
