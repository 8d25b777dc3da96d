"""All shipped rules, in every form, through both engines."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect.detector import Detector, load_detector
from irkit.scan.detect.engine import Engine
from irkit.scan.detect.hyperscan_prefilter import LOOSE
from irkit.scan.example import example
from irkit.scan.rule import Rule
from irkit.scan.ruleset import IS, shipped

RULES = shipped()
WORDS = [
    *re.findall(r"\S+", "the a key is of and in password token = : ' ( ) { } , ; / . - _ 0 1 f3 ab"),
    '"',
    "\n",
    "\t",
]


@pytest.fixture(scope="module")
def hyperscan(rules_cache: Path) -> Detector:
    return load_detector(engine=Engine.HYPERSCAN, cache=rules_cache / "irkit")


@pytest.fixture(scope="module")
def re2() -> Detector:
    return load_detector(engine=Engine.RE2)


def texts(rules: Sequence[Rule]) -> Iterator[bytes]:
    """Examples in the midst of other words, some encoded."""
    dice = random.Random(3)
    for rule in rules:
        for template in (*rule.matches[:2], *rule.misses[:1]):
            text = f"{' '.join(dice.choices(WORDS, k=9))}\n{example(template, 1)} {' '.join(dice.choices(WORDS, k=9))}"
            yield dice.choice((str.encode, str.encode, utf_16, base64_of, hex_of))(text)


def utf_16(text: str) -> bytes:
    return text.encode("utf-16-le")


def base64_of(text: str) -> bytes:
    return base64.b64encode(text.encode())


def hex_of(text: str) -> bytes:
    return text.encode().hex().encode()


@pytest.mark.parametrize(
    "rules",
    [pytest.param(RULES[::3], id="every third rule"), pytest.param(RULES, id="every rule", marks=pytest.mark.long)],
)
def test_the_engines_see_the_same_in_examples(rules: Sequence[Rule], hyperscan: Detector, re2: Detector) -> None:
    for text in texts(rules):
        assert hyperscan.look(text) == re2.look(text), text


def test_the_engines_see_the_same_in_many_examples_joined(hyperscan: Detector, re2: Detector) -> None:
    bodies = list(texts(RULES))
    random.Random(1).shuffle(bodies)
    whole = b"\n".join(bodies[::6])
    assert hyperscan.look(whole) == re2.look(whole)


ANYWHERE = [
    rule
    for rule in RULES
    if not (rule.pattern.startswith(r"(?:^|\n)") or rule.pattern.endswith(r"(?:\n|$)") or rule.id == "column_password")
]
"""The others' values are whole lines, the ends of lines, or cells of a table."""


@pytest.mark.parametrize("rule", ANYWHERE[::9], ids=[rule.id for rule in ANYWHERE[::9]])
def test_a_value_is_found_wherever_it_stands_plainly(rule: Rule, hyperscan: Detector) -> None:
    for template in rule.matches:
        text = example(template, 2)
        for before, after in (("", ""), ("\r\n", "\r\n"), ("é ", " é"), ("x" * 9000 + "\n", "\n" + "# " * 4500)):
            looked = hyperscan.look(f"{before}{text}{after}".encode())
            assert looked.sightings, f"{template!r} between {before[-3:]!r} and {after[:3]!r}"


@given(gap=st.from_regex(IS, fullmatch=True, alphabet=st.characters(max_codepoint=126)))
@settings(deadline=None, max_examples=500)
def test_what_assignments_are_searched_for_as_covers_all_of_them(gap: str) -> None:
    assert re.fullmatch(LOOSE, gap)
