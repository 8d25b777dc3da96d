from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.scan.detect.bounded import Pattern
from irkit.scan.detect.first_bytes import look_ahead
from irkit.scan.example import example
from irkit.scan.rule import Bounds, Rule
from irkit.scan.ruleset import shipped

_AHEAD = {rule.id: look_ahead(rule.pattern) for rule in shipped()}
_NAMES = "assigned_secret", "assigned_secret_bare", "assigned_password", "assigned_password_bare"


def _values(pattern: str, ahead: str, text: bytes) -> list[bytes]:
    return [text[start:end] for start, end in Pattern(pattern, Bounds.NONE, ahead).values(text)]


@pytest.mark.parametrize(
    ("pattern", "begins", "others"),
    [
        ("(?i:secret|token)=(?P<value>x)", ["sEcr", "TOKE"], ["sexy", "xecr", "secx", "key="]),
        ("(?:ab|c)(?P<value>x{2,9})", ["abxx", "cxxx"], ["abbb", "cccc", "xxxx"]),
        (r"(?:a|b)\b[cd]?(?P<value>.e)", ["a-ez", "bc-e"], ["cc-e", "-a.e"]),
        ("(?i)(?:ab|b)(?P<value>[a-c]{3})", ["AbCc", "bCaB"], ["zBCC", "zaaa"]),
        ("(?:(?:ab)?c|d){2,}(?P<value>xy)", ["abca", "cabc", "dcxy", "ddab"], ["bcab", "xcxy"]),
        ("(?:a|b)(?P<value>(?s:.)c)", ["a\ncd"], ["c\ncd"]),
    ],
)
def test_it_holds_where_a_match_begins_so(pattern: str, begins: list[str], others: list[str]) -> None:
    ahead = re.compile(look_ahead(pattern).encode())
    assert ahead.pattern
    assert [text for text in begins if not ahead.match(text.encode())] == []
    assert [text for text in others if ahead.match(text.encode())] == []


@pytest.mark.parametrize("pattern", ["(?:ab|c?)(?P<value>x?)", r"(?:\b|^)(?P<value>x?)"])
def test_of_a_match_that_may_be_empty_nothing_is_said(pattern: str) -> None:
    assert look_ahead(pattern) == ""


def test_a_match_shorter_than_what_is_looked_at_is_found() -> None:
    assert _values("(?:a|b)(?P<value>c)", look_ahead("(?:a|b)(?P<value>c)"), b"ac bc") == [b"c", b"c"]


@pytest.mark.parametrize("pattern", ["secret=(?P<value>x)", "[ab](?:c|d)(?P<value>x)", "(?=a)(?P<value>a)"])
def test_an_expression_that_does_not_begin_with_alternatives_has_none(pattern: str) -> None:
    assert look_ahead(pattern) == ""


def test_rules_of_many_words_have_one() -> None:
    assert all(_AHEAD[name] for name in _NAMES)


@pytest.mark.parametrize("rule", [rule for rule in shipped() if _AHEAD[rule.id]], ids=lambda rule: rule.id)
def test_with_it_a_rule_sees_the_same(rule: Rule) -> None:
    texts = [example(template, seed).encode() for template in (*rule.matches, *rule.misses) for seed in range(2)]
    found = [_values(rule.pattern, "", text) for text in texts]
    assert any(found)
    assert [_values(rule.pattern, _AHEAD[rule.id], text) for text in texts] == found


_WORDS = [
    "secret",
    "Token",
    "API_KEY",
    "auth",
    "_key",
    ".Salt",
    "userkey",
    "aKey",
    "Pass",
    "db_pass",
    "=",
    ": ",
    " => ",
]


@given(st.lists(st.sampled_from(_WORDS) | st.text("aeKs_-. =:\"'\n9Zq7", max_size=12), max_size=12).map("".join))
def test_in_any_text_the_rules_of_many_words_see_the_same(text: str) -> None:
    for rule in shipped():
        if rule.id in _NAMES:
            found = _values(rule.pattern, "", text.encode())
            assert _values(rule.pattern, _AHEAD[rule.id], text.encode()) == found
