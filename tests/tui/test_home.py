from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, Select

from irkit.errors import Unreachable
from irkit.incident.events import IncidentId, Mode
from irkit.secret import Secret
from irkit.tui.desk import IncidentCard
from irkit.tui.screens.incident import IncidentScreen
from irkit.tui.screens.start import StartScreen
from tests.tui.conftest import Play
from tests.tui.driving import NARROW, WIDE, on, same_as_snapshot, until
from tests.tui.story import START, ScriptedDesk, ScriptedHome, halfway

LEAKED = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def home(*, incidents: int = 1) -> ScriptedHome:
    card = IncidentCard(
        IncidentId("INC-0042"), "AWS access key published", "SEV1", Mode.LIVE, START, 1, "9 of 16 steps done"
    )
    return ScriptedHome(ScriptedDesk(halfway()), [card] * incidents)


def test_home_lists_open_incidents_and_runbooks(play_home: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("INC-0042").says("1 waits for you").says("key_leak").go()
        await same_as_snapshot(pilot, "home_80x24")

    play_home(home(), NARROW, scene)


def test_enter_opens_the_highlighted_incident(play_home: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("INC-0042").press("enter").go()
        await until(pilot, lambda: isinstance(pilot.app.screen, IncidentScreen))

    play_home(home(), WIDE, scene)


def test_without_an_incident_the_runbooks_have_the_keyboard(play_home: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("none: choose a runbook").press("enter").says("Start key_leak").go()
        await same_as_snapshot(pilot, "start_80x24")

    play_home(home(incidents=0), NARROW, scene)


def test_the_form_starts_a_runbook_in_the_chosen_mode(play_home: Play) -> None:
    at = home(incidents=0)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("none: choose").press("enter").says("Start DRILL").go()
        pilot.app.screen.query_one("#mode", Select).value = Mode.DRY_RUN
        await on(pilot).says("Start DRY-RUN").go()
        pilot.app.screen.query_one("#input-key_id", Input).value = "AKIA0000000000000000"
        await pilot.click("#yes")
        await until(pilot, lambda: bool(at.started))

    play_home(at, WIDE, scene)
    assert at.started == [("key_leak", {"key_id": "AKIA0000000000000000", "tone": "calm"}, Mode.DRY_RUN)]


def test_a_missing_input_is_named_with_an_example(play_home: Play) -> None:
    at = home(incidents=0)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("none: choose").press("enter").says("Start key_leak").go()
        await pilot.click("#yes")
        await on(pilot).says("Access key id is needed.  for example AKIA0000000000000000").go()

    play_home(at, WIDE, scene)
    assert at.started == []


def test_a_secret_is_never_on_the_screen_and_becomes_a_secret_at_once(play_home: Play) -> None:
    at = home(incidents=0)
    fields: list[Input] = []

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("none: choose").press("enter").says("Start key_leak").go()
        assert isinstance(pilot.app.screen, StartScreen)
        fields.append(pilot.app.screen.query_one("#input-leaked_secret", Input))
        pilot.app.screen.query_one("#input-key_id", Input).value = "AKIA0000000000000000"
        fields[0].focus()
        await on(pilot).press(*LEAKED.replace("/", "")).says_not(LEAKED.replace("/", "")[:8]).go()
        fields[0].value = LEAKED
        await pilot.click("#yes")
        await until(pilot, lambda: bool(at.started))

    play_home(at, WIDE, scene)
    assert at.started[0][1]["leaked_secret"] == Secret(LEAKED)
    assert fields[0].value == ""


def test_a_start_that_fails_says_why_and_stays_at_home(play_home: Play) -> None:
    at = home(incidents=0)
    at.refuse = Unreachable("STS gave no answer", hint="check the network")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("none: choose").press("enter").says("Start key_leak").go()
        pilot.app.screen.query_one("#input-key_id", Input).value = "AKIA0000000000000000"
        await pilot.click("#yes")
        await on(pilot).told("STS gave no answer\ncheck the network").says("Runbooks").go()

    play_home(at, WIDE, scene)


def test_home_is_left_without_a_question(play_home: Play, tmp_path: Path) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("INC-0042").press("q").go()
        await until(pilot, lambda: pilot.app.return_value == "")

    play_home(home(), NARROW, scene)
