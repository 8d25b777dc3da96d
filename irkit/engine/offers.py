"""What a person may order of a step now, and why not. Pure; fronts dim what is off and show the reason."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from irkit.counted import counted
from irkit.engine.approval import approvers, gate
from irkit.engine.orders import not_retriable, not_skippable, not_undoable
from irkit.engine.ready import waits_for
from irkit.incident.events import Actor, Mode
from irkit.incident.state import IncidentState, ItemPhase, Phase, StepState
from irkit.runbook.model import Runbook, StepId


class Order(StrEnum):
    """What a person may order."""

    APPROVE = "approve"
    DECIDE = "decide"
    SKIP = "skip"
    RETRY = "retry"
    UNDO = "undo"
    RESOLVE = "resolve"
    NOTE = "note"
    ABORT = "abort"


def offers(runbook: Runbook, state: IncidentState, step_id: StepId, actor: Actor) -> Mapping[Order, str]:
    """Every order with the reason why it cannot be given now; an empty reason when it can."""
    if state.opened is None or state.aborted is not None or state.closed is not None:
        over = "the incident has ended" if state.opened else "the incident is not open yet"
        return {order: "" if order is Order.NOTE else over for order in Order}
    current = state.step(step_id)
    return {
        Order.APPROVE: _not_approvable(runbook, state, step_id, actor),
        Order.DECIDE: "" if current.phase is Phase.ASKING else _waiting(runbook, state, step_id, "it asks nothing"),
        Order.SKIP: not_skippable(current),
        Order.RETRY: not_retriable(current),
        Order.UNDO: not_undoable(current),
        Order.RESOLVE: _not_resolvable(current),
        Order.NOTE: "",
        Order.ABORT: "",
    }


def _waiting(runbook: Runbook, state: IncidentState, step_id: StepId, otherwise: str) -> str:
    holds = waits_for(runbook.step(step_id), state) if state.step(step_id).phase is Phase.TODO else ()
    return f"waits for {', '.join(holds)}" if holds else otherwise


def _not_approvable(runbook: Runbook, state: IncidentState, step_id: StepId, actor: Actor) -> str:
    current, opened = state.step(step_id), state.opened
    if opened is not None and opened.mode is Mode.DRY_RUN:
        return "a dry run carries nothing out"
    if current.phase is not Phase.PLANNED or opened is None:
        return _waiting(runbook, state, step_id, f"there is no plan to approve (it is {current.phase.value})")
    wanted = gate(current, runbook.step(step_id).approve or 0, opened.quorum)
    if wanted.people <= len(approvers(current, opened.mode, wanted)):
        return "it has all its approvals"
    if wanted.asker is not None and actor.is_same_person(wanted.asker):
        return f"you asked for this undo: {counted(wanted.people, 'other person', 'other people')} must approve it"
    if any(given.by.is_same_person(actor) for given in current.approvals):
        return "you approved already: another person must"
    return ""


def _not_resolvable(current: StepState) -> str:
    doubtful = [item for item in current.items if item.phase is ItemPhase.IN_DOUBT]
    if current.phase is not Phase.IN_DOUBT or not doubtful:
        return "it is not in doubt"
    return "" if all(item.probed for item in doubtful) else "irkit has not looked yet"
