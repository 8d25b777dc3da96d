from __future__ import annotations

from datetime import timedelta

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from irkit.contract import Change, Effect, Receipt, Standing
from irkit.engine.view import Mark
from irkit.errors import ApprovalInvalid
from irkit.incident import events as ev
from irkit.incident.events import Direction, Mode, PlanHash, Resolution, StepId
from irkit.incident.state import fold
from irkit.tui.capture import screen_text
from irkit.tui.desk import Question, QuestionKind
from irkit.tui.screens.approve import ApproveFinalScreen, ApproveScreen
from irkit.tui.tidings import notes_since
from irkit.tui.widgets.steps import StepList
from tests.tui.conftest import Play
from tests.tui.driving import NARROW, WIDE, on, same_as_snapshot, until
from tests.tui.story import ALICE, BOB, IRKIT, ScriptedDesk, Story, halfway, plan_of
from tests.tui.test_credentials import LEAKED, cut

PHRASE = "purge acme/payments"


def before_the_purge() -> ScriptedDesk:
    return ScriptedDesk(Story().opened().planned("purge_history", Effect.IRREVERSIBLE, 1, PHRASE))


def in_doubt(standing: Standing, found: Receipt | None) -> ScriptedDesk:
    story = Story().opened().planned("deactivate_key", count=1).approved("deactivate_key").intended("deactivate_key")
    story.tell(ev.RunnerStarted(runner="r2", pid=4343, host="war-room"))
    probed = ev.DoubtProbed(
        step=StepId("deactivate_key"),
        attempt=1,
        item=0,
        standing=standing,
        seen="iam:ListAccessKeys says Active",
        receipt=found,
    )
    return ScriptedDesk(story.tell(probed))


def plan_hash(desk: ScriptedDesk, step: str) -> str:
    found = fold(desk.story.records).step(StepId(step)).plan_hash
    assert found is not None
    return found


def test_a_reversible_plan_is_approved_by_a_and_y_and_by_its_hash(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        driver = on(pilot).step("update_consumers").is_waiting().press("a").says("Run this plan of update_consumers?")
        await (
            driver.says("Count    3 changes").says(plan_hash(desk, "update_consumers")[:16]).says("As       alice").go()
        )
        await same_as_snapshot(pilot, "approve_120x36")
        await on(pilot).press("y").until(lambda: bool(desk.orders.given)).told("approved update_consumers").go()

    play(desk, WIDE, scene)
    assert desk.orders.given == [("approve", ("update_consumers", plan_hash(desk, "update_consumers"), ""))]


def test_the_cursor_goes_on_to_the_next_step_that_waits_once_one_is_answered(play: Play) -> None:
    """And not before it is: what was approved is watched until it waits no more."""
    story = halfway().planned("purge_history", Effect.IRREVERSIBLE, phrase="purge acme/payments")
    desk = ScriptedDesk(story)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("update_consumers").press("a").says("Run this plan").press("y").told("approved").go()
        steps = pilot.app.screen.query_one(StepList)
        assert steps.chosen == "update_consumers"
        story.approved("update_consumers")
        await on(pilot).until(lambda: steps.chosen == "purge_history").go()

    play(desk, WIDE, scene)


@pytest.mark.parametrize("keys", [["enter"], ["escape"], ["n"]])
def test_cancel_has_the_focus_and_escape_says_no(play: Play, keys: list[str]) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("Run this plan").press(*keys).says_not("Run this plan of").go()
        assert not isinstance(pilot.app.screen, ApproveScreen)

    play(desk, WIDE, scene)
    assert desk.orders.given == []


def test_on_a_tiny_terminal_it_is_said_and_the_buttons_of_a_dialog_stay_in_sight(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("40x10 is small").press("a").says("Yes, run it").says("Cancel").go()

    play(ScriptedDesk(halfway()), (40, 10), scene)


@pytest.mark.parametrize("times", [2, 3])
def test_escape_pressed_again_over_a_slow_line_closes_the_dialog_alone(play: Play, times: int) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("Run this plan").go()
        dialog = pilot.app.screen
        assert isinstance(dialog, ApproveScreen)
        for _ in range(times):
            dialog.dismiss(result=False)
        await on(pilot).says_not("Run this plan of").says("Waits for you").go()

    play(desk, WIDE, scene)
    assert desk.orders.given == []


def test_the_cursor_goes_on_when_a_step_comes_to_wait_later(play: Play) -> None:
    """Unless the user has turned to the page of the step that was answered."""
    story = halfway()
    desk = ScriptedDesk(story)

    async def scene(pilot: Pilot[str]) -> None:
        await (
            on(pilot)
            .step("update_consumers")
            .press("a")
            .says("Run this plan")
            .press("y")
            .until(lambda: bool(desk.orders.given))
            .go()
        )
        steps = pilot.app.screen.query_one(StepList)
        story.approved("update_consumers")
        await on(pilot).says("Waits for you (0)").go()
        story.planned("purge_history", Effect.IRREVERSIBLE, phrase="purge acme/payments")
        await on(pilot).until(lambda: steps.chosen == "purge_history").go()

    play(desk, WIDE, scene)


def test_tab_and_enter_say_yes(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await (
            on(pilot).press("a").says("Run this plan").press("tab", "enter").until(lambda: bool(desk.orders.given)).go()
        )

    play(desk, NARROW, scene)


def test_an_irreversible_plan_wants_its_phrase_typed(play: Play) -> None:
    desk = before_the_purge()

    async def scene(pilot: Pilot[str]) -> None:
        driver = on(pilot).step("purge_history").is_waiting().press("a").says("type the phrase: purge acme/payments")
        await driver.says("2 people, 0 so far").until(lambda: _listening(pilot)).go()
        await same_as_snapshot(pilot, "approve_final_80x24")
        await on(pilot).types("purge acme/paymentz").go()
        assert pilot.app.screen.query_one("#yes", Button).disabled
        await on(pilot).press("backspace").types("s").press("enter").says("enter approves nothing").go()
        assert desk.orders.given == []
        await on(pilot).press("tab", "tab", "enter").until(lambda: bool(desk.orders.given)).go()

    play(desk, NARROW, scene)
    assert desk.orders.given == [("approve", ("purge_history", plan_hash(desk, "purge_history"), PHRASE))]


def test_keys_typed_ahead_never_reach_the_dialog_of_an_irreversible_effect(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").types(PHRASE).press("tab", "tab", "enter").go()
        assert isinstance(pilot.app.screen, ApproveFinalScreen)
        assert pilot.app.screen.query_one("#phrase", Input).value == ""

    play(before_the_purge(), WIDE, scene, type_ahead=timedelta(hours=1))


def _listening(pilot: Pilot[str]) -> bool:
    return isinstance(pilot.app.screen, ApproveFinalScreen) and pilot.app.screen.listening


def test_the_second_approver_sees_who_was_first(play: Play) -> None:
    desk = before_the_purge()
    desk.story.approved("purge_history", BOB, PHRASE)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("2 people, 1 so far: bob").go()

    play(desk, WIDE, scene)


def test_who_approved_already_is_told_that_another_person_must(play: Play) -> None:
    desk = before_the_purge()
    desk.story.approved("purge_history", phrase=PHRASE)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").told("another person must").go()

    play(desk, WIDE, scene)


def test_a_key_that_is_off_says_why(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("notify_owners").marked(Mark.TODO).press("a").told("waits for force_push").go()
        await on(pilot).step("identify_key").press("U").told("there is nothing irkit could undo").go()

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_a_on_a_step_that_is_over_goes_to_the_next_that_waits_and_asks_nothing(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("identify_key").marked(Mark.DONE).press("a").told("identify_key is over").go()
        assert pilot.app.screen.query_one(StepList).chosen == "update_consumers"
        await on(pilot).says_not("Run this plan of").press("a").says("Run this plan of").go()

    play(desk, WIDE, scene)
    assert desk.orders.given == []


def test_a_dry_run_cannot_be_approved_and_says_so(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").told("a dry run carries nothing out").go()

    play(ScriptedDesk(halfway(Mode.DRY_RUN)), WIDE, scene)


def test_a_refused_order_shows_the_reason_and_the_hint(play: Play) -> None:
    desk = ScriptedDesk(halfway())
    desk.orders.refuse = ApprovalInvalid("that is not the current plan", hint="look again")

    async def scene(pilot: Pilot[str]) -> None:
        await (
            on(pilot).press("a").says("Run this plan").press("y").told("that is not the current plan\nlook again").go()
        )

    play(desk, WIDE, scene)


def test_a_skip_needs_a_reason(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("s").says("Skip update_consumers?").press("enter").says("a text is needed").go()
        await on(pilot).types("no consumers left").press("enter").until(lambda: bool(desk.orders.given)).go()

    play(desk, WIDE, scene)
    assert desk.orders.given == [("skip", ("update_consumers", "no consumers left"))]


def test_a_note_goes_to_the_selected_step(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("verdict").press("n").types("called the owner?").press("enter").told("noted").go()

    play(desk, NARROW, scene)
    assert desk.orders.given == [("note", ("called the owner?", "verdict"))]


def test_an_undo_shows_the_receipt_first_and_its_plan_is_approved_like_any(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await (
            on(pilot)
            .step("deactivate_key")
            .press("U")
            .says("Receipt  iam:UpdateAccessKey")
            .types("wrong key")
            .press("enter")
            .go()
        )
        await until(pilot, lambda: bool(desk.orders.given))
        desk.story.tell(ev.UndoAsked(step=StepId("deactivate_key"), reason="wrong key"))
        desk.story.planned("deactivate_key", count=1, direction=Direction.UNDO)
        await on(pilot).says("Undo plan").press("a").says("Run the undo of deactivate_key?").go()

    play(desk, WIDE, scene)
    assert desk.orders.given == [("undo", ("deactivate_key", "wrong key"))]


def test_the_undo_of_a_cut_says_who_asked_and_who_must_approve(play: Play) -> None:
    story = cut(Story().opened(), "deactivate_key", LEAKED)
    story.tell(ev.UndoAsked(step=StepId("deactivate_key"), reason="it breaks my build"), by=BOB)
    story.planned("deactivate_key", count=1, direction=Direction.UNDO)
    story.tell(
        ev.OrderRefused(step=StepId("deactivate_key"), plan_hash=PlanHash("ab" * 32), why="bob asked for this undo"),
        by=BOB,
    )
    desk = ScriptedDesk(story)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).told("REFUSED: bob tried to approve plan abababababab: refused, bob asked").go()
        await on(pilot).step("deactivate_key").press("a").says("Asked by").says("1 person, 0 so far").press("n").go()
        await on(pilot).press("right_square_bracket", "right_square_bracket").says("✗").says("Refused").go()
        await (
            on(pilot)
            .press("left_square_bracket", "left_square_bracket")
            .says("[s] Give it up")
            .press("s")
            .says("Give up the undo of deactivate_key?")
            .says("What the step did stands")
            .go()
        )

    play(desk, WIDE, scene)


def test_what_another_person_writes_down_meanwhile_is_shown_and_what_stood_there_is_not() -> None:
    old = fold(Story().opened().tell(ev.NoteAdded(text="before"), by=BOB).records)
    story = Story().opened().tell(ev.NoteAdded(text="before"), by=BOB).tell(ev.NoteAdded(text="mine"), by=ALICE)
    new = fold(story.tell(ev.NoteAdded(text="a second key"), by=BOB).records)
    assert notes_since(old, new, ALICE) == ["Note by bob: a second key"]
    assert notes_since(None, new, ALICE) == []


def test_a_failed_step_shows_its_error_first_and_is_retried_by_r(play: Play) -> None:
    story = Story().opened().started("query_cloudtrail", Effect.READ)
    failed = ev.StepFailed(
        step=StepId("query_cloudtrail"),
        attempt=1,
        error="Denied",
        message="not allowed",
        hint="add cloudtrail:LookupEvents",
    )
    desk = ScriptedDesk(story.tell(failed))

    async def scene(pilot: Pilot[str]) -> None:
        driver = (
            on(pilot)
            .step("query_cloudtrail")
            .marked(Mark.FAILED)
            .says("failed: not allowed")
            .says("hint: add cloudtrail")
        )
        await driver.press("r").until(lambda: bool(desk.orders.given)).go()

    play(desk, WIDE, scene)
    assert desk.orders.given == [("retry", ("query_cloudtrail",))]


def test_aborting_asks_why_and_says_what_is_finished_first(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await (
            on(pilot)
            .press("X")
            .says("Finished first:")
            .says("hunt_persistence.")
            .types("false alarm")
            .press("enter")
            .told("aborted")
            .go()
        )

    play(desk, WIDE, scene)
    assert desk.orders.given == [("abort", ("false alarm",))]


def test_a_decision_is_given_with_the_recommended_option_marked(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("verdict", Effect.HUMAN))

    async def scene(pilot: Pilot[str]) -> None:
        driver = on(pilot).step("verdict").is_waiting().press("a").says("verdict asks").says("abused   (recommended)")
        await driver.go()
        await same_as_snapshot(pilot, "decide_80x24")
        await on(pilot).press("enter", "enter").until(lambda: bool(desk.orders.given)).go()

    play(desk, NARROW, scene)
    assert desk.orders.given == [("decide", ("verdict", {"choice": "abused", "reason": ""}, ""))]


def test_a_decision_against_the_recommendation_needs_a_reason(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("verdict", Effect.HUMAN))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("verdict asks").press("down", "enter", "enter").says("say why not_abused").go()
        await on(pilot).types("our scanner").press("enter").until(lambda: bool(desk.orders.given)).go()

    play(desk, WIDE, scene)
    assert desk.orders.given == [
        ("decide", ("verdict", {"choice": "not_abused", "reason": "our scanner"}, "our scanner"))
    ]


USERS = ("arn:aws:iam::111122223333:user/svc", "arn:aws:iam::111122223333:user/bot")


def test_several_of_a_list_can_be_ticked_and_what_was_recommended_needs_no_reason(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("verdict", Effect.HUMAN))
    desk.asks = Question(QuestionKind.SEVERAL, "Whom to contain?", USERS, proposed=(USERS[1],))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("user/bot   (recommended)").press("down", "up", "space").go()
        await on(pilot).says("[x] user/svc").press("space", "down", "space", "enter", "enter").go()
        await until(pilot, lambda: bool(desk.orders.given))

    play(desk, WIDE, scene)
    assert desk.orders.given == [("decide", ("verdict", {"picked": [USERS[1]], "reason": ""}, ""))]


def test_a_long_question_is_read_on_while_its_options_have_the_focus(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("verdict", Effect.HUMAN))
    text = "\n".join(f"line {number}" for number in range(40))
    desk.asks = Question(QuestionKind.CHOICE, text, ("leave", "disable"), "leave")

    async def scene(pilot: Pilot[str]) -> None:
        driver = on(pilot).press("a").says("line 0").says_not("line 24")
        await driver.press("pagedown", "pagedown", "pagedown").says("line 24").go()

    play(desk, NARROW, scene)


def test_to_pick_nobody_or_others_than_recommended_needs_a_reason(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("verdict", Effect.HUMAN))
    desk.asks = Question(QuestionKind.SEVERAL, "Whom to contain?", USERS, proposed=(USERS[1],))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("Whom to contain?").press("enter", "enter").says("none is ticked: say why").go()
        await on(pilot).types("a test of ours").press("enter").until(lambda: bool(desk.orders.given)).go()

    play(desk, WIDE, scene)
    assert desk.orders.given == [("decide", ("verdict", {"picked": [], "reason": "a test of ours"}, "a test of ours"))]


def test_a_confirmation_carries_the_name_of_who_confirmed(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("approve_purge", Effect.HUMAN))
    desk.asks = Question(QuestionKind.CONFIRM, "The owner agreed to the purge")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("The owner agreed").press("shift+tab", "enter").go()
        await until(pilot, lambda: bool(desk.orders.given))

    play(desk, WIDE, scene)
    assert desk.orders.given == [("decide", ("approve_purge", {"confirmed_by": "alice"}, ""))]


def test_y_confirms_where_only_a_confirmation_is_asked(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("approve_purge", Effect.HUMAN))
    desk.asks = Question(QuestionKind.CONFIRM, "The owner agreed to the purge")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("y confirms").press("y").until(lambda: bool(desk.orders.given)).go()

    play(desk, WIDE, scene)
    assert desk.orders.given == [("decide", ("approve_purge", {"confirmed_by": "alice"}, ""))]


def test_an_effect_in_doubt_shows_intent_and_probe_and_only_ways_on_that_fit(play: Play) -> None:
    desk = in_doubt(Standing.UNTOUCHED, None)

    async def scene(pilot: Pilot[str]) -> None:
        driver = on(pilot).step("deactivate_key").marked(Mark.IN_DOUBT).press("a").says("IN DOUBT: deactivate_key")
        await driver.says("untouched: as before the plan").says("It was not done").says_not("It was done").go()
        await same_as_snapshot(pilot, "doubt_80x24")
        await on(pilot).press("tab", "enter").until(lambda: bool(desk.orders.given)).go()

    play(desk, NARROW, scene)
    assert desk.orders.given == [("resolve", ("deactivate_key", 0, Resolution.WAS_NOT_DONE))]


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_what_is_in_doubt_comes_before_what_waits_above_it(play: Play, size: tuple[int, int]) -> None:
    desk = in_doubt(Standing.UNTOUCHED, None)
    desk.story.planned("open_channel", count=1)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("deactivate_key  ").marked(Mark.IN_DOUBT).go()
        lines = screen_text(pilot.app.screen).splitlines()
        rows = [line for line in lines if line.startswith(("│ ≈ ", "│ ? ", " ≈ ", " ? "))]
        assert "deactivate_key" in rows[0]

    play(desk, size, scene)


def test_a_found_receipt_lets_a_human_say_that_it_was_done(play: Play) -> None:
    desk = in_doubt(Standing.IN_PLACE, Receipt(summary="iam:UpdateAccessKey Inactive"))

    async def scene(pilot: Pilot[str]) -> None:
        await (
            on(pilot)
            .press("a")
            .says("It was done")
            .says_not("It was not done")
            .press("enter")
            .says_not("IN DOUBT: ")
            .go()
        )

    play(desk, WIDE, scene)
    assert desk.orders.given == []


def test_a_plan_that_changes_under_the_dialog_is_not_what_gets_approved(play: Play) -> None:
    desk = ScriptedDesk(halfway())
    old = plan_hash(desk, "update_consumers")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("Run this plan").go()
        desk.story.planned("update_consumers", count=5)
        await on(pilot).press("y").until(lambda: bool(desk.orders.given)).go()

    play(desk, WIDE, scene)
    assert desk.orders.given == [("approve", ("update_consumers", old, ""))]
    assert plan_hash(desk, "update_consumers") != old


def test_a_plan_with_very_many_changes_still_fits_the_dialog(play: Play) -> None:
    story = Story().opened().planned("update_consumers", count=200)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("… and 192 more").says("Yes, run it").go()

    play(ScriptedDesk(story), NARROW, scene)


def test_hostile_names_in_a_plan_are_drawn_harmless(play: Play) -> None:
    plan = plan_of("deactivate_key").model_copy(
        update={"changes": (Change(target="key \x1b[31m\u202e", before="[red]a", after="b\nc"),), "summary": "s\x07"}
    )
    story = Story().opened().started("deactivate_key", Effect.REVERSIBLE)
    story.tell(
        ev.StepPlanned(
            step=StepId("deactivate_key"),
            attempt=1,
            effect=Effect.REVERSIBLE,
            plans=(plan,),
            plan_hash=ev.PlanHash("f" * 64),
        ),
        IRKIT,
    )

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("key �[31m�  [red]a → b c").press("a").says("s�").go()

    play(ScriptedDesk(story), WIDE, scene)


def test_facts_longer_than_the_dialog_can_be_read_with_the_arrows_while_cancel_keeps_the_focus(play: Play) -> None:
    story = Story().opened().planned("update_consumers", count=200)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("a").says("app0/aws").says_not("As       alice").go()
        await (
            on(pilot)
            .press("pagedown", "pagedown")
            .says("As       alice")
            .press("enter")
            .says_not("As       alice")
            .go()
        )

    play(ScriptedDesk(story), NARROW, scene)


def test_what_was_undone_while_others_need_it_stands_among_what_waits_with_the_keys_that_go_on(play: Play) -> None:
    """Else the screen says that nothing waits, and nothing ever goes on."""
    story = Story().opened().read("identify_key").carried_out("issue_new_key", "iam:CreateAccessKey")
    desk = ScriptedDesk(story.tell(ev.StepUndone(step=StepId("issue_new_key"), attempt=1)))

    async def scene(pilot: Pilot[str]) -> None:
        waits = on(pilot).says("Waits for you (1)").says("↺ issue_new_key").says("[r] again   [s] leave it so")
        await waits.press("w", "a").told("[r] plans it again").press("s").says("Skip issue_new_key?").go()

    play(desk, WIDE, scene)


def test_what_failed_stands_among_what_waits(play: Play) -> None:
    story = Story().opened().started("identify_key", Effect.READ)
    failed = ev.StepFailed(step=StepId("identify_key"), attempt=1, error="Denied", message="iam:GetUser denied")
    desk = ScriptedDesk(story.tell(failed))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("✗ identify_key").says("iam:GetUser denied").says("[r] again   [s] skip").go()

    play(desk, WIDE, scene)


def test_who_approved_already_is_told_that_another_must(play: Play) -> None:
    desk = before_the_purge()
    desk.story.approved("purge_history", ALICE, PHRASE)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("another person must").says_not("[a] answer").go()

    play(desk, WIDE, scene)


def test_whoever_approves_is_told_what_comes_to_life_again(play: Play) -> None:
    """One approval is enough for a step of the runbook itself, so the page says what it means."""
    plan = plan_of("update_consumers").model_copy(update={"revives": (LEAKED,)})
    story = Story().opened().read("identify_key")
    hashed = PlanHash("ab" * 32)
    step = StepId("issue_new_key")
    story.tell(ev.StepStarted(step=step, attempt=1, effect=Effect.REVERSIBLE))
    told = ev.StepPlanned(step=step, attempt=1, effect=Effect.REVERSIBLE, plans=(plan,), plan_hash=hashed)
    desk = ScriptedDesk(story.tell(told))

    async def scene(pilot: Pilot[str]) -> None:
        await (
            on(pilot).step("issue_new_key").says("Revives").press("a").says("Run this plan").says("it acts again").go()
        )

    play(desk, WIDE, scene)


def test_a_step_that_waits_shows_its_plan_first_whatever_page_was_read_before(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("query_cloudtrail").says("Found    412 events").press("right_square_bracket").go()
        await on(pilot).says("› Output").step("update_consumers").says("› Plan").says("nothing changed yet").go()

    play(ScriptedDesk(halfway()), WIDE, scene)
