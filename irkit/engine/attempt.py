"""One phase of one step: read, plan, apply, verify or probe, each journalled as it happens.

This is the only module that calls an action's functions, and ``Attempt.apply`` is the only place where an effect is
carried out: behind ``gate_guard``, after the intent is on disk, and after a last look that the world has not moved.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from pydantic import BaseModel

from irkit.contract import AnyAction, Effect, Operation, Plan, Proof, Receipt, Standing, Verdict
from irkit.engine.approval import gate_guard, plan_hash
from irkit.engine.endings import IRKIT, Endings, OpenClients, said
from irkit.engine.unmoved import doubted, startable
from irkit.errors import InDoubt, IrkitError, PlanStale, Throttled, Unreachable
from irkit.incident import events as ev
from irkit.incident.events import Direction, StepId
from irkit.incident.journal import Guard, Journal
from irkit.incident.state import ItemPhase, StepState

AnyOperation = Operation[Any, Any]  # the engine knows no action's types


@dataclass(frozen=True)
class Work:
    """What a step of the runbook comes down to for one attempt.

    ``params`` is one set an item. ``many`` tells a ``for_each``. ``strengthened`` is the runbook's ``approve``.
    """

    step: StepId
    action: AnyAction
    params: Callable[[], Sequence[BaseModel]]
    many: bool
    strengthened: int


@dataclass(frozen=True)
class Attempt:
    """The doing of a step's phases for one runner."""

    journal: Journal
    open_clients: Callable[[StepId], OpenClients]
    runner: str
    stopping: threading.Event

    @property
    def endings(self) -> Endings:
        """How phases end in the journal."""
        return Endings(self.journal, self.open_clients)

    # -- reading and planning ------------------------------------------------------------------------------------

    def start(self, work: Work, direction: Direction) -> None:
        """Begin a step: run a reading action, ask a human, or plan an effect (or its undo)."""
        state = self.journal.state().step(work.step)
        attempt = state.attempt + 1
        with self.endings.failing(work.step, attempt, direction) as opened:
            params: Sequence[BaseModel] = work.params() if direction is Direction.DO else state.receipts
            self.journal.append(
                ev.StepStarted(
                    step=work.step,
                    attempt=attempt,
                    direction=direction,
                    effect=work.action.effect,
                    items=len(params) if work.many else None,
                ),
                actor=IRKIT,
                guard=startable(work.step, direction),
            )
            if direction is Direction.DO and work.action.effect is Effect.HUMAN:
                return
            if not params:
                self.endings.done(work.step, attempt, (), "nothing to do: none found")
            elif direction is Direction.DO and work.action.read is not None:
                self._read(work, attempt, params, opened)
            else:
                self._plan(work, attempt, direction, params, opened)

    def _read(self, work: Work, attempt: int, params: Sequence[BaseModel], opened: OpenClients) -> None:
        read = work.action.read
        if read is None:
            raise TypeError(work.step)
        results = [read(opened.clients, each) for each in params]
        self.endings.calls(work.step, opened)
        dumped = tuple(result.model_dump(mode="json") for result in results)
        self.endings.done(work.step, attempt, dumped, _summary(results, work))

    def _plan(
        self, work: Work, attempt: int, direction: Direction, params: Sequence[BaseModel], opened: OpenClients
    ) -> None:
        operation = _operation(work.action, direction)
        plans = tuple(operation.plan(opened.clients, each) for each in params)
        self.endings.calls(work.step, opened)
        self.journal.append(
            ev.StepPlanned(
                step=work.step,
                attempt=attempt,
                direction=direction,
                effect=work.action.effect,
                plans=plans,
                plan_hash=plan_hash(work.step, direction, work.action.effect, plans),
                can_revert=work.action.revert is not None,
            ),
            actor=IRKIT,
        )

    # -- carrying out --------------------------------------------------------------------------------------------

    def apply(self, work: Work) -> None:
        """Carry out the approved plan, item by item. Each item: gate, last look, intent, act, receipt."""
        step = self.journal.state().step(work.step)
        with self.endings.failing(work.step, step.attempt, step.direction) as opened:
            for index, item in enumerate(step.items):
                if item.phase is ItemPhase.TODO and not self.stopping.is_set():
                    self._apply_item(work, step, index, opened)

    def _apply_item(self, work: Work, step: StepState, index: int, opened: OpenClients) -> None:
        operation, plan = _operation(work.action, step.direction), step.plans[index]
        place = _Place(work.step, step.attempt, index, step.direction, work.many)
        guard = gate_guard(work.step, index, step.plan_hash or ev.PlanHash(""), work.strengthened)
        guard(self.journal.state())
        found = operation.probe(opened.clients, plan)
        if not plan.changes and found.receipt is not None and found.standing is Standing.IN_PLACE:
            self._receipt(place, found.receipt, guard)
            return
        if not plan.changes or found.standing is not Standing.UNTOUCHED:
            msg = f"{work.step}: the world moved since the plan was shown: {found.seen}"
            raise PlanStale(msg, hint="look at the new plan")
        self.journal.append(
            ev.EffectIntended(**place.fields(), plan_hash=step.plan_hash or ev.PlanHash(""), runner=self.runner),
            actor=IRKIT,
            guard=guard,
        )
        try:
            receipt = operation.apply(opened.clients, plan)
        except Exception as error:
            self._failed_effect(place, operation, plan, opened, error)
            raise InDoubt(said(error)) from error
        self._receipt(place, receipt)
        self.endings.calls(work.step, opened)

    def _receipt(self, place: _Place, receipt: Receipt, guard: Guard | None = None) -> None:
        self.journal.append(ev.EffectDone(**place.fields(), receipt=receipt), actor=IRKIT, guard=guard)

    def _failed_effect(
        self, place: _Place, operation: AnyOperation, plan: Plan, opened: OpenClients, error: Exception
    ) -> None:
        """Journal an effect that raised, and where the world stands: an error does not prove that nothing happened."""
        try:
            standing: Standing | None = operation.probe(opened.clients, plan).standing
        except IrkitError:
            standing = None
        self.endings.calls(place.step, opened)
        failed = ev.EffectFailed(**place.fields(), error=type(error).__name__, message=said(error), standing=standing)
        self.journal.append(failed, actor=IRKIT)

    # -- proving -------------------------------------------------------------------------------------------------

    def verify(self, work: Work) -> None:
        """Look until every item's effect is proven, refuted, or the action's settling time is over."""
        step = self.journal.state().step(work.step)
        with self.endings.failing(work.step, step.attempt, step.direction) as opened:
            operation = _operation(work.action, step.direction)
            for index, item in enumerate(step.items):
                if item.phase is ItemPhase.APPLIED and item.receipt is not None:
                    place = _Place(work.step, step.attempt, index, step.direction, work.many)
                    if not self._prove(place, operation, item.receipt, opened):
                        return
            self.endings.calls(work.step, opened)
            receipts = _whole(operation, step)
            if step.direction is Direction.UNDO:
                self.journal.append(ev.StepUndone(step=work.step, attempt=step.attempt), actor=IRKIT)
            else:
                results = tuple(receipt.result for receipt in receipts)
                self.endings.done(work.step, step.attempt, results, "; ".join(r.summary for r in receipts))

    def _prove(self, place: _Place, operation: AnyOperation, receipt: Receipt, opened: OpenClients) -> bool:
        """Whether the item was proven. False also when irkit is stopping: the next runner goes on looking."""
        deadline = time.monotonic() + operation.settle.total_seconds()
        looks = 0
        while True:
            verdict = _looked(operation, opened, receipt)
            looks += 1
            if verdict.proof is not Proof.NOT_YET or time.monotonic() >= deadline:
                break
            if self.stopping.wait(operation.every.total_seconds()):
                return False
        self.endings.calls(place.step, opened)
        self.journal.append(
            ev.EffectVerified(
                **place.fields(),
                proof=verdict.proof,
                seen=verdict.seen,
                looks=looks,
                request_ids=verdict.request_ids,
                sightings=verdict.sightings,
            ),
            actor=IRKIT,
        )
        if verdict.proof is Proof.PROVEN:
            return True
        verb = "is refuted" if verdict.proof is Proof.REFUTED else f"could not be proven in {operation.settle}"
        msg = f"{place.step}: done, but the effect {verb}: {verdict.seen}"
        raise IrkitError(msg, hint="retry looks again and plans what is missing")

    # -- doubt ---------------------------------------------------------------------------------------------------

    def probe(self, work: Work) -> None:
        """Look where the world stands against each effect in doubt. Asks nobody and does nothing, but for notices.

        A notice in doubt is settled by what the probe saw: sending it twice is excluded by its own token. If a person
        answered first, that holds.
        """
        step = self.journal.state().step(work.step)
        operation = _operation(work.action, step.direction)
        with self.endings.failing(work.step, step.attempt, step.direction) as opened:
            for index, item in enumerate(step.items):
                if item.phase is ItemPhase.IN_DOUBT and not item.probed:
                    place = _Place(work.step, step.attempt, index, step.direction, work.many)
                    self._probe_item(place, operation, step, opened)
            self.endings.calls(work.step, opened)

    def _probe_item(self, place: _Place, operation: AnyOperation, step: StepState, opened: OpenClients) -> None:
        receipt: Receipt | None = None
        standing: Standing | None = None
        try:
            found = operation.probe(opened.clients, step.plans[place.index])
            standing, seen, receipt = found.standing, found.seen, found.receipt
        except IrkitError as error:
            seen = f"cannot tell: {error.message}"
        still = doubted(place.step, step.attempt, place.index)
        probed = ev.DoubtProbed(**place.fields(), standing=standing, seen=seen, receipt=receipt)
        self.journal.append(probed, actor=IRKIT, guard=still)
        if step.effect is not Effect.NOTICE:
            return
        if standing is None:
            self.endings.postpone(place.step, step.attempt, seen, still)
        else:
            known = {Standing.IN_PLACE: ev.Resolution.WAS_DONE, Standing.UNTOUCHED: ev.Resolution.WAS_NOT_DONE}
            resolution = known.get(standing, ev.Resolution.PLAN_AGAIN)
            self.journal.append(ev.DoubtResolved(**place.fields(), resolution=resolution), actor=IRKIT, guard=still)


class _PlaceFields(TypedDict):
    """The fields that say which effect an event is about."""

    step: StepId
    attempt: int
    item: int | None
    direction: Direction


@dataclass(frozen=True)
class _Place:
    """Which effect: of a step, an attempt, an item."""

    step: StepId
    attempt: int
    index: int
    direction: Direction
    many: bool

    def fields(self) -> _PlaceFields:
        return {
            "step": self.step,
            "attempt": self.attempt,
            "item": self.index if self.many else None,
            "direction": self.direction,
        }


def _looked(operation: AnyOperation, opened: OpenClients, receipt: Receipt) -> Verdict:
    """One look; a service that gives no answer proves nothing, either way."""
    try:
        return operation.verify(opened.clients, receipt)
    except (Unreachable, Throttled) as error:
        return Verdict(proof=Proof.NOT_YET, seen=f"no answer: {error.message}")


def _operation(action: AnyAction, direction: Direction) -> AnyOperation:
    operation = action.operation if direction is Direction.DO else action.revert
    if operation is None:
        msg = "this step cannot be undone"
        raise IrkitError(msg)
    return operation


def _whole(operation: AnyOperation, step: StepState) -> Sequence[Receipt]:
    """The receipts that results are told from: with the parts that earlier attempts carried out, where they can be."""
    last = [(at, item.receipt) for at, item in enumerate(step.items) if item.receipt is not None]
    if operation.joined is None or step.direction is Direction.UNDO:
        return [receipt for _, receipt in last]
    return [operation.joined(step.parts[at], receipt) if at in step.parts else receipt for at, receipt in last]


def _summary(results: Sequence[BaseModel], work: Work) -> str:
    """The results' own ``summary`` fields; a count of items where they have none."""
    said = [text for text in (getattr(result, "summary", "") for result in results) if text]
    return "; ".join(said) if said or not work.many else f"{len(results)} items"
