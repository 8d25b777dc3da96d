from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from irkit.incident.events import Mode
from irkit.incident.folder import RunnerBusy, created


def test_whoever_asks_whether_a_runner_is_at_work_keeps_none_from_starting(tmp_path: Path) -> None:
    """Asking takes the lock for a moment; here the moment is long."""
    folder = created(tmp_path, Mode.DRY_RUN)
    with (folder.path / "runner.lock").open("a") as asking:
        fcntl.flock(asking, fcntl.LOCK_EX)
        answered = threading.Timer(0.05, fcntl.flock, (asking, fcntl.LOCK_UN))
        answered.start()
        with folder.running():
            assert folder.is_running()
        answered.join()


def test_all_folders_that_the_first_incident_makes_are_its_owners_alone(tmp_path: Path) -> None:
    created(tmp_path / "data" / "irkit" / "drills", Mode.DRILL)
    made = [tmp_path / "data", *(each for each in (tmp_path / "data").rglob("*") if each.is_dir())]
    assert {each.stat().st_mode & 0o777 for each in made} == {0o700}


def test_only_one_runner_works_on_an_incident(tmp_path: Path) -> None:
    folder = created(tmp_path, Mode.DRY_RUN)
    with folder.running(), pytest.raises(RunnerBusy), folder.running():
        pytest.fail("two runners at once")


def test_asking_for_a_runner_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = created(tmp_path, Mode.DRY_RUN)
    assert not folder.is_running()
    assert not (folder.path / "runner.lock").exists()


def test_what_a_killed_process_left_half_written_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    folder = created(tmp_path, Mode.DRILL)
    lost, written = folder.evidence / ".1f.part", folder.evidence / ".2f.part"
    lost.write_text("half")
    with written.open("w") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        with folder.running():
            assert [path.name for path in folder.evidence.iterdir()] == [written.name]
