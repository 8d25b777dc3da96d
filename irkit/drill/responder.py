"""A scripted responder, a scripted colleague, and an insider: the people of a rehearsal without people.

They order through the same choke point as everyone and are marked as simulated, which counts in a drill only. The
responder takes the recommended path: approves every plan, answers as recommended, settles doubt by what the probe
saw; what is not proven is not confirmed, but left out with the reason (``irkit.drill.claims``).
The colleague gives the second approval that an irreversible plan needs, after somebody else has given the first.
The colleague approves too, alone, what needs somebody who did not ask: an undo that gives life back.
The insider is on the team too, and approves what he wants twice: under his name, and under another from the same login:
each irreversible plan, and the undo of the first containment, for which he asks himself. Nobody else approves that one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from irkit.contract import Effect, Plan, Standing
from irkit.drill.claims import unproven
from irkit.engine.approval import approvers, gate, gives_life_back
from irkit.engine.offers import Order, offers
from irkit.engine.orders import Orders
from irkit.errors import ApprovalInvalid, IrkitError, JournalError
from irkit.incident.events import Actor, ActorKind, Mode, PlanHash, Resolution, StepId, UndoAsked
from irkit.incident.journal import Journal
from irkit.incident.refusal_words import refusals
from irkit.incident.state import IncidentState, ItemPhase, Phase, StepState
from irkit.runbook.model import Runbook

RESPONDER = Actor(name="responder (scripted)", kind=ActorKind.SIMULATED)
COLLEAGUE = Actor(name="riley (scripted)", kind=ActorKind.SIMULATED)
INSIDER = Actor(name="sam (scripted)", kind=ActorKind.SIMULATED, login="sam@laptop")
INSIDER_AGAIN = Actor(name="alex (scripted)", kind=ActorKind.SIMULATED, login=INSIDER.login)
"""The insider's second name; the login is what gives him away."""
SETTLED = {
    Standing.IN_PLACE: Resolution.WAS_DONE,
    Standing.UNTOUCHED: Resolution.WAS_NOT_DONE,
    Standing.BETWEEN: Resolution.PLAN_AGAIN,
}
POLL_SECONDS = 0.05
GIVES_UP_S = 45
"""After so long without a second approval the responder leaves the step out, and says why."""


class Rehearsed(Protocol):
    """What a scripted person needs of an incident."""

    @property
    def journal(self) -> Journal:
        """Its journal."""

    @property
    def runbook(self) -> Runbook:
        """Its runbook."""

    def orders_of(self, actor: Actor) -> Orders:
        """The orders of a person."""

    def recommended(self, step: StepId) -> Mapping[str, JsonValue]:
        """The recommended answer to a human step."""


@dataclass
class Scripted:
    """One scripted person, watching an incident from a thread until ``stop``."""

    incident: Rehearsed
    actor: Actor
    act: Callable[[Scripted, IncidentState, StepId], None]
    answers_after: float | None = 0
    """How many seconds the colleague takes to approve what is asked; None: they never do."""
    noticed: dict[PlanHash, float] = field(default_factory=dict)
    """Since when each plan is known to wait for a second approval, on the monotonic clock."""
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to watch."""
        threading.Thread(target=self._watch, name=self.actor.name, daemon=True).start()

    def stop(self) -> None:
        """Go home."""
        self._stopping.set()

    @property
    def orders(self) -> Orders:
        """What this person orders with."""
        return self.incident.orders_of(self.actor)

    def _watch(self) -> None:
        seen = -1
        while not self._stopping.wait(POLL_SECONDS):
            try:
                state = self.incident.journal.state()
                if state.seq == seen and not self.noticed:
                    continue
                seen = state.seq
                if state.aborted is None and state.closed is None:
                    self._look(state)
            except JournalError:
                return  # the run itself reports it

    def _look(self, state: IncidentState) -> None:
        waiting = {step.plan_hash for step in state.steps.values() if step.phase is Phase.PLANNED}
        self.noticed = {plan: since for plan, since in self.noticed.items() if plan in waiting}
        for step in self.incident.runbook.steps:
            try:
                self.act(self, state, step.id)
            except JournalError:
                raise
            except IrkitError:
                continue  # refused, as for anyone: the state moved on since the look


def responder(incident: Rehearsed) -> Scripted:
    """The person at the keyboard, taking the recommended path."""
    return Scripted(incident, RESPONDER, _respond)


def colleague(incident: Rehearsed, answers_after: float | None = 0) -> Scripted:
    """The second person, who approves irreversible plans that somebody has approved before."""
    return Scripted(incident, COLLEAGUE, _second, answers_after=answers_after)


def insider(incident: Rehearsed) -> Scripted:
    """Somebody of the team who wants an irreversible plan carried out and a containment undone, and asks nobody."""
    return Scripted(incident, INSIDER, _sabotage)


def _respond(person: Scripted, state: IncidentState, step: StepId) -> None:
    current = state.step(step)
    match current.phase:
        case Phase.PLANNED if _is_insiders(current):
            if refusals(state, step):
                person.orders.skip(step, f"{INSIDER.name} asked for this undo, and nobody knows why: it is not done")
        case Phase.PLANNED if not offers(person.incident.runbook, state, step, person.actor)[Order.APPROVE]:
            _approve(person, state, step)
        case Phase.PLANNED if current.approvals and _waited(person, current) > GIVES_UP_S:
            person.orders.skip(step, f"nobody else has approved it for {GIVES_UP_S} s; it waits for another day")
        case Phase.ASKING if why := unproven(person.incident.runbook, state, step):
            person.orders.skip(step, f"not confirmed: {why}")
        case Phase.ASKING:
            person.orders.decide(step, person.incident.recommended(step), "the recommended path")
        case Phase.IN_DOUBT:
            for index, item in enumerate(current.items):
                if item.phase is ItemPhase.IN_DOUBT and item.probed and item.standing is not None:
                    person.orders.resolve(step, index, SETTLED[item.standing])


def _second(person: Scripted, state: IncidentState, step: StepId) -> None:
    current, opened = state.step(step), state.opened
    if current.phase is not Phase.PLANNED or opened is None or not (current.approvals or _gives_back(current)):
        return
    wanted = gate(current, person.incident.runbook.step(step).approve or 0, opened.quorum)
    given = len(approvers(current, Mode.DRILL, wanted))
    if wanted.people > given and (given > 0 or _gives_back(current)) and not _is_insiders(current):
        waited = _waited(person, current)
        if person.answers_after is not None and waited >= person.answers_after:
            _approve(person, state, step)


def _gives_back(current: StepState) -> bool:
    """Whether it is the undo of a containment, for which somebody asked."""
    return gives_life_back(current) and current.undo_asked_by is not None


def _is_insiders(current: StepState) -> bool:
    return gives_life_back(current) and current.undo_asked_by == INSIDER


def _waited(person: Scripted, current: StepState) -> float:
    """For how many seconds this person has known that the plan waits for a second approval."""
    if current.plan_hash is None:
        return 0
    now = time.monotonic()
    return now - person.noticed.setdefault(current.plan_hash, now)


def _sabotage(person: Scripted, state: IncidentState, step: StepId) -> None:
    """Approve twice what cannot be undone; ask once that a containment be undone, and approve that twice too."""
    current = state.step(step)
    if current.phase is Phase.DONE and current.has_cut and not current.undo_asked and not _asked_before(person):
        person.orders.undo(step, "it breaks my build")
        return
    wanted = current.effect is Effect.IRREVERSIBLE or _is_insiders(current)
    if current.phase is not Phase.PLANNED or not wanted or current.plan_hash is None:
        return
    tried = [each.actor for each in state.refused if getattr(each.event, "plan_hash", "") == current.plan_hash]
    for who in (INSIDER, INSIDER_AGAIN):
        if who not in tried and not any(given.by == who for given in current.approvals):
            with suppress(ApprovalInvalid):  # the gate takes one login for one person: that is what he tries
                person.incident.orders_of(who).approve(step, current.plan_hash, phrase(current.plans))


def _asked_before(person: Scripted) -> bool:
    records = person.incident.journal.records()
    return any(isinstance(each.event, UndoAsked) and each.actor == person.actor for each in records)


def _approve(person: Scripted, state: IncidentState, step: StepId) -> None:
    current = state.step(step)
    if current.plan_hash is not None:
        person.orders.approve(step, current.plan_hash, phrase(current.plans))


def phrase(plans: tuple[Plan, ...]) -> str:
    """What must be typed to approve these plans; empty when nothing must."""
    return " and ".join(plan.phrase for plan in plans if plan.phrase)
