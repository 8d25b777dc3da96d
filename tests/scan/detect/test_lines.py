from __future__ import annotations

import pytest

from irkit.scan.detect.lines import spans_lines


@pytest.mark.parametrize(
    "pattern",
    [
        r"a\sb",
        r"a[^'] b",
        r"a\nb",
        r"(?s:a.b)",
        r"(?s)a.b",
        r"a(?:b|\W)c",
        r"\s{0,2}a",
        r"a[\s,]+",
        r"(?:a|b\s)c",
        r"a\D9",
    ],
)
def test_an_expression_that_matches_a_line_feed_within_spans_lines(pattern: str) -> None:
    assert spans_lines(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"a.b", r"a[^'\n]b", r"(?:^|\n)a", r"a(?:[\s;]|$)", r"\b[\s'](?P<value>a)\s", r"[^a-z]b", r"a\Sb", r"[\t\r ]{2}a"],
)
def test_a_single_line_feed_at_either_end_does_not(pattern: str) -> None:
    assert not spans_lines(pattern)
