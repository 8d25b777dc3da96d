from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from rich.style import Style
from textual.pilot import Pilot
from textual.widgets import Input

from irkit.tui.look import Colour, Terminal
from tests.patience import PATIENCE_S
from tests.tui.conftest import Play
from tests.tui.driving import NARROW, WIDE, on
from tests.tui.story import ScriptedDesk, halfway


def styles(pilot: Pilot[str]) -> Iterator[tuple[str, Style]]:
    for strip in pilot.app.screen._compositor.render_strips():
        for segment in strip:
            if segment.style is not None:
                yield segment.text, segment.style


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_no_color_sends_no_colour_at_all(play: Play, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(pilot: Pilot[str]) -> None:
        for keys in ([], ["question_mark"], ["escape", "a"]):
            await on(pilot).press(*keys).go()
            for text, style in styles(pilot):
                assert style.color is None or style.color.is_default, text
                assert style.bgcolor is None or style.bgcolor.is_default, text

    play(ScriptedDesk(halfway()), size, scene, colour=Colour.NONE)


def test_without_colours_the_selected_row_still_has_its_mark_and_the_focus_is_reversed(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("▌│ ?").go()
        assert any(style.reverse and "update_consumers" in text for text, style in styles(pilot))
        await on(pilot).press("a").says("Cancel").go()
        assert any(style.reverse and "Cancel" in text for text, style in styles(pilot))

    play(ScriptedDesk(halfway()), WIDE, scene, colour=Colour.NONE)


def test_a_slow_terminal_gets_ten_frames_a_second_and_no_animation() -> None:
    program = """
from pathlib import Path
from irkit.tui.look import Look, Terminal
from irkit.tui.show import show
class Desk:
    def incidents(self): return []
    def runbooks(self): return []
show(Desk(), Look(screens_folder=Path("."), terminal=Terminal.SLOW))
from textual import constants
print(constants.MAX_FPS, constants.TEXTUAL_ANIMATIONS)
"""
    env = {key: value for key, value in os.environ.items() if not key.startswith("TEXTUAL")}
    env |= {"TEXTUAL_DRIVER": "textual.drivers.headless_driver:HeadlessDriver", "TEXTUAL_PRESS": "q"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, check=True, timeout=PATIENCE_S
    )
    assert done.stdout.splitlines()[-1] == "10 none"


def test_a_cursor_does_not_blink_on_a_slow_terminal(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("n").says("goes into the journal").go()
        assert not pilot.app.screen.query_one("#text", Input).cursor_blink

    play(ScriptedDesk(halfway()), NARROW, scene, terminal=Terminal.SLOW)
