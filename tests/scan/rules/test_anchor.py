"""Anchors and fixed beginnings that follow from expressions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.anchor import anchor, beginnings, check_anchor, least_value
from irkit.scan.expression import ExpressionInvalid, parsed, rendered

_CHARACTERS = st.sampled_from([*"abcXYZ019_-", r"\.", r"\+", r"\/"])
_CLASSES = st.sampled_from(["[a-z]", "[0-9a-f]", r"\d", r"\w", "[^x]", "[_.-]", r"[\]a]"])
_COUNTS = st.sampled_from(["", "", "", "?", "*", "+", "{3}", "{0,2}", "{2,5}", "{1,}", "??", "*?"])


_GROUP_COUNTS = st.sampled_from(["", "", "?", "{2}", "{0,2}"])
_ASCII = st.characters(max_codepoint=127)


def _texts(expression: str) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(expression, re.ASCII), fullmatch=True, alphabet=_ASCII)


def _counted(atoms: st.SearchStrategy[str], counts: st.SearchStrategy[str] = _COUNTS) -> st.SearchStrategy[str]:
    return st.tuples(atoms, counts).map("".join)


def _grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    branches = st.lists(st.lists(inner, min_size=1, max_size=4).map("".join), min_size=1, max_size=3).map("|".join)
    opened = st.sampled_from(["(?:", "(", "(?i:"])
    return _counted(st.tuples(opened, branches, st.just(")")).map("".join), _GROUP_COUNTS)


EXPRESSIONS = st.lists(
    st.recursive(_counted(st.one_of(_CHARACTERS, _CLASSES)), _grouped, max_leaves=5), min_size=1, max_size=6
).map("".join)


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS, st.data())
def test_an_anchor_matches_wherever_its_expression_does(expression: str, data: st.DataObject) -> None:
    try:
        prefilter = anchor(f"fix{expression}")
    except ExpressionInvalid:
        return
    text = data.draw(_texts(f"fix{expression}"))
    assert re.search(prefilter, text, re.ASCII)
    check_anchor(prefilter)


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS, st.data())
def test_an_expression_means_the_same_when_it_is_written_anew(expression: str, data: st.DataObject) -> None:
    again = re.compile(rendered(parsed(expression)), re.ASCII)
    assert again.fullmatch(data.draw(_texts(expression)))


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS, st.data())
def test_every_value_begins_with_one_of_its_beginnings(expression: str, data: st.DataObject) -> None:
    found = beginnings(f"(?P<value>prefix{expression})")
    value = data.draw(_texts(f"prefix{expression}"))
    assert not found or value.startswith(found)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (r"(?P<value>ghp_[A-Za-z0-9]{36})", "ghp_[A-Za-z0-9]{36}"),
        (r"[\w.]{0,9}tool[a-z]{2,}", "tool[a-z]{2}"),
        (r"\btool-[a-z]{2,7}(?:x|y)?$", "tool-[a-z]{2}"),
        (r"(?i)tool(?P<value>[a-z]{4})", "(?i:tool[a-z]{4})"),
        (r"ab.*toolbox.*x", "toolbox"),
        (r"(?P<value>tool_(?:[a-z]+)+x)", "tool_"),
        (r"toola|boxes", "(?:toola|boxes)"),
        (r"SK[0-9a-f]{32}", "SK[0-9a-f]{32}"),
    ],
)
def test_what_may_be_left_out_is_left_out(expression: str, wanted: str) -> None:
    assert anchor(expression) == wanted


@pytest.mark.parametrize("expression", [r"[a-z]{40}", r".*", r"a|toolbox", r"x[A-Za-z0-9]{20}", r"(?:tool)?[a-z]{9}"])
def test_an_expression_that_would_hit_everywhere_has_no_anchor(expression: str) -> None:
    with pytest.raises(ExpressionInvalid, match="fixed text"):
        anchor(expression)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"(?P<value>rubygems_[0-9a-f]{48})", ("rubygems_",)),
        (r"x(?P<value>(?:live|test)_key[0-9])", ("live_key", "test_key")),
        (r"(?P<value>tool[ab]_[0-9])", ("toola_", "toolb_")),
        (r"(?P<value>abc_[0-9]{9})", ("abc_",)),
        (r"(?P<value>ab_[0-9]{9})", ("ab_",)),
        (r"(?P<value>abc[0-9]{9})", ()),
        (r"(?P<value>a_[0-9]{9})", ()),
        (r"(?P<value>(?i:longword)[0-9]{9})", ()),
        (r"(?P<value>(?:aa|bb|cc)longword[0-9]{9})", ("aalongword", "bblongword", "cclongword")),
        (r"(?P<value>(?:aa|bb|cc|dd|ee|ff|gg|hh|ii|jj|kk|ll|mm)longword[0-9]{9})", ()),
    ],
)
def test_beginnings_are_few_and_long(pattern: str, wanted: tuple[str, ...]) -> None:
    assert beginnings(pattern) == wanted


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        (r"x(?P<value>ab_[0-9]{9})", 12),
        (r"(?P<value>ab(?:c|de){3,9}=?)", 5),
        (r"(?P<value>(?:long|a)\b[0-9]*)", 1),
        (r"abc", 0),
    ],
)
def test_the_shortest_value_of_a_pattern_is_known(pattern: str, least: int) -> None:
    assert least_value(pattern) == least
