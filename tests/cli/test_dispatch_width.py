"""How wide help is written: as argparse has it, without what it loads for that."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from irkit.cli.dispatch import Formatter, columns


@pytest.mark.parametrize("told", [None, "", "0", "-3", "wide", "57", "131"])
def test_the_terminals_width_is_that_of_the_standard_library(told: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if told is None:
        monkeypatch.delenv("COLUMNS", raising=False)
    else:
        monkeypatch.setenv("COLUMNS", told)
    assert columns() == shutil.get_terminal_size().columns


def test_without_a_standard_output_it_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "__stdout__", None)
    assert columns() == 80


def test_help_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "57")
    formatter = Formatter("irkit scan")
    formatter.add_text("word " * 99)
    assert max(map(len, formatter.format_help().splitlines())) in range(50, 56)


def test_a_parser_is_made_without_what_copies_files() -> None:
    code = (
        "import sys; from irkit.cli import dispatch; "
        "dispatch.argparse.ArgumentParser(formatter_class=dispatch.Formatter).add_argument('paths', nargs='*'); "
        "print('shutil' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
