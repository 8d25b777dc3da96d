"""Ctrl-C ends any verb with a word of what it left, and never with a traceback."""

from __future__ import annotations

import importlib

import pytest

from irkit.cli import trail_cache, trail_keep
from irkit.cli.main import main
from irkit.errors import IrkitError


def interrupted(*_: object) -> int:
    raise KeyboardInterrupt


def test_an_interrupted_build_says_that_the_same_command_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trail_cache, "run", interrupted)
    assert main(["trail", "cache", "--build", "--from", "logs"]) == 130
    told = capsys.readouterr().err
    assert "interrupted; what was read so far stays in the store, and the same command goes on" in told
    assert "irkit resume" not in told


def test_an_interrupted_keep_says_that_what_was_kept_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trail_keep, "run", interrupted)
    assert main(["trail", "keep", "s3://a", "--to", "bundle"]) == 130
    assert "what was kept so far stays" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["trail", "activity"], ["status"]])
def test_an_interrupt_while_a_command_is_loaded_is_no_traceback(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib, "import_module", interrupted)
    assert main(words) == 130
    assert capsys.readouterr().err.startswith("irkit")


def test_errors_of_a_verb_are_told_as_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failed(*_: object) -> int:
        raise IrkitError("no such thing", hint="try another")

    monkeypatch.setattr(trail_cache, "run", failed)
    assert main(["trail", "cache"]) == IrkitError("").exit_code
    assert "hint: try another" in capsys.readouterr().err
