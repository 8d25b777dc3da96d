"""Which command the first word names, and that the screen is not begun where it cannot be drawn."""

from __future__ import annotations

import argparse
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from irkit.cli import home
from irkit.cli.main import main
from irkit.config import Config
from tests.e2e.commands import Command
from tests.patience import PATIENCE_S


@pytest.fixture
def irkit(tmp_path: Path) -> Command:
    return Command(tmp_path)


def with_stderr_piped(irkit: Command, *words: str) -> subprocess.CompletedProcess[str]:
    """Run with stdin and stdout on a terminal, and stderr on a pipe."""
    master, slave = pty.openpty()
    try:
        return subprocess.run(
            [sys.executable, "-m", "irkit.cli.main", *words],
            stdin=slave,
            stdout=slave,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=irkit.environment,
            cwd=irkit.home,
            timeout=PATIENCE_S,
        )
    finally:
        os.close(slave)
        os.close(master)


@pytest.mark.parametrize("words", [[], ["--ascii"], ["--slow-terminal", "--ascii"], ["--data", "there"]])
def test_options_without_a_command_are_the_home_screens(irkit: Command, words: list[str]) -> None:
    refused = irkit.run(*words)
    assert refused.returncode == 2
    assert "the screen needs a terminal, and there is none at stdin, stdout, stderr" in refused.stderr


def test_the_home_screen_takes_the_folder_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[tuple[Path, bool]] = []

    def note(config: Config, args: argparse.Namespace) -> int:
        opened.append((config.data_folder, args.ascii))
        return 0

    monkeypatch.setattr(home, "open_screen", note)
    assert main(["--data", str(tmp_path), "--ascii"]) == 0
    assert opened == [(tmp_path, True)]


def test_an_option_that_the_home_screen_has_not_is_refused_with_its_usage(irkit: Command) -> None:
    refused = irkit.run("--asci2")
    assert refused.returncode == 2
    assert refused.stderr.startswith("usage: irkit [-h]")
    assert "--asci2" in refused.stderr


def test_a_mistyped_command_is_told_the_nearest(irkit: Command) -> None:
    refused = irkit.run("statsu", "INC-0001")
    assert refused.returncode == 2
    assert "did you mean 'status'?" in refused.stderr


def test_the_screen_is_refused_where_stderr_is_no_terminal(irkit: Command) -> None:
    refused = with_stderr_piped(irkit)
    assert refused.returncode == 2
    assert "the screen needs a terminal, and there is none at stderr" in refused.stderr


def test_a_drill_that_cannot_show_its_screen_begins_no_cloud(irkit: Command) -> None:
    refused = with_stderr_piped(irkit, "drill", "key_leak", "--display", "tui")
    assert refused.returncode == 2
    assert "there is none at stderr" in refused.stderr
    assert not (irkit.data / "drills").exists()
