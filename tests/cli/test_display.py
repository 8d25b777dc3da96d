from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from irkit.cli.display import Display, chosen
from irkit.config import load
from irkit.engine.executor import Outcome, Until
from irkit.wiring.incidents import session_of
from irkit.wiring.session import Session
from tests.e2e.commands import Command
from tests.patience import PATIENCE_S

QUESTION = """\
runbook: ask
title: Ask
severity: SEV4
summary: Asks one thing.
inputs: {}
steps:
  ask: {uses: human.note, with: {prompt: What happened}}
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which an incident waits for an answer."""
    home = tmp_path_factory.mktemp("asked")
    runbooks = home / "config" / "irkit" / "runbooks"
    runbooks.mkdir(parents=True)
    (runbooks / "ask.yaml").write_text(QUESTION)
    assert Command(home).run("respond", "ask", "--display", "quiet").returncode == 3
    return home


@pytest.fixture
def irkit(tmp_path: Path, asked: Path) -> Command:
    shutil.copytree(asked, tmp_path, dirs_exist_ok=True)
    return Command(tmp_path)


@pytest.fixture
def watching(irkit: Command) -> Iterator[subprocess.Popen[str]]:
    """``irkit run --watch``, which waits for an answer that never comes."""
    with subprocess.Popen(
        [sys.executable, "-m", "irkit.cli.main", "run", "DRY-0001", "--watch", "--display", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=irkit.environment,
        cwd=irkit.home,
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"]["kind"] == "runner_started"
        yield process
        process.kill()


def incident(irkit: Command) -> Session:
    return session_of(load(environment={}, flags={"data_folder": str(irkit.data), "identity": "kim"}), "DRY-0001")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_asks_to_stop_ends_a_run_in_good_order(
    irkit: Command, watching: subprocess.Popen[str], number: int
) -> None:
    watching.send_signal(number)
    _, errors = watching.communicate(timeout=PATIENCE_S)
    assert watching.returncode == 130, errors
    assert incident(irkit).journal.records()[-1].event.kind == "runner_stopped"


def test_a_run_whose_reader_went_away_stops_in_good_order(irkit: Command, watching: subprocess.Popen[str]) -> None:
    assert watching.stdout is not None
    watching.stdout.close()
    incident(irkit).orders.note("somebody there?")
    watching.wait(PATIENCE_S)
    assert incident(irkit).journal.records()[-1].event.kind == "runner_stopped"


def test_a_stop_that_comes_before_the_runner_is_up_is_not_lost(irkit: Command) -> None:
    session = incident(irkit)
    session.stop()
    assert session.run(Until.TOLD) is Outcome.STOPPED


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_without_one_of_the_standard_streams_a_run_is_shown_plainly(irkit: Command, closed: str) -> None:
    command = f"exec {sys.executable} -m irkit.cli.main resume DRY-0001 {closed}"
    ended = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False, env=irkit.environment, cwd=irkit.home
    )
    assert ended.returncode == 3, ended.stderr


def test_on_a_terminal_that_can_draw_nothing_what_happens_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    assert chosen(None) is Display.TUI
    monkeypatch.setenv("TERM", "dumb")
    assert chosen(None) is Display.PLAIN


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True
