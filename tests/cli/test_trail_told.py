"""What ``irkit trail`` says on stderr while one waits."""

from __future__ import annotations

import io
import sys

import pytest

from irkit.cli.trail_told import Teller, status, tell_coverage
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.source import Batch, Progress
from tests.cloudtrail.made import START, made


class Terminal(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_line_tells_how_far_how_fast_and_how_long_it_takes() -> None:
    line = status(Progress("files", 500, 2_000, 1_000_000, 90_000_000), 22, 10.0)
    assert line == "irkit trail: 500 of 2,000 files, 1,000,000 events, 100,000/s, 90.0 MB, 30 s left; 22 found"


@pytest.mark.parametrize(
    ("left", "words"), [(3.6, "4 s left"), (61, "1 min 1 s left"), (7_300, "2 h 1 min left"), (0, "0 s left")]
)
def test_the_time_left_is_the_sources_own_word(left: float, words: str) -> None:
    assert words in status(Progress("pages", 1, 0, seconds_left=left), 0, 1.0)


def test_what_is_not_known_is_not_told() -> None:
    assert status(Progress("regions", 3, 4), 7, 5.0) == "irkit trail: 3 of 4 regions; 7 found"
    assert status(Progress("pages", 3, 0), 7, 1.0) == "irkit trail: 3 pages; 7 found"


def test_rows_are_shown_while_one_waits_and_wiped_out_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with Teller(lambda batch: [f"row \x1b[2J{one.call}" for one in batch.records]) as teller:
        teller.hear(Batch((made("iam:GetUser"),), Progress("files", 1, 2)))
    shown = screen.getvalue()
    assert "iam:GetUser" in shown
    assert "1 of 2 files" in shown
    assert "\x1b[2J" not in shown, "what a stranger wrote commands nothing"
    assert shown.endswith("\x1b[J")


def test_the_first_word_of_another_phase_is_shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with Teller() as teller:
        teller.hear(Batch((), Progress("files", 2, 2)))
        teller.hear(Batch((), Progress("parts written anew", 0, 3)))
    assert "0 of 3 parts written anew" in screen.getvalue()


def test_without_a_terminal_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with Teller() as teller:
        teller.hear(Batch((made("iam:GetUser"),), Progress("files", 1, 2)))
    assert (teller.found, capsys.readouterr().err) == (1, "")


def test_a_list_of_all_regions_is_cut_and_what_was_not_seen_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    regions = tuple(f"eu-somewhere-{number}" for number in range(60))
    why = "a long reason " * 40
    tell_coverage(Coverage(regions, START, START, START, {"eu-somewhere-1": why}), 0, 1.0)
    told = capsys.readouterr().err
    assert "… (all of it: --format json)" in told
    assert why.strip() in told
    assert "eu-somewhere-59" not in told
    assert "AND ONLY OF WHAT WAS READ" in told
