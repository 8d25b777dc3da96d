"""Bouts in processes of their own: what comes of one that hangs, that dies, and of an interruption."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from irkit.config import Config, load
from irkit.drill.matrix import Bout, Fought
from irkit.wiring.matrix import Matrix
from tests.drill.verdicts import score
from tests.patience import PATIENCE_S

DRILL = """
import os, sys, time
from pathlib import Path
folder = Path(os.environ["IRKIT_DATA_FOLDER"])
(folder / "pid").write_text(str(os.getpid()))
if sys.argv[1] == "hang":
    time.sleep(300)
if sys.argv[1] == "die":
    sys.exit("no world to be had")
print(Path(sys.argv[0]).with_name("score.json").read_text())
"""


def bout(runbook: str, seed: int = 1) -> Bout:
    return Bout(runbook=runbook, adversary="quiet", seed=seed)


def matrix(folder: Path, limit: float = PATIENCE_S) -> Matrix:
    """One whose drills are a script: it hangs, dies, or tells a score, as its runbook is called."""
    script = folder / "drill.py"
    script.write_text(DRILL)
    (folder / "score.json").write_text(score().model_dump_json())
    settings: Config = load(environment={}, flags={"data_folder": str(folder / "data")})
    return Matrix(
        settings, folder / "matrix", 2, timedelta(seconds=1), timedelta(seconds=limit), (sys.executable, str(script))
    )


def is_gone(pid: int) -> bool:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def only(fought: list[Fought]) -> Fought:
    assert len(fought) == 1
    return fought[0]


def test_a_bout_that_is_won_leaves_nothing(tmp_path: Path) -> None:
    one = only(list(matrix(tmp_path).fight([bout("win")])))
    assert one.is_win
    assert list((tmp_path / "matrix").iterdir()) == []


def test_a_bout_that_hangs_is_ended_and_lost(tmp_path: Path) -> None:
    one = only(list(matrix(tmp_path, limit=1).fight([bout("hang")])))
    left = tmp_path / "matrix" / one.bout.name
    assert one.losses == ("it had not ended after 1 s",)
    pid = left / "pid"
    assert not pid.exists() or is_gone(int(pid.read_text())), "on a busy machine it may not have come so far"


def test_a_bout_that_says_no_score_is_lost_with_its_last_words(tmp_path: Path) -> None:
    one = only(list(matrix(tmp_path).fight([bout("die")])))
    assert one.losses == ("exit 1: no world to be had",)


def test_whoever_stops_asking_leaves_no_process_and_no_bout_unsaid(tmp_path: Path) -> None:
    asked = [bout("win"), bout("hang"), bout("hang", 2), bout("hang", 3)]
    fighting = matrix(tmp_path, limit=PATIENCE_S).fight(asked)
    assert next(fighting).is_win
    started = [tmp_path / "matrix" / each.name / "pid" for each in asked[1:]]
    until = time.monotonic() + PATIENCE_S
    while not any(each.exists() for each in started) and time.monotonic() < until:
        time.sleep(0.02)
    fighting.close()
    pids = [int(each.read_text()) for each in started if each.exists()]
    assert pids
    assert all(map(is_gone, pids))
