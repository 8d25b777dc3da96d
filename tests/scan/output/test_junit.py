from __future__ import annotations

import io
from xml.etree import ElementTree as ET

from irkit.scan.finding import Report
from irkit.scan.output import junit
from tests.scan.output.reports import NOTHING, about, report


def suites(made: Report) -> ET.Element:
    out = io.StringIO()
    junit.write(made, out, about())
    return ET.fromstring(out.getvalue())  # noqa: S314 - our own output


def test_a_finding_is_a_failed_test_with_all_its_places() -> None:
    suite = suites(report())[0]
    failed = [case for case in suite.iter("testcase") if case.find("failure") is not None]
    assert [case.get("classname") for case in failed] == ["github_token", "password", "password", "github_token"]
    assert failed[0].findtext("failure", "").splitlines()[0] == "conf/old name.env:3"
    assert [each.get("type") for each in failed[0].iter("failure")] == ["critical"]


def test_what_was_skipped_is_a_skipped_test_and_an_incomplete_scan_an_error() -> None:
    suite = suites(report())[0]
    assert [each.get("message") for each in suite.iter("skipped")] == ["larger than the limit", "a bomb"]
    assert len(suite.findall("testcase/error")) == 1


def test_the_counts_are_those_of_the_cases() -> None:
    root = suites(report())
    for element in (root, root[0]):
        assert element.get("tests") == str(len(root[0].findall("testcase")))
        assert [element.get(each) for each in ("failures", "skipped", "errors")] == ["4", "2", "1"]


def test_a_clean_scan_is_one_passed_test() -> None:
    (case,) = suites(NOTHING)[0].findall("testcase")
    assert case.get("name") == "no secret found"
    assert len(case) == 0
