from __future__ import annotations

import re

import pytest

from irkit.scan.detect.bounded import Pattern
from irkit.scan.detect.confirm import Confirm
from irkit.scan.detect.detector import Detector
from irkit.scan.detect.linear import LinearPattern
from irkit.scan.detect.loading import _made, _prefilter
from irkit.scan.rule import Bounds
from tests.scan.detect.samples import PREFIXED, RULES, TOKEN, some

BOMB = r"tst_(?P<value>(?:[a-z]+)+!)"


@pytest.mark.parametrize("before", ["", " ", "x", "=", "-", '"'])
@pytest.mark.parametrize("after", ["", " ", "x", "=", "-", '"'])
def test_a_users_expression_sees_what_ours_would(before: str, after: str) -> None:
    sample = {
        "prefixed": TOKEN,
        "assigned": f"password = {some(20)}#",
        "block": "-----BEGIN TEST " + f"KEY-----{some(64)}-----END TEST KEY-----",
        "beside": f"sec {some(20)}",
    }
    for pattern, bounds, text in ((one.pattern, one.bounds, sample[one.id]) for one in RULES):
        window = f"{before}{text}{after}\n{before}{text}{after}".encode()
        expected = list(Pattern(pattern, bounds).values(window))
        assert list(LinearPattern(pattern, bounds).values(window)) == expected


def test_a_users_expression_takes_linear_time() -> None:
    rule = PREFIXED._replace(pattern=BOMB, anchor="tst_", bounds=Bounds.NONE)
    parts = _made([rule], 0, "")
    assert Detector(parts, _prefilter(parts), "").look(b"tst_" + b"a" * 200_000).sightings == ()


def test_a_users_rule_is_confirmed_by_re2_and_ours_by_python() -> None:
    window = f"x {TOKEN}".encode()
    for is_ours, kind in ((True, Pattern), (False, LinearPattern)):
        confirm = Confirm(PREFIXED, spans_lines=False, is_ours=is_ours)
        assert len(confirm.verdicts(window, 0, len(window))) == 1
        assert type(confirm._pattern) is kind


def test_values_that_do_not_keep_their_bounds_are_given_up_on() -> None:
    pattern = LinearPattern(r"(?P<value>ab)", Bounds.WORD)
    assert list(pattern.values(b"xabx " * 3000 + b" ab ")) == []
    assert list(pattern.values(b"xabx " * 300 + b" ab ")) == [(1501, 1503)]


def test_python_would_not_take_linear_time() -> None:
    assert re.search(BOMB.replace("?P<value>", ""), "tst_" + "a" * 12) is None
