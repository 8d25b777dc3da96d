from __future__ import annotations

import sys
from pathlib import Path

import pytest

from irkit.cli.main import main
from irkit.cloudtrail.questions.question import Follow
from irkit.tui.look import Look
from irkit.tui.trail_desk import TrailDesk

REAL = Path(__file__).parents[1] / "data" / "cloudtrail" / "invictus.jsonl"


def test_without_a_terminal_the_screen_refuses_and_names_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trail", "view", "--from", str(REAL), "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "needs a terminal" in told
    assert "irkit trail --help" in told


def test_the_screen_begins_with_what_the_arguments_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[TrailDesk] = []

    def show(desk: TrailDesk, look: Look) -> str:
        shown.append(desk)
        return ""

    for stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr("irkit.tui.show_trail.show_trail", show)
    words = ["--from", str(REAL), "--data", str(tmp_path), "--no-cache", "--user", "bert-jan", "--denied"]
    assert main(["trail", "view", *words, "--question", "secrets", "--follow", "tree"]) == 0
    (desk,) = shown
    assert (desk.first.question, desk.first.follow) == ("secrets", Follow.TREE)
    assert [chip.text for chip in desk.first.chips] == ["user bert-jan", "denied"]
    records = {one.event_id for batch in desk.source.look(desk.first.query) for one in batch.records}
    assert len(records) == 1
