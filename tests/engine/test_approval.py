"""Whoever orders whatever, in any order: no effect is carried out without the approvals its gate demands, and none
twice."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.contract import Effect
from irkit.engine.approval import plan_hash
from irkit.engine.endings import IRKIT
from irkit.errors import IrkitError
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, Mode, PlanHash, Resolution, StepId
from tests.engine.driving import KIM, SAM, Drive

STEPS = (
    "  look: {uses: board.look, with: {name: a}}\n"
    "  turn: {uses: board.turn_on, with: {name: a}}\n"
    "  both: {uses: board.turn_on, with: {name: c}, approve: 2}\n"
    "  smash: {uses: board.smash, with: {name: b}, needs: [turn]}\n"
)
PEOPLE = [KIM, SAM, IRKIT, Actor(name="bot", kind=ActorKind.SIMULATED)]
NEEDED = {"turn": 1, "both": 2, "smash": 2}
ACTIONS = st.tuples(
    st.sampled_from(["run", "approve", "approve", "old", "skip", "retry", "undo", "resolve", "forge", "move", "crash"]),
    st.sampled_from(["look", "turn", "both", "smash"]),
    st.sampled_from(PEOPLE),
    st.sampled_from(["", "smash b", "smash"]),
    st.sampled_from(list(Resolution)),
)


def _ordered(  # noqa: C901 - one case an order
    drive: Drive, what: str, step: str, who: Actor, phrase: str, resolution: Resolution
) -> None:
    orders, current = drive.orders(who), drive.step(step)
    match what:
        case "run":
            drive.run()
        case "approve":
            orders.approve(StepId(step), current.plan_hash or PlanHash(""), phrase)
        case "old":
            orders.approve(StepId(step), PlanHash("f" * 64), phrase)
        case "skip":
            orders.skip(StepId(step), "because")
        case "retry":
            orders.retry(StepId(step))
        case "undo":
            orders.undo(StepId(step))
        case "resolve":
            orders.resolve(StepId(step), 0, resolution)
        case "forge":  # a front with a bug appends an approval past the orders
            forged = ev.ApprovalGiven(step=StepId(step), plan_hash=current.plan_hash or PlanHash(""))
            drive.journal.append(forged, actor=who)
        case "move":
            drive.board.switches["a"] = "flickering"
        case "crash":
            drive.board.after_act = _lost if drive.board.after_act is not _lost else lambda: None


def _lost() -> None:
    raise ConnectionResetError


def _check(drive: Drive, mode: Mode) -> None:
    given: dict[str, dict[str, bool]] = {}
    planned: dict[str, ev.StepPlanned] = {}
    for record in drive.journal.records():
        match record.event:
            case ev.StepPlanned() as event:
                planned[event.step] = event
                given[event.plan_hash] = {}
            case ev.ApprovalGiven() as event:
                person = record.actor.kind is ActorKind.HUMAN
                if person or (record.actor.kind is ActorKind.SIMULATED and mode is Mode.DRILL):
                    who = given.setdefault(event.plan_hash, {})
                    who[record.actor.name] = who.get(record.actor.name, False) or event.phrase_typed
            case ev.EffectIntended() as event:
                assert mode is not Mode.DRY_RUN
                plan = planned[event.step]
                assert event.plan_hash == plan.plan_hash
                assert event.plan_hash == plan_hash(event.step, plan.direction, plan.effect, plan.plans)
                people = given[event.plan_hash]
                if plan.effect is Effect.IRREVERSIBLE:
                    people = {name: typed for name, typed in people.items() if typed}
                assert len(people) >= NEEDED[event.step]
            case _:
                pass


@settings(max_examples=60, deadline=None)
@given(orders=st.lists(ACTIONS, max_size=25), mode=st.sampled_from(list(Mode)))
def test_no_effect_is_carried_out_without_its_approvals(
    orders: list[tuple[str, str, Actor, str, Resolution]], mode: Mode
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        drive = Drive(Path(folder), STEPS, mode)
        for what, step, who, phrase, resolution in orders:
            with suppress(IrkitError):  # refused, as it should be; what was not refused is checked at the end
                _ordered(drive, what, step, who, phrase, resolution)
        drive.board.after_act = lambda: None
        drive.run()
        _check(drive, mode)
        intended = Counter(r.event.step for r in drive.journal.records() if isinstance(r.event, ev.EffectIntended))
        assert len(drive.board.acts) <= sum(intended.values())


@pytest.mark.parametrize("effect", [Effect.READ, Effect.HUMAN])
def test_an_effect_kind_that_has_no_gate_is_never_applied(tmp_path: Path, effect: Effect) -> None:
    drive = Drive(tmp_path, "  turn: {uses: board.turn_on, with: {name: a}}\n")
    drive.run()
    step = drive.step("turn")
    forged = ev.StepPlanned(
        step=StepId("turn"),
        attempt=1,
        effect=effect,
        plans=step.plans,
        plan_hash=plan_hash(StepId("turn"), ev.Direction.DO, effect, step.plans),
    )
    drive.journal.append(forged, actor=IRKIT)
    with pytest.raises(IrkitError, match="never applied"):
        drive.run()
    assert drive.board.acts == []
