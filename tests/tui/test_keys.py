from __future__ import annotations

import asyncio
import inspect
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from textual.pilot import Pilot

from irkit.engine.offers import Order
from irkit.tui.keys import KEYS, Edge, Place, document, fitted, keys, reasons
from irkit.tui.screens.audit import AuditScreen
from irkit.tui.screens.contain import ContainScreen
from irkit.tui.screens.credentials import CredentialsScreen
from irkit.tui.screens.home import HomeScreen
from irkit.tui.screens.incident import IncidentScreen
from irkit.tui.screens.log import LogScreen
from irkit.tui.screens.placed import PlacedScreen
from irkit.tui.screens.step import StepScreen
from irkit.tui.screens.trail import TrailScreen
from irkit.tui.screens.trail_coverage import CoverageScreen
from irkit.tui.screens.trail_record import RecordScreen
from tests.tui.conftest import Play
from tests.tui.driving import WIDE, look, on, running
from tests.tui.story import ScriptedDesk, ScriptedHome, halfway

SCREENS: dict[Place, type[PlacedScreen]] = {
    Place.HOME: HomeScreen,
    Place.INCIDENT: IncidentScreen,
    Place.STEP: StepScreen,
    Place.LOG: LogScreen,
    Place.CONTAIN: ContainScreen,
    Place.CREDENTIALS: CredentialsScreen,
    Place.AUDIT: AuditScreen,
    Place.TRAIL: TrailScreen,
    Place.RECORD: RecordScreen,
    Place.COVERAGE: CoverageScreen,
}


@pytest.mark.parametrize("place", list(Place))
def test_every_key_of_a_place_is_an_action_of_its_screen(place: Place) -> None:
    for key in keys(place):
        name = key.action.partition("(")[0]
        assert inspect.isfunction(getattr(SCREENS[place], f"action_{name}", None)), key.id


@pytest.mark.parametrize("place", list(Place))
def test_no_key_means_two_things_on_one_screen(place: Place) -> None:
    named = [key.key for key in keys(place)]
    assert len(named) == len(set(named))


def test_ids_for_remapping_are_unique() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)


@pytest.mark.parametrize("key", ["ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"])
def test_no_key_is_one_that_terminals_take_for_another(key: str) -> None:
    assert all(key not in entry.key.split(",") for entry in KEYS)
    assert not any(re.search(r"\bf\d+\b|alt\+", entry.key) for entry in KEYS)


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
def test_the_footer_never_overlaps_and_never_leaves_the_screen(place: Place, width: int) -> None:
    entries = fitted(keys(place), width)
    spans = [(entry.x, entry.x + len(entry.text)) for entry in entries]
    assert all(end < start for (_, end), (start, _) in pairwise(spans))
    assert spans[-1][1] <= width
    assert entries[-1].key.edge is Edge.RIGHT


@pytest.mark.parametrize("place", list(Place))
def test_help_is_within_the_first_60_cells_everywhere(place: Place) -> None:
    shown = next(entry for entry in fitted(keys(place), 80) if entry.key.id == "app.help")
    assert shown.x + len(shown.text) <= 60


def test_every_order_has_a_key_and_is_off_for_the_engine_s_reason() -> None:
    assert {key.order for key in KEYS if key.order is not None} == set(Order)
    off = reasons(keys(Place.INCIDENT), dict.fromkeys(Order, "waits for verify_dead"))
    assert off["step.skip"] == off["step.answer"] == "waits for verify_dead"
    assert reasons(keys(Place.INCIDENT), {**dict.fromkeys(Order, "no"), Order.DECIDE: ""}).get("step.answer") is None


def test_the_page_of_keys_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    assert page.read_text(encoding="utf-8") == document(), "run: python -m irkit.tui.keys > docs/keys.md"


def test_help_lists_every_key_runs_the_chosen_one_and_says_why_one_is_off(play: Play) -> None:
    desk = ScriptedDesk(halfway())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).step("notify_owners").press("question_mark").types("undo").says("off: it is todo").go()
        await on(pilot).press("enter").told("it is todo").press("escape").go()
        await on(pilot).press("question_mark").types("add a note").press("enter").says("goes into the journal at").go()

    play(desk, WIDE, scene)


def test_the_palette_finds_commands_by_noun_and_verb(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("ctrl+p").types("focus").says("Incident: Focus view").go()
        await on(pilot).press("enter").until(lambda: pilot.app.screen.has_class("-focus")).go()

    play(ScriptedDesk(halfway()), WIDE, scene)


def test_a_key_can_be_remapped_by_its_id(tmp_path: Path) -> None:
    desk = ScriptedDesk(halfway())

    async def main() -> None:
        at = look(tmp_path, desk.story.at + timedelta(seconds=1), keymap={"step.skip": "x"})
        async with running(ScriptedHome(desk), at, WIDE, desk) as pilot:
            await on(pilot).press("x").says("Skip update_consumers?").go()

    asyncio.run(main())


def test_a_click_on_the_footer_presses_the_key(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await pilot.click("KeyFooter", offset=(2, 0))
        await on(pilot).says("Run this plan of update_consumers?").go()

    play(ScriptedDesk(halfway()), WIDE, scene)
