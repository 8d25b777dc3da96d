from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from irkit.cloudtrail.coverage import EVER, LAG, Counts, Coverage, Skipped
from irkit.cloudtrail.locator import Locator
from tests.cloudtrail.made import START

DAY = timedelta(days=1)


def test_an_answer_up_to_now_can_be_trusted_only_up_to_the_lag() -> None:
    assert Coverage(("eu-west-1",), START - DAY, START, START).trusted_until == START - LAG


def test_an_answer_about_long_ago_can_be_trusted_whole() -> None:
    assert Coverage(("eu-west-1",), START - DAY, START - DAY / 2, START).trusted_until == START - DAY / 2


def test_a_region_that_did_not_answer_is_named_with_its_reason() -> None:
    coverage = Coverage(("eu-west-1", "us-east-1"), START - DAY, START, START, {"us-east-1": "no answer"})
    assert coverage.seen == ("eu-west-1",)
    assert "NOT SEEN: us-east-1 (no answer)" in coverage.text


def test_what_lies_before_the_history_is_said_to_be_missing() -> None:
    assert "nothing before" in Coverage(("eu-west-1",), START - 100 * DAY, START, START).text
    assert "nothing before" not in Coverage(("eu-west-1",), START - DAY, START, START).text


def test_where_no_record_was_read_nothing_can_be_concluded() -> None:
    coverage = Coverage((), EVER, EVER, EVER)
    assert coverage.says_nothing
    assert "NO RECORD WAS READ" in coverage.text
    assert "0001" not in coverage.text
    assert not Coverage(("eu-west-1",), START - DAY, START, START).says_nothing


def test_of_files_that_are_all_unreadable_nothing_can_be_concluded() -> None:
    broken = tuple(Skipped(Locator(f"{number}.json.gz"), "is cut off") for number in range(2))
    coverage = Coverage(("eu-west-1",), START - DAY, START, START, skipped=broken, counts=Counts(files=2))
    assert coverage.says_nothing
    assert "NO RECORD WAS READ: nothing can be concluded" in coverage.statements
    read = replace(coverage, counts=Counts(files=2, events=1))
    assert not read.says_nothing
    assert any(each.startswith("the rest is complete until") for each in read.statements)
    assert any(each.startswith("complete until") for each in replace(read, skipped=()).statements)
