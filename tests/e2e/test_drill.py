"""The main job, as a new user runs it: one command, a leak, the runbook, a postmortem; and no secret leaks by it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from irkit.drill.spills import found_leaks, leaks_in, planted
from tests.e2e.commands import Command
from tests.e2e.watching import Watch, watched

INCIDENT = "DRILL-0001"


@dataclass
class Drilled:
    """A drill that has run from end to end."""

    irkit: Command
    ended: CompletedProcess[str]
    watch: Watch
    world: Path

    @property
    def folder(self) -> Path:
        return self.irkit.data / "drills" / INCIDENT


LEFT_OUT = [
    *("hold", "hold_more", "hold_last", "let_innocents_go", "no_quarantine", "not_clean", "paths_open", "not_dead"),
    *("leave_history", "dead_again", "measure_again", "came_back", "not_dead_again"),
]
"""What a person is asked only where something is not as it should be, and what another decision would bring."""


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    irkit = Command(tmp_path_factory.mktemp("drilled"))
    with watched(f"HOME={irkit.home}") as watch:
        ended = irkit.run("drill", "key_leak", "--unattended")
    worlds = list((irkit.data / "drills" / "worlds").iterdir())
    assert len(worlds) == 1
    return Drilled(irkit, ended, watch, worlds[0])


def test_an_unattended_drill_ends_well(drilled: Drilled) -> None:
    assert drilled.ended.returncode == 0, drilled.ended.stdout[-3000:] + drilled.ended.stderr
    status = json.loads(drilled.irkit.run("status", INCIDENT, "--json").stdout)
    assert {step["state"] for step in status["steps"]} == {"done", "left out"}
    assert [step["step"] for step in status["steps"] if step["state"] == "left out"] == LEFT_OUT


def test_a_drill_that_is_piped_is_shown_as_plain_text(drilled: Drilled) -> None:
    assert "quarantine" in drilled.ended.stdout
    assert "waits for approval" in drilled.ended.stdout
    for text in (drilled.ended.stdout, drilled.ended.stderr):
        assert "\x1b" not in text
        assert "╭" not in text


def test_its_score_is_told_once_it_is_over_and_kept_for_its_owner(drilled: Drilled) -> None:
    assert f"{INCIDENT}: won against an intruder who had gone" in drilled.ended.stderr, drilled.ended.stderr
    assert (drilled.folder / "score.md").stat().st_mode & 0o077 == 0
    again = drilled.irkit.run("drill", "score", INCIDENT)
    assert again.returncode == 0
    assert again.stdout == (drilled.folder / "score.md").read_text()
    assert "## Truth beside belief" in again.stdout


def test_its_journal_verifies_and_its_report_can_be_written_again(drilled: Drilled) -> None:
    verified = drilled.irkit.run("verify", INCIDENT)
    assert verified.returncode == 0
    report = drilled.irkit.run("report", INCIDENT, "--output", "-")
    assert report.returncode == 0
    assert "proven dead" in report.stdout
    assert "DRILL" in report.stdout
    assert (drilled.folder / "postmortem.md").stat().st_mode & 0o077 == 0


def test_the_folder_of_all_its_data_is_its_owners_alone(drilled: Drilled) -> None:
    assert drilled.irkit.data.stat().st_mode & 0o777 == 0o700, "irkit doctor would warn of it"


def test_its_cloud_and_all_that_it_started_have_ended(drilled: Drilled) -> None:
    now = Watch(drilled.watch.mark)
    now.look()
    assert now.processes == set()


def test_no_secret_is_in_any_file_it_left(drilled: Drilled) -> None:
    assert found_leaks(drilled.world, drilled.irkit.home) == []


def test_no_secret_was_in_any_argument_or_environment(drilled: Drilled) -> None:
    secrets = planted(drilled.world)
    assert len(drilled.watch.processes) > 5, "the watcher saw too little to prove anything"
    assert [leaks for seen in drilled.watch.seen if (leaks := leaks_in(seen, secrets))] == []


def test_no_secret_was_printed(drilled: Drilled) -> None:
    printed = (drilled.ended.stdout + drilled.ended.stderr).encode()
    assert leaks_in(printed, planted(drilled.world)) == set()


def test_the_search_would_have_found_a_secret(drilled: Drilled, tmp_path: Path) -> None:
    """The other tests prove nothing if the search is blind."""
    secret = next(iter(planted(drilled.world).values()))
    (tmp_path / "log.txt").write_text(f"oops {secret}")
    found = found_leaks(drilled.world, tmp_path)
    assert {line.partition(" in ")[2] for line in found} == {str(tmp_path / "log.txt")}


def test_nothing_private_is_left_in_the_work_folder(drilled: Drilled) -> None:
    assert list((drilled.folder / "work").iterdir()) == []
    assert list(drilled.irkit.home.glob("tmp/*")) == []
