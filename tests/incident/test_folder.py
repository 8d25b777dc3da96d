from __future__ import annotations

import threading
from pathlib import Path

import pytest

from irkit.incident.events import Mode
from irkit.incident.folder import RunnerBusy, created


def test_whoever_asks_whether_a_runner_is_at_work_keeps_none_from_starting(tmp_path: Path) -> None:
    folder = created(tmp_path, Mode.DRY_RUN)
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            folder.is_running()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(300):
            with folder.running():
                assert folder.is_running()
    finally:
        over.set()
        asking.join()
    assert not folder.is_running()


def test_only_one_runner_works_on_an_incident(tmp_path: Path) -> None:
    folder = created(tmp_path, Mode.DRY_RUN)
    with folder.running(), pytest.raises(RunnerBusy), folder.running():
        pytest.fail("two runners at once")


def test_asking_for_a_runner_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = created(tmp_path, Mode.DRY_RUN)
    assert not folder.is_running()
    assert not (folder.path / "runner.lock").exists()
