"""What one keystroke may start: every planned, reversible step of the containment. Pure.

The containment is the runbook's containing part, and what its steps wait for: a sweep's findings are shut in before the
last denial, and all of them before the proof, whatever part the author put them in. What cuts a credential that is
alive again belongs to it too, however late.

Nothing here opens a way of its own: each plan is approved by its own hash through ``Orders.approve``. Irreversible
steps are never offered, nor an undo, nor what this person may not approve; they are named with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from irkit.contract import CredentialKind, Effect, Plan
from irkit.engine.approval import approvers, gate
from irkit.engine.offers import Order, offers
from irkit.engine.ready import waits_for
from irkit.incident.events import Actor, Direction, PlanHash
from irkit.incident.state import IncidentState, ItemPhase, Phase, StepState
from irkit.runbook.graph import before, graph
from irkit.runbook.model import Runbook, RunbookPhase, Step, StepId

_UNDER_WAY = {Phase.APPLYING, Phase.VERIFYING}
_TROUBLED = {Phase.FAILED, Phase.IN_DOUBT, Phase.POSTPONED}
_OVER = {Phase.DONE, Phase.SKIPPED, Phase.OMITTED, Phase.UNDONE}


@dataclass(frozen=True)
class Offered:
    """A plan that this person's approval starts, or could start but for ``why_not``."""

    step: StepId
    title: str
    plans: tuple[Plan, ...]
    plan_hash: PlanHash
    why_not: str = ""

    @property
    def changes(self) -> int:
        """How many things it changes."""
        return sum(len(plan.changes) for plan in self.plans)


@dataclass(frozen=True)
class Awaited:
    """A step that is not offered now, and what there is to know of it."""

    step: StepId
    why: str


@dataclass(frozen=True)
class ContainNow:
    """The containing part as it stands, in the order of the runbook.

    ``offered`` are to be approved now; ``shut`` are planned, but not for this person or not now; ``coming`` have no
    plan yet; ``over`` were done or given up, ``idle`` had nothing to do; ``asking`` wait for a person's answer;
    ``undoing`` were done, and somebody asked to undo them; ``troubled`` failed or are in doubt; ``final`` are
    irreversible, so never offered; ``limits`` say in words what the quarantine does not reach.
    """

    offered: tuple[Offered, ...] = ()
    shut: tuple[Offered, ...] = ()
    under_way: tuple[StepId, ...] = ()
    over: tuple[StepId, ...] = ()
    idle: tuple[StepId, ...] = ()
    coming: tuple[Awaited, ...] = ()
    asking: tuple[StepId, ...] = ()
    undoing: tuple[Awaited, ...] = ()
    troubled: tuple[Awaited, ...] = ()
    final: tuple[StepId, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def changes(self) -> int:
        """How many things the offered plans change."""
        return sum(each.changes for each in self.offered)


def contain_now(
    runbook: Runbook, state: IncidentState, actor: Actor, reversible: frozenset[StepId], final: frozenset[StepId]
) -> ContainNow:
    """What ``actor`` may start at once. ``reversible`` and ``final`` name the steps whose action is so."""
    part = _containment(runbook, state)
    mine = [step for step in part if step.id in reversible]
    planned = tuple(_planned(mine, runbook, state, actor))
    phases = {step.id: state.step(step.id).phase for step in part}
    return ContainNow(
        offered=tuple(each for each in planned if not each.why_not),
        shut=tuple(each for each in planned if each.why_not),
        under_way=tuple(s.id for s in mine if _is_under_way(s, state, planned)),
        over=tuple(s.id for s in mine if phases[s.id] in _OVER and not _is_idle(state.step(s.id))),
        idle=tuple(s.id for s in mine if _is_idle(state.step(s.id))),
        coming=tuple(Awaited(s.id, _why(s, state)) for s in mine if phases[s.id] in {Phase.TODO, Phase.STARTED}),
        asking=tuple(s.id for s in part if phases[s.id] is Phase.ASKING),
        undoing=tuple(Awaited(s.id, _asked(state.step(s.id))) for s in mine if _undo_waits(s, state)),
        troubled=tuple(Awaited(s.id, _trouble(state.step(s.id))) for s in part if phases[s.id] in _TROUBLED),
        final=tuple(s.id for s in part if s.id in final),
        limits=tuple(_limits(part, state)),
    )


def _containment(runbook: Runbook, state: IncidentState) -> list[Step]:
    held = before(graph(runbook))
    again = {(life.credential.kind, life.credential.id) for life in state.lives.risen()}
    acts = [step.id for step in runbook.steps if step.phase is RunbookPhase.CONTAIN]
    needed = frozenset[StepId]().union(*(held[step] for step in acts))
    return [
        step
        for step in runbook.steps
        if step.phase is RunbookPhase.CONTAIN or step.id in needed or _cuts(state.step(step.id), again)
    ]


def _cuts(now: StepState, wanted: AbstractSet[tuple[CredentialKind, str]]) -> bool:
    """Whether a plan of the step cuts one of these."""
    return any((cut.kind, cut.id) in wanted for plan in now.plans for cut in plan.cuts)


def _planned(mine: list[Step], runbook: Runbook, state: IncidentState, actor: Actor) -> Iterator[Offered]:
    """The plans that change something and have not all their approvals."""
    for step in mine:
        now = state.step(step.id)
        if now.phase not in {Phase.PLANNED, Phase.PREVIEWED} or now.plan_hash is None:
            continue
        if now.direction is not Direction.DO or now.effect is not Effect.REVERSIBLE:
            continue
        if any(plan.changes for plan in now.plans) and not _is_approved(step, state):
            why_not = offers(runbook, state, step.id, actor)[Order.APPROVE]
            yield Offered(step.id, step.title, now.plans, now.plan_hash, why_not)


def _is_approved(step: Step, state: IncidentState) -> bool:
    now, opened = state.step(step.id), state.opened
    if opened is None:
        return False
    wanted = gate(now, step.approve or 0, opened.quorum)
    return wanted.people <= len(approvers(now, opened.mode, wanted))


def _trouble(now: StepState) -> str:
    """What is wrong; of an effect in doubt, what a probe saw."""
    phase = now.phase.value.replace("_", " ")
    seen = next((item.seen for item in now.items if item.phase is ItemPhase.IN_DOUBT and item.seen), "")
    if now.phase is Phase.IN_DOUBT:
        return f"{phase}; a probe saw: {seen}" if seen else f"{phase}; irkit has not looked yet"
    return f"{phase}: {now.error}" if now.error else phase


def _is_under_way(step: Step, state: IncidentState, planned: tuple[Offered, ...]) -> bool:
    """Approved, being carried out or being proven."""
    now = state.step(step.id)
    waits = now.phase is Phase.PLANNED and step.id not in {each.step for each in planned}
    return now.phase in _UNDER_WAY or (waits and not _undo_waits(step, state))


def _undo_waits(step: Step, state: IncidentState) -> bool:
    """An undo that was asked for, and that nobody has approved yet: until then what was done stands."""
    now = state.step(step.id)
    return now.phase is Phase.PLANNED and now.direction is Direction.UNDO and not _is_approved(step, state)


def _asked(now: StepState) -> str:
    return f"its UNDO was asked for by {now.undo_asked_by.name if now.undo_asked_by else 'somebody'}"


def _is_idle(now: StepState) -> bool:
    """Left out, or done with nothing to carry out."""
    if now.phase is Phase.DONE:
        return not now.receipts and not any(plan.changes for plan in now.plans)
    return now.phase is Phase.OMITTED


def _why(step: Step, state: IncidentState) -> str:
    if state.step(step.id).phase is Phase.STARTED:
        return "its plan is being made"
    held = waits_for(step, state)
    return f"waits for {', '.join(held)}" if held else "its plan is about to be made"


def _limits(part: list[Step], state: IncidentState) -> Iterator[str]:
    """What a reading of this part says that a quarantine does not bind: its result's ``limits``, each once."""
    told: dict[str, None] = {}
    for step in part:
        for result in state.step(step.id).results or ():
            found = result.get("limits")
            if isinstance(found, list):
                told.update((str(each), None) for each in found)
    yield from told
