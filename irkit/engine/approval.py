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


@dataclass(frozen=True)
class Gate:
    """What stands between a plan and its being carried out: how many people, and what each must type."""

    people: int
    phrase: str


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
    return Gate(max(APPROVALS[step.effect], strengthened), "")


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

    Of the plan's hash, by a person (a scripted one only in a drill), the phrase typed where the gate has one. One
    login is one person, whatever names they give.
    """
    people: list[Actor] = []
    for given in step.approvals:
        person = given.by.kind is ActorKind.HUMAN or (given.by.kind is ActorKind.SIMULATED and mode is Mode.DRILL)
        counts = person and given.plan_hash == step.plan_hash and (given.phrase_typed or not wanted.phrase)
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
        if not hash_ or step.plan_hash != hash_:
            raise ApprovalInvalid(
                f"{step_id}: that is not the current plan", hint=f"the current one is {step.plan_hash}"
            )
        if actor.kind is ActorKind.IRKIT or (actor.kind is ActorKind.SIMULATED and state.opened.mode is not Mode.DRILL):
            raise ApprovalInvalid(f"{step_id}: only people approve")
        wanted = gate(step, strengthened, state.opened.quorum)
        if wanted.phrase and phrase != wanted.phrase:
            raise ApprovalInvalid(f"{step_id}: the phrase does not match", hint=f"type exactly: {wanted.phrase}")
        if any(given.by.is_same_person(actor) for given in step.approvals):
            hint = "another person must, from a login of their own"
            raise ApprovalInvalid(f"{step_id}: {actor.name} has approved already", hint=hint)

    return guard
