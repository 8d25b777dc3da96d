from __future__ import annotations

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from irkit.contract import Effect
from irkit.engine.contain_now import Awaited, ContainNow
from irkit.errors import ApprovalInvalid
from irkit.incident import events as ev
from irkit.incident.events import Mode, StepId
from irkit.incident.state import fold
from irkit.runbook.load import loads
from irkit.tui.capture import screen_text
from irkit.tui.contain_page import contain_page
from irkit.tui.screens.contain import ContainScreen
from irkit.tui.widgets.steps import StepList
from tests.tui.conftest import Play
from tests.tui.driving import NARROW, WIDE, on, same_as_snapshot
from tests.tui.story import RUNBOOK, ScriptedDesk, Story, halfway

LOW = (80, 12)
"""Too low for two plans."""
Approval = tuple[str, tuple[object, ...]]


def two_planned(mode: Mode = Mode.LIVE) -> Story:
    story = Story(mode).opened().read("identify_key", "svc-deploy")
    return story.planned("deactivate_key", count=1).planned("deny_policy", count=2)


def approval(desk: ScriptedDesk, step: str) -> Approval:
    return ("approve", (step, fold(desk.story.records).step(StepId(step)).plan_hash, ""))


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_containment_starts_with_three_keystrokes_at_most(play: Play, size: tuple[int, int]) -> None:
    desk = ScriptedDesk(two_planned())
    keystrokes = ["C", "enter"]

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press(*keystrokes).until(lambda: len(desk.orders.given) == 2).go()

    play(desk, size, scene)
    assert len(keystrokes) <= 3
    assert desk.orders.given == [approval(desk, "deactivate_key"), approval(desk, "deny_policy")]


@pytest.mark.parametrize(("size", "name"), [(WIDE, "contain_120x36"), (NARROW, "contain_80x24")])
def test_the_screen_shows_changes_blast_undo_and_hash_of_each_plan(
    play: Play, size: tuple[int, int], name: str
) -> None:
    desk = ScriptedDesk(two_planned())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("CONTAIN NOW: enter starts these 2 plans, 3 changes").go()
        await same_as_snapshot(pilot, name)

    play(desk, size, scene)


def test_the_frame_counts_the_lines_that_are_still_below(play: Play) -> None:
    desk = ScriptedDesk(two_planned())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("more below: ").go()
        pane = pilot.app.screen.query_one("#contain")
        below = int(str(pane.border_subtitle).rpartition(" ")[2])
        await on(pilot).press("down").until(lambda: pane.border_subtitle == f"more below: {below - 1}").go()
        await on(pilot).press("end").until(lambda: pane.border_subtitle == "").says_not("more below").go()

    play(desk, LOW, scene)


def test_a_plan_that_comes_up_is_in_sight_wherever_one_had_scrolled_to(play: Play) -> None:
    desk = ScriptedDesk(two_planned())

    async def scene(pilot: Pilot[str]) -> None:
        pane = lambda: pilot.app.screen.query_one("#contain")  # noqa: E731
        await on(pilot).press("C").says("more below: ").press("end").until(lambda: pane().scroll_y > 0).go()
        desk.story.planned("deactivate_key", count=5)
        await on(pilot).says("enter starts these 2 plans, 7 changes").until(lambda: pane().scroll_y == 0).go()

    play(desk, LOW, scene)


def test_what_the_quarantine_does_not_reach_stands_first_and_red(play: Play) -> None:
    story = Story().opened()
    story.started("identify_key", Effect.READ)
    limits = ["an SCP does not bind the management account"]
    story.limits("verify_dead", limits).planned("deactivate_key", count=1)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("! an SCP does not bind the management account").go()

    play(ScriptedDesk(story), WIDE, scene)


def test_a_plan_that_comes_up_is_shown_and_asked_for_by_another_enter(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().read("identify_key").planned("deactivate_key", count=1))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C", "enter").until(lambda: len(desk.orders.given) == 1).go()
        desk.story.approved("deactivate_key").planned("deny_policy", count=2)
        await on(pilot).says("enter starts this plan, 2 changes").go()
        assert len(desk.orders.given) == 1
        await on(pilot).press("enter").until(lambda: len(desk.orders.given) == 2).go()

    play(desk, WIDE, scene)
    assert desk.orders.given[1] == approval(desk, "deny_policy")


def test_a_press_right_after_a_plan_came_up_starts_nothing(play: Play) -> None:
    desk = ScriptedDesk(two_planned())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C", "enter").told("only just come up").go()

    play(desk, WIDE, scene, type_ahead=timedelta(hours=1))
    assert desk.orders.given == []


def test_a_plan_that_changed_is_refused_and_shown_again(play: Play) -> None:
    desk = ScriptedDesk(two_planned())
    desk.orders.refuse = ApprovalInvalid("deactivate_key: that is not the current plan")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C", "enter").told("that is not the current plan").go()
        desk.orders.refuse = None
        desk.story.planned("deactivate_key", count=5)
        await on(pilot).says("enter starts these 2 plans, 7 changes").press("enter")\
            .until(lambda: len(desk.orders.given) == 2).go()  # fmt: skip

    play(desk, WIDE, scene)
    assert desk.orders.given[0] == approval(desk, "deactivate_key")


def test_with_nothing_planned_it_says_what_it_waits_for_and_what_runs_meanwhile(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("identify_key", Effect.READ))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("nothing to start yet").says("wait for identify_key").go()
        await on(pilot).says("► identify_key").go()
        await on(pilot).press("enter").told("nothing to start yet").go()
        desk.story.done("identify_key").planned("deny_policy", count=1)
        await on(pilot).says("enter starts this plan, 1 change").press("enter")\
            .until(lambda: len(desk.orders.given) == 1).go()  # fmt: skip

    play(desk, WIDE, scene)


def test_an_irreversible_step_is_never_started_from_here(play: Play) -> None:
    desk = ScriptedDesk(two_planned().planned("purge_history", Effect.IRREVERSIBLE, phrase="purge it"))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("these 2 plans").says_not("purge").press("enter")\
            .until(lambda: len(desk.orders.given) == 2).go()  # fmt: skip

    play(desk, WIDE, scene)
    assert all("purge_history" not in what for _, what in desk.orders.given)


def test_a_dry_run_starts_nothing_and_says_so(play: Play) -> None:
    desk = ScriptedDesk(two_planned(Mode.DRY_RUN))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("a dry run carries nothing out").press("enter").told("nothing").go()

    play(desk, WIDE, scene)
    assert desk.orders.given == []


def test_a_key_pressed_twice_approves_once(play: Play) -> None:
    desk = ScriptedDesk(two_planned())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C", "enter", "enter").told("approved deactivate_key, deny_policy").go()

    play(desk, WIDE, scene)
    assert len(desk.orders.given) == 2


def test_escape_goes_back_and_starts_nothing(play: Play) -> None:
    desk = ScriptedDesk(two_planned())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("CONTAIN NOW").press("escape").says_not("CONTAIN NOW").go()
        assert not isinstance(pilot.app.screen, ContainScreen)

    play(desk, NARROW, scene)
    assert desk.orders.given == []


def test_more_plans_than_rows_are_each_seen_in_a_line_first(play: Play) -> None:
    story = two_planned().planned("revoke_sessions", count=4)
    desk = ScriptedDesk(story)
    desk.runbook = loads(
        RUNBOOK.replace("Revoke its sessions\n", "Revoke its sessions\n    phase: contain\n"), "x.yaml"
    )

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("these 3 plans, 7 changes").says("more below: ").go()
        await same_as_snapshot(pilot, "contain_many_80x18")

    play(desk, (80, 18), scene)


def test_with_all_of_it_started_it_says_where_to_go_on(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("All of the containment is started").says("1 step waits for you").go()

    play(desk, WIDE, scene)


def test_back_from_it_the_cursor_goes_on_from_what_is_over_to_what_waits(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("deactivate_key").press("C").says("[esc] goes back").press("escape").is_waiting().go()
        assert pilot.app.screen.query_one(StepList).chosen == "update_consumers"

    play(desk, WIDE, scene)


def test_back_from_it_with_nothing_to_answer_the_cursor_goes_to_what_waits_as_soon_as_it_does(play: Play) -> None:
    story = Story().opened().read("identify_key").carried_out("deactivate_key", "done")
    desk = ScriptedDesk(story.carried_out("deny_policy", "done").started("verify_dead", Effect.READ))

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("deactivate_key").press("C").says("[esc] goes back").press("escape").go()
        desk.story.done("verify_dead", "dead").planned("issue_new_key")
        steps = pilot.app.screen.query_one(StepList)
        await on(pilot).until(lambda: steps.chosen == "issue_new_key").go()

    play(desk, WIDE, scene)


def test_each_step_has_one_row_and_what_had_nothing_to_do_shares_one(play: Play) -> None:
    story = two_planned().approved("deactivate_key").tell(ev.StepOmitted(step=StepId("deny_policy"), because="no"))
    desk = ScriptedDesk(story)
    waits = "Revoke its sessions\n    phase: contain\n    needs: [deactivate_key]\n"
    desk.runbook = loads(RUNBOOK.replace("Revoke its sessions\n", waits), "x.yaml")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("C").says("1 under way, nothing to start yet").says("– nothing to do: deny_policy").go()
        rows = screen_text(pilot.app.screen).splitlines()
        assert [sum(f" {step} " in row for row in rows) for step in ("► deactivate_key", "deny_policy")] == [1, 1]

    play(desk, WIDE, scene)


def test_plans_that_are_about_to_be_made_are_many() -> None:
    coming = tuple(Awaited(StepId(step), "its plan is about to be made") for step in ("hold", "deny"))
    assert contain_page(ContainNow(coming=coming), {})[-1].plain == "· hold, deny: their plans are about to be made"
