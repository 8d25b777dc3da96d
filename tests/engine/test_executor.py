from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from irkit.contract import Plan, Probe, Standing
from irkit.engine.endings import STALE_PLANS
from irkit.engine.executor import Outcome
from irkit.engine.orders import OrderRefused
from irkit.errors import ApprovalInvalid, DryRun, NotFound, Unreachable
from irkit.incident import events as ev
from irkit.incident.events import ActorKind, Mode, Resolution, StepId
from irkit.incident.journal import SqliteJournal
from irkit.incident.state import ItemPhase, Phase
from tests.engine.driving import KIM, SAM, Drive
from tests.engine.switchboard import CATALOG
from tests.patience import PATIENCE_S

LOOK = "  look: {uses: board.look, with: {name: a}}\n"
TURN = "  turn: {uses: board.turn_on, with: {name: a}}\n"
SMASH = "  smash: {uses: board.smash, with: {name: b}}\n"
ANNOUNCE = "  tell: {uses: board.announce, with: {name: c}}\n"


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def test_a_reading_step_runs_at_once(tmp_path: Path) -> None:
    drive = Drive(tmp_path, LOOK)
    assert drive.run() is Outcome.ENDED
    assert drive.step("look").results == ({"names": ["a", "b", "c"], "colour": "red"},)


def test_a_reversible_effect_waits_for_one_approval_of_its_plan_and_is_green_when_proven(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    assert drive.run() is Outcome.WAITS
    assert drive.board.acts == []
    drive.approve("turn")
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == [("a", "on")]
    assert drive.kinds("turn") == [
        "step_started",
        "step_planned",
        "approval_given",
        "effect_intended",
        "effect_done",
        "effect_verified",
        "step_done",
    ]


def test_an_irreversible_effect_needs_the_phrase_of_two_people(tmp_path: Path) -> None:
    drive = Drive(tmp_path, SMASH)
    drive.run()
    with pytest.raises(ApprovalInvalid, match="phrase"):
        drive.approve("smash", phrase="yes")
    drive.approve("smash", phrase="smash b")
    with pytest.raises(ApprovalInvalid, match="already"):
        drive.approve("smash", phrase="smash b")
    assert drive.run() is Outcome.WAITS
    drive.approve("smash", SAM, "smash b")
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == [("b", "smashed")]


def test_one_login_is_one_person_whatever_names_they_give(tmp_path: Path) -> None:
    drive = Drive(tmp_path, SMASH)
    drive.run()
    kim = ev.Actor(name="kim", kind=ActorKind.HUMAN, login="kim@laptop")
    drive.approve("smash", kim, "smash b")
    with pytest.raises(ApprovalInvalid, match="already"):
        drive.approve("smash", kim.model_copy(update={"name": "sam"}), "smash b")
    assert drive.run() is Outcome.WAITS
    assert drive.board.acts == []


def test_an_approval_of_another_plan_counts_for_nothing(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.run()
    with pytest.raises(ApprovalInvalid, match="not the current plan"):
        drive.orders().approve(StepId("turn"), ev.PlanHash("0" * 64))


def test_a_simulated_person_approves_only_in_a_drill(tmp_path: Path) -> None:
    bot = ev.Actor(name="bot", kind=ActorKind.SIMULATED)
    (tmp_path / "live").mkdir()
    live = Drive(tmp_path / "live", TURN)
    live.run()
    with pytest.raises(ApprovalInvalid, match="only people"):
        live.approve("turn", bot)
    (tmp_path / "drill").mkdir()
    drill = Drive(tmp_path / "drill", TURN, Mode.DRILL)
    drill.run()
    drill.approve("turn", bot)
    assert drill.run() is Outcome.ENDED


def test_a_dry_run_stops_at_the_plan_and_takes_no_approval(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN + SMASH.replace("b}", "b}, needs: [turn]"), Mode.DRY_RUN)
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == []
    assert drive.step("turn").phase is Phase.PREVIEWED
    assert drive.step("smash").phase is Phase.PREVIEWED
    with pytest.raises(DryRun):
        drive.approve("turn")


def test_a_world_that_moved_voids_the_plan_and_its_approval(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.run()
    first = drive.step("turn").plan_hash
    drive.approve("turn")
    drive.board.switches["a"] = "flickering"
    assert drive.run() is Outcome.WAITS
    assert drive.board.acts == []
    assert drive.step("turn").plan_hash != first
    assert drive.step("turn").approvals == ()
    assert drive.step("turn").plans[0].changes[0].before == "flickering"


def test_an_effect_that_is_there_already_needs_no_approval_and_is_proven(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.board.switches["a"] = "on"
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == []
    assert "effect_intended" not in drive.kinds("turn")
    assert drive.step("turn").phase is Phase.DONE


def test_a_plan_without_changes_passes_no_gate_and_so_is_never_applied(tmp_path: Path) -> None:
    """Even by an action that says in one breath that there is nothing to do, and that it is not done."""
    drive = Drive(tmp_path, TURN)
    action = drive.catalog["board.turn_on"]
    assert action.operation is not None
    operation = replace(
        action.operation,
        plan=lambda *_: Plan(summary="nothing", changes=(), blast="", undo="", details={"name": "a", "was": "off"}),
    )
    drive.catalog["board.turn_on"] = replace(action, operation=operation)
    assert drive.run() is Outcome.FAILED
    assert drive.board.acts == []
    assert "effect_intended" not in drive.kinds("turn")


def test_looking_goes_on_until_the_effect_is_seen(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.board.looks_until_seen = 7
    drive.run()
    drive.approve("turn")
    assert drive.run() is Outcome.ENDED
    verified = next(r.event for r in drive.journal.records() if isinstance(r.event, ev.EffectVerified))
    assert verified.looks == 8


def test_an_effect_that_raised_but_took_place_is_in_doubt_and_never_done_twice(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)

    def fail() -> None:
        raise ConnectionResetError("the answer got lost, with a secret in it")

    drive.board.after_act = fail
    drive.run()
    drive.approve("turn")
    assert drive.run() is Outcome.IN_DOUBT
    assert drive.step("turn").items[0].standing is Standing.IN_PLACE
    assert not any("secret" in r.event.model_dump_json() for r in drive.journal.records())
    with pytest.raises(OrderRefused):
        drive.orders().resolve(StepId("turn"), 0, Resolution.WAS_NOT_DONE)
    drive.orders().resolve(StepId("turn"), 0, Resolution.WAS_DONE)
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == [("a", "on")]


def test_an_effect_that_raised_and_did_not_take_place_fails_and_can_be_retried(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)

    def fail() -> None:
        raise ConnectionRefusedError

    drive.board.before_act = fail
    drive.run()
    drive.approve("turn")
    assert drive.run() is Outcome.FAILED
    drive.board.before_act = lambda: None
    drive.orders().retry(StepId("turn"))
    drive.run()
    drive.approve("turn")
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == [("a", "on")]


def test_undo_is_planned_gated_and_proven_like_any_effect(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.run()
    drive.approve("turn")
    drive.run()
    drive.orders().undo(StepId("turn"), "wrong lamp")
    assert drive.run() is Outcome.WAITS
    assert drive.board.switches["a"] == "on"
    drive.approve("turn")
    drive.run()
    assert drive.board.switches["a"] == "off"
    assert drive.step("turn").phase is Phase.UNDONE


def test_an_undo_that_is_skipped_is_given_up_and_what_was_done_stays_done(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.run()
    drive.approve("turn")
    drive.run()
    drive.orders().undo(StepId("turn"), "wrong lamp")
    drive.run()
    drive.orders().skip(StepId("turn"), "it was the right lamp")
    assert drive.run() is Outcome.ENDED
    assert drive.step("turn").phase is Phase.DONE
    assert drive.board.switches["a"] == "on"


def test_what_was_undone_can_be_left_so(tmp_path: Path) -> None:
    """What needs it would wait for ever: trying it again would be the only way on."""
    drive = Drive(tmp_path, TURN)
    drive.run()
    drive.approve("turn")
    assert drive.run() is Outcome.ENDED
    drive.orders().undo(StepId("turn"), "too early")
    drive.run()
    drive.approve("turn")
    drive.run()
    assert drive.step("turn").phase is Phase.UNDONE
    drive.orders().skip(StepId("turn"), "it stays off")
    assert drive.run() is Outcome.ENDED
    assert drive.step("turn").phase is Phase.SKIPPED
    assert drive.board.switches["a"] == "off"


def test_when_leaves_a_step_out_and_what_needs_it_goes_on(tmp_path: Path) -> None:
    steps = (
        LOOK
        + "  green: {uses: board.turn_on, with: {name: a}, when: $look.colour is green}\n"
        + "  after: {uses: board.look, with: {name: b}, needs: [green]}\n"
    )
    drive = Drive(tmp_path, steps)
    assert drive.run() is Outcome.ENDED
    assert drive.step("green").phase is Phase.OMITTED
    assert drive.step("after").phase is Phase.DONE


def test_why_a_step_is_left_out_is_told_in_words(tmp_path: Path) -> None:
    steps = (
        LOOK
        + "  green: {uses: board.turn_on, with: {name: a}, when: $look.colour is green}\n"
        + "  more: {uses: board.look, with: {name: $green.name}}\n"
        + "  again: {uses: board.turn_on, with: {name: a}, when: $more.colour is red}\n"
    )
    drive = Drive(tmp_path, steps)
    assert drive.run() is Outcome.ENDED
    assert [drive.step(step).reason for step in ("green", "more", "again")] == [
        "look said red, and this is for green",
        "green was left out",
        "more was left out",
    ]


def test_for_each_plans_all_items_together_and_does_each_once(tmp_path: Path) -> None:
    steps = LOOK + "  each: {uses: board.turn_on, for_each: $look.names, with: {name: $item}}\n"
    drive = Drive(tmp_path, steps)
    drive.run()
    assert [plan.changes[0].target for plan in drive.step("each").plans] == ["a", "b", "c"]
    drive.approve("each")
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == [("a", "on"), ("b", "on"), ("c", "on")]
    assert [r["name"] for r in drive.step("each").results or ()] == ["a", "b", "c"]


def refuse() -> None:
    raise NotFound("no such switch")


def test_what_comes_after_a_step_goes_on_when_that_has_failed_and_not_before_it_has_ended(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN + "  next: {uses: board.look, after: [turn], with: {name: a}}\n")
    drive.run()
    assert drive.step("next").phase is Phase.TODO, "the one before it still waits for its approval"
    drive.board.before_act = refuse
    drive.approve("turn")
    drive.run()
    assert (drive.step("turn").phase, drive.step("next").phase) == (Phase.FAILED, Phase.DONE)


def test_what_a_step_refers_to_must_not_have_failed_though_it_comes_after_it(tmp_path: Path) -> None:
    next_ = "  next: {uses: board.look, after: [turn], with: {name: $turn.name}}\n"
    drive = Drive(tmp_path, TURN + next_)
    drive.run()
    drive.board.before_act = refuse
    drive.approve("turn")
    drive.run()
    assert (drive.step("turn").phase, drive.step("next").phase) == (Phase.FAILED, Phase.TODO)


def test_a_failed_step_blocks_those_that_need_it_until_a_human_skips_it(tmp_path: Path) -> None:
    drive = Drive(tmp_path, LOOK + "  next: {uses: board.look, with: {name: b}, needs: [look]}\n")
    drive.board.down = True
    assert drive.run() is Outcome.FAILED
    assert drive.step("next").phase is Phase.TODO
    drive.board.down = False
    drive.orders().skip(StepId("look"), "seen by eye")
    assert drive.run() is Outcome.ENDED
    assert drive.step("next").phase is Phase.DONE


def test_a_notice_that_cannot_be_delivered_is_postponed_and_holds_nothing_up(tmp_path: Path) -> None:
    drive = Drive(tmp_path, ANNOUNCE + LOOK.replace("look:", "other:"))
    drive.board.down = True
    drive.run()
    assert drive.step("tell").phase is Phase.POSTPONED
    assert drive.board.acts == []


def test_a_human_step_ends_with_the_answer(tmp_path: Path) -> None:
    steps = (
        "  choose: {uses: human.decide, with: {question: Which one, options: [red, green]}}\n"
        "  go: {uses: board.turn_on, with: {name: a}, when: $choose.choice is red}\n"
        "  stay: {uses: board.look, with: {name: a}, when: $choose.choice is green}\n"
    )
    drive = Drive(tmp_path, steps)
    assert drive.run() is Outcome.WAITS
    assert drive.step("choose").phase is Phase.ASKING
    drive.orders().decide(StepId("choose"), {"choice": "green"}, "safer")
    assert drive.run() is Outcome.ENDED
    assert drive.step("go").phase is Phase.OMITTED
    assert drive.step("stay").phase is Phase.DONE


def test_an_incident_is_closed_only_at_its_end_and_then_takes_only_notes(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.run()
    with pytest.raises(OrderRefused, match="not every step"):
        drive.orders().close()
    drive.approve("turn")
    drive.run()
    drive.orders().close()
    with pytest.raises(OrderRefused):
        drive.orders().undo(StepId("turn"), "late")
    drive.orders().note("for the record")
    assert drive.journal.state().closed == "every step has ended"


def test_abort_begins_nothing_more(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.run()
    drive.approve("turn")
    drive.orders().abort("false alarm")
    assert drive.run() is Outcome.ABORTED
    assert drive.board.acts == []


def test_a_runner_sees_an_approval_given_by_another_connection(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    other = SqliteJournal(drive.path)
    with drive.running():
        eventually(lambda: drive.step("turn").phase is Phase.PLANNED)
        other_orders = type(drive.orders())(other, drive.runbook, SAM)
        other_orders.approve(StepId("turn"), drive.step("turn").plan_hash or ev.PlanHash(""))
        eventually(lambda: drive.step("turn").phase is Phase.DONE)
    assert other.state() == drive.journal.state()


def test_what_a_lost_runner_left_open_is_in_doubt_for_the_next(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)
    drive.run()
    drive.approve("turn")
    step = drive.step("turn")
    assert step.plan_hash is not None
    intended = ev.EffectIntended(
        step=StepId("turn"), attempt=1, item=0, plan_hash=step.plan_hash, runner="the lost one"
    )
    drive.journal.append(intended, actor=KIM)
    assert drive.run() is Outcome.IN_DOUBT
    assert drive.step("turn").items[0].phase is ItemPhase.IN_DOUBT
    assert drive.step("turn").items[0].standing is Standing.UNTOUCHED
    assert drive.board.acts == []
    drive.orders().resolve(StepId("turn"), 0, Resolution.WAS_NOT_DONE)
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == [("a", "on")]


def test_a_plan_that_changes_nothing_and_goes_stale_each_time_fails_and_does_not_go_round_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No human stands before a plan without changes, so nobody would see that it never holds."""
    turn_on = CATALOG["board.turn_on"]
    assert turn_on.operation is not None
    between = replace(turn_on.operation, probe=lambda *_: Probe(standing=Standing.BETWEEN, seen="neither on nor off"))
    monkeypatch.setitem(CATALOG, "board.turn_on", replace(turn_on, operation=between))
    drive = Drive(tmp_path, TURN)
    drive.board.switches["a"] = "on"
    assert drive.run() is Outcome.FAILED
    assert "neither on nor off" in drive.step("turn").error
    assert drive.kinds("turn").count("step_planned") == STALE_PLANS


def test_what_was_carried_out_and_not_proven_is_retried_before_it_can_be_skipped(tmp_path: Path) -> None:
    """Without a way past it, one effect that cannot be proven would hold up all that needs it, for good."""
    drive = Drive(tmp_path, TURN + "  after: {uses: board.look, needs: [turn], with: {name: a}}\n")
    drive.run()
    drive.approve("turn")
    drive.board.after_act = lambda: drive.board.switches.update(a="flickering")
    assert drive.run() is Outcome.FAILED
    with pytest.raises(OrderRefused, match="retry it first"):
        drive.orders().skip(StepId("turn"), "looked at it myself")
    drive.orders().retry(StepId("turn"))
    assert drive.run() is Outcome.WAITS
    drive.approve("turn")
    assert drive.run() is Outcome.FAILED
    drive.orders().skip(StepId("turn"), "looked at it myself")
    assert drive.run() is Outcome.ENDED
    assert drive.step("turn").phase is Phase.SKIPPED
    assert drive.step("after").phase is Phase.DONE


def test_a_half_done_for_each_is_gone_on_with_and_nothing_is_done_twice(tmp_path: Path) -> None:
    steps = LOOK + "  each: {uses: board.turn_on, for_each: $look.names, with: {name: $item}}\n"
    drive = Drive(tmp_path, steps)
    drive.run()
    drive.approve("each")

    def fail_at_the_second() -> None:
        if drive.board.acts:
            raise Unreachable("no answer")

    drive.board.before_act = fail_at_the_second
    assert drive.run() is Outcome.FAILED
    with pytest.raises(OrderRefused, match="retry it first"):
        drive.orders().skip(StepId("each"), "enough")
    drive.board.before_act = lambda: None
    drive.orders().retry(StepId("each"))
    assert drive.run() is Outcome.WAITS
    assert [len(plan.changes) for plan in drive.step("each").plans] == [0, 1, 1]
    drive.approve("each")
    assert drive.run() is Outcome.ENDED
    assert sorted(drive.board.acts) == [("a", "on"), ("b", "on"), ("c", "on")]
    assert [receipt.details["was"] for receipt in drive.step("each").receipts] == ["off", "off", "off"]
