from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from irkit.contract import Effect
from irkit.engine.view import Mark
from irkit.incident import events as ev
from irkit.incident.events import Mode, StepId
from irkit.incident.state import fold
from irkit.tui.app import IrkitApp
from irkit.tui.capture import screen_text
from irkit.tui.desk import ProgressLine
from irkit.tui.look import Glyphs
from irkit.tui.screens.incident import IncidentScreen
from irkit.tui.screens.log import LogScreen
from irkit.tui.screens.step import StepScreen
from irkit.tui.widgets.activity import ActivityPane
from irkit.tui.widgets.steps import StepList
from tests.tui.conftest import Play
from tests.tui.driving import NARROW, WIDE, on, same_as_snapshot, until
from tests.tui.story import ScriptedDesk, Story, halfway, runbook


def test_the_incident_is_drawn_at_120_by_36(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await same_as_snapshot(pilot, "incident_120x36")

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_the_incident_is_drawn_at_80_by_24(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await same_as_snapshot(pilot, "incident_80x24")

    play(ScriptedDesk(halfway()), NARROW, scene)


def test_a_narrow_screen_says_how_many_more_wait(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("? update_consumers").says("1 more: w").go()

    story = halfway().planned("purge_history", Effect.IRREVERSIBLE, phrase="purge acme/payments")
    play(ScriptedDesk(story), NARROW, scene)


def test_help_stands_within_the_first_60_cells_of_the_footer_at_80_by_24() -> None:
    footer = (Path(__file__).parent / "snapshots" / "incident_80x24.txt").read_text(encoding="utf-8").splitlines()[-1]
    assert "? Help" in footer[:60]


def test_no_line_of_a_screen_is_wider_than_the_terminal() -> None:
    for path in (Path(__file__).parent / "snapshots").glob("*_80x24.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == 24
        assert max(map(len, lines)) <= 80


def test_every_glyph_has_an_ascii_twin(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await same_as_snapshot(pilot, "incident_ascii_120x36")
        own = screen_text(pilot.app.screen).replace("AKIA…WXYZ", "").replace("AKIA…5TUV", "")
        assert own.isascii()

    play(ScriptedDesk(halfway()), WIDE, scene, glyphs=Glyphs.ASCII)


@pytest.mark.parametrize("mode", list(Mode))
def test_mode_and_account_are_always_in_the_header(play: Play, mode: Mode) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says(f" {mode.value.upper()} ").says("prod 1111-4321").go()

    play(ScriptedDesk(halfway(mode)), NARROW, scene)


def test_the_step_that_waits_is_selected_first(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        assert pilot.app.screen.query_one(StepList).chosen == "update_consumers"
        await on(pilot).says("Waits for you (1)").says("[a] Run this plan").go()

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_the_page_follows_the_cursor(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("up").says("aws.issue_access_key").press("k").says("cloudtrail.hunt_persistence").go()

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_every_page_of_a_done_step_can_be_read(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        driver = on(pilot).step("deactivate_key").marked(Mark.DONE).press("]").says("Receipt  iam:UpdateAccessKey")
        driver.says("7c1e-req").says("listed as Inactive").press("]").says("alice (human)").press("]")
        await driver.says("irkit/actions/aws/deactivate_key.py:12").press("]").says("Plan  done").go()

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_enter_opens_the_step_on_the_whole_narrow_screen_and_escape_goes_back(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("enter").says("nothing changed yet").go()
        assert isinstance(pilot.app.screen, StepScreen)
        await same_as_snapshot(pilot, "step_80x24")
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, IncidentScreen)

    play(ScriptedDesk(halfway()), NARROW, scene)


def test_the_step_on_the_whole_screen_goes_on_living(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("enter").says("nothing changed yet").go()
        desk.story.approved("update_consumers").intended("update_consumers")
        await on(pilot).says("being applied").go()

    play(desk, NARROW, scene)


def test_what_another_process_records_appears_by_itself(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        desk.story.done("hunt_persistence", "svc-backup2 found")
        await on(pilot).says("done: svc-backup2 found").step("hunt_persistence").marked(Mark.DONE).go()

    play(desk, WIDE, scene)


def test_the_screen_changes_its_layout_when_the_terminal_is_resized(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await pilot.resize_terminal(*NARROW)
        await on(pilot).says("9/16").says_not("Activity  all steps").go()
        await pilot.resize_terminal(*WIDE)
        await on(pilot).says("Activity  all steps").says("16 steps").go()

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_the_focus_view_shows_only_what_matters_now(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("f").says("Next, when those are done").go()
        await same_as_snapshot(pilot, "focus_80x24")
        await on(pilot).press("f").says("│ ?").go()

    play(ScriptedDesk(halfway()), NARROW, scene)


def test_w_selects_the_next_step_that_waits(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("home").marked(Mark.DONE).press("w").is_waiting().go()

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_a_step_is_found_by_some_of_its_name(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("slash").types("purge hist").press("enter").go()
        assert pilot.app.screen.query_one(StepList).chosen == "purge_history"

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_the_clocks_of_contained_eradicated_and_recovered_stand_in_the_header(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("contained ✓ 2:27").says("eradicated ·").says("9 done · 1 running · 1 waits for YOU").go()

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_the_activity_stops_following_when_the_user_scrolls_and_end_follows_again(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        pane = pilot.app.screen.query_one(ActivityPane)
        await pilot.press("3", "up", "up")
        await until(pilot, lambda: not pane.following)
        held = pane.scroll_offset.y
        desk.stream([ProgressLine(desk.story.at, StepId("hunt_persistence"), f"checked {n}/7") for n in range(7)])
        await on(pilot).says("+7 new lines").go()
        assert pane.scroll_offset.y == held
        await on(pilot).press("end").says("checked 6/7").says_not("new lines").go()
        assert pane.following

    play(desk, WIDE, scene)


def test_the_log_takes_the_whole_screen_and_can_be_filtered(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("l").says("Log  all steps").press("slash").types("createaccesskey").press("enter").go()
        assert isinstance(pilot.app.screen, LogScreen)
        await same_as_snapshot(pilot, "log_80x24")
        await on(pilot).press("escape").says("Steps").go()

    play(ScriptedDesk(halfway()), NARROW, scene)


def test_names_written_by_strangers_cannot_drive_the_terminal(play: Play) -> None:
    desk = ScriptedDesk(halfway())
    desk.story.done("hunt_persistence", "user \x1b[2J\x1b]52;c;AAAA\x07 made by \u202eevil [bold]x[/]")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("user �[2J�]52;c;AAAA� made by �evil [bold]x[/]").go()

    play(desk, WIDE, scene)


def test_leaving_asks_nothing_when_nothing_runs_and_says_how_to_resume(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().planned("deactivate_key"))

    async def scene(pilot: Pilot[str]) -> None:
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value == "Come back with: irkit resume INC-0042"

    play(desk, WIDE, scene)


def test_an_incident_whose_steps_have_all_ended_points_to_its_postmortem(play: Play) -> None:
    story = Story().opened()
    for step in runbook().steps:
        story.tell(ev.StepSkipped(step=step.id, reason="false alarm"), after=0)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("every step has ended").press("q").go()
        await until(pilot, lambda: "irkit report INC-0042" in (pilot.app.return_value or ""))

    play(ScriptedDesk(story), WIDE, scene)


def test_the_cursor_is_led_to_what_waits_only_until_the_user_moves_it(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().started("identify_key", Effect.READ))

    async def scene(pilot: Pilot[str]) -> None:
        steps = pilot.app.screen.query_one(StepList)
        assert steps.chosen == "identify_key"
        desk.story.planned("deactivate_key")
        await until(pilot, lambda: steps.chosen == "deactivate_key")
        await on(pilot).press("down", "down").go()
        desk.story.planned("deny_policy").planned("issue_new_key")
        await on(pilot).says("Waits for you (3)").go()
        assert steps.chosen == "query_cloudtrail"

    play(desk, WIDE, scene)


def test_leaving_while_a_step_runs_asks_first_and_staying_is_the_default(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("q").says("Running now: hunt_persistence").press("enter").says_not("Running now").go()
        assert pilot.app.return_value is None
        await on(pilot).press("escape").says("Back to the list of incidents?").press("n").says_not("Running now").go()
        await on(pilot).press("q").says("Leave irkit?").press("y").go()
        await until(pilot, lambda: pilot.app.return_value is not None)

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_ctrl_c_leaves_at_once_from_anywhere(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("n").says("Note").press("ctrl+c").go()
        await until(pilot, lambda: pilot.app.return_value == "Come back with: irkit resume INC-0042")

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_going_back_home_closes_the_incident(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().planned("deactivate_key"))

    async def scene(pilot: Pilot[str]) -> None:
        await pilot.press("escape")
        await until(pilot, desk.closed.is_set)
        await on(pilot).says("Runbooks").go()

    play(desk, WIDE, scene)


def test_an_incident_that_is_still_open_is_closed_after_the_screen_is_gone() -> None:
    desk = ScriptedDesk(halfway())
    app = IrkitApp.__new__(IrkitApp)
    app._opened = [desk]
    app.close_desks()
    assert desk.closed.is_set()


def test_the_reader_stops_with_the_screen(play: Play) -> None:
    desk = ScriptedDesk(Story().opened().planned("deactivate_key"))

    async def scene(pilot: Pilot[str]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, IncidentScreen)
        await pilot.press("escape")
        await until(pilot, screen._reader.stopped.is_set)

    play(desk, WIDE, scene)
    assert fold(desk.story.records).opened is not None


def test_the_screen_can_be_saved_as_text_that_only_its_owner_may_read(play: Play, tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("S").told("saved").go()

    play(ScriptedDesk(halfway()), WIDE, scene)
    saved = next(tmp_path.glob("screen-*.txt"))
    assert "update_consumers" in saved.read_text(encoding="utf-8")
    assert saved.stat().st_mode & 0o077 == 0


def test_copying_gives_ids_only(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("deactivate_key").press("y").told("sent to terminal: INC-0042 deactivate_key").go()
        assert pilot.app.clipboard.endswith("7c1e-req")

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_time_goes_on_in_the_header_without_any_event(play: Play) -> None:
    desk = ScriptedDesk(halfway())
    clock = {"at": desk.story.at}

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("elapsed 2m49s").go()
        clock["at"] += timedelta(hours=1)
        await on(pilot).says("elapsed 1h02m").go()

    play(desk, WIDE, scene, now=lambda: clock["at"])


def test_a_running_step_says_how_long_it_usually_takes(play: Play) -> None:
    desk = ScriptedDesk(halfway())
    desk.usually = {StepId("hunt_persistence"): timedelta(seconds=101), StepId("verdict"): timedelta(seconds=9)}

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("usually 1:41").says_not("usually 0:09").go()

    play(desk, WIDE, scene)
