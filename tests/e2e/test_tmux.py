"""The screens in a real terminal, over real drills: what only a terminal shows."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.commands import Command
from tests.e2e.tmux import Tmux, terminal

INCIDENT = "DRILL-0001"
WAITS = "1 waits for YOU"
"""What the headline says once the quarantine is planned: all else that changes something comes after it."""
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
SELECTED = "▌"


@pytest.fixture
def irkit(tmp_path: Path) -> Command:
    return Command(tmp_path)


def command(*words: str) -> str:
    return shlex.join([sys.executable, "-m", "irkit.cli.main", *words])


@contextmanager
def drilling(irkit: Command, **environment: str) -> Iterator[Tmux]:
    """A terminal of 120x36 in which a drill of key_leak shows its screen, and has read all it can."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed: apt-get install tmux")
    try:
        with terminal({**irkit.environment, **environment}, irkit.home, 120, 36) as tmux:
            tmux.types(command("drill", "key_leak"))
            tmux.until_it_says(INCIDENT, WAITS)
            yield tmux
    finally:
        stopped = irkit.run("drill", "stop", INCIDENT)
    assert stopped.returncode == 0, stopped.stderr


def selected(lines: list[str]) -> list[str]:
    return [line for line in lines if SELECTED in line]


def rules(lines: list[str]) -> list[str]:
    """The lines that frame the panes, without the titles in them."""
    return [re.sub("[^╭╮╰╯]", "─", line) for line in lines if line.startswith(("╭", "╰"))]


def is_drawn(lines: list[str], columns: int, rows: int) -> bool:
    """The panes and the footer reach to the edges of a terminal of that size."""
    framed = {len(rule) for rule in rules(lines)}
    return len(lines) == rows and framed == {columns} and lines[-1].endswith("q Leave")


@pytest.mark.apt
def test_a_drill_starts_with_the_incidents_screen(irkit: Command) -> None:
    with drilling(irkit) as tmux:
        lines = tmux.shows()
        assert is_drawn(lines, 120, 36)
        assert "DRILL-0001  AWS access key leaked" in lines[0]
        assert "DRILL  default 111122223333" in lines[0]
        for pane in ("Steps", "Step › Plan", "Waits for you (1)", "Activity"):
            assert any(pane in line for line in lines), pane
        assert lines[-1].startswith(" a Approve")
        assert lines[-1].endswith("q Leave")
        assert COLOUR.search(tmux.shows_in_colour()), "the test of NO_COLOR proves nothing if no colours are seen here"


@pytest.mark.apt
def test_the_screen_follows_the_terminals_size_and_back(irkit: Command) -> None:
    with drilling(irkit) as tmux:
        large = tmux.shows()
        assert is_drawn(large, 120, 36)
        tmux.resizes(80, 24)
        small = tmux.until(lambda lines: is_drawn(lines, 80, 24) and not any("Step › Plan" in line for line in lines))
        assert small[0].startswith(" DRILL-0001 AWS access key leaked")
        assert any("quarantine" in line for line in selected(small))
        tmux.resizes(120, 36)
        again = tmux.until(lambda lines: is_drawn(lines, 120, 36) and any("Step › Plan" in line for line in lines))
        assert "DRILL-0001  AWS access key leaked" in again[0]
        assert any("quarantine" in line for line in selected(again))
        assert rules(again) == rules(large)


@pytest.mark.apt
def test_no_color_sends_no_colours_and_the_selected_row_is_marked_still(irkit: Command) -> None:
    with drilling(irkit, NO_COLOR="1") as tmux:
        assert any("quarantine" in line for line in selected(tmux.shows()))
        assert COLOUR.findall(tmux.shows_in_colour()) == []
        tmux.presses("Down")
        tmux.until(lambda lines: any("quarantine_binds" in line for line in selected(lines)))
        assert COLOUR.findall(tmux.shows_in_colour()) == []


@pytest.mark.apt
def test_ctrl_c_leaves_the_terminal_sane_and_the_incident_resumable(irkit: Command) -> None:
    with drilling(irkit) as tmux:
        tmux.presses("a")
        tmux.until_it_says("Run this plan of quarantine?")
        tmux.presses("y")
        tmux.until(lambda lines: any(re.search("✓.*quarantine .*undo: U", line) for line in lines))
        tmux.presses("C-c")
        tmux.until_the_shell_is_back()
        assert [tmux.says(name) for name in ("alternate_on", "cursor_flag", "mouse_any_flag")] == ["0", "1", "0"]
        tmux.types(
            "stty -a | tr ' ' '\\n' | grep -cx -e icanon -e echo -e isig -e icrnl -e opost; echo typed $((40 + 2))"
        )
        tmux.until(lambda lines: "typed 42" in lines and "5" in lines)
        tmux.until_it_says(f"irkit resume {INCIDENT}")
        status = json.loads(irkit.run("status", INCIDENT, "--json").stdout)
        states = {step["step"]: step["state"] for step in status["steps"]}
        assert states["quarantine"] == "done"
        assert states["deny_user"] == "waits for you"
        assert "in doubt" not in states.values()
        assert irkit.run("verify", INCIDENT).returncode == 0
        tmux.types(command("resume", INCIDENT))
        resumed = tmux.until_it_says("3 wait for YOU")
        assert any("✓" in line and "quarantine" in line for line in resumed)
        tmux.presses("q")
        tmux.until_the_shell_is_back()
