"""What the screen and the command line say of a look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from irkit.cli.trail_told import tell_coverage
from irkit.cloudtrail.coverage import Counts, Coverage
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw import taking
from irkit.cloudtrail.source import found
from irkit.tui.trail_lines import finished
from tests.cloudtrail.made import START, body
from tests.cloudtrail.store.logs import aws_form, log

LOOKED = Coverage((), START, START, START, counts=Counts(files=2, events=99_900))


def test_an_estimated_number_of_events_is_told_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    for coverage, told in (
        (LOOKED, " 99,900 events"),
        (replace(LOOKED, counts=replace(LOOKED.counts, is_estimate=True)), "about 99,900 events"),
    ):
        assert f"{told} in 2 files looked at" in finished(coverage, (), 1.0).plain
        tell_coverage(coverage, 0, 1.0)
        assert f"{told} looked at" in capsys.readouterr().err
    assert "about" not in finished(LOOKED, (), 1.0).plain


def test_events_that_were_passed_over_uncounted_are_an_estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "CHECKED", 0)
    for number in range(3):
        log(tmp_path / f"{number}.json", aws_form([body("s3:GetObject", eventID=f"{number}-{each}") for each in "ab"]))
    assert found(LocalFiles([tmp_path], 1), Query(keys=("AKIANOBODY",))).coverage.counts.is_estimate is False
    assert found(LocalFiles([tmp_path]), Query(keys=("AKIANOBODY",))).coverage.counts.is_estimate
