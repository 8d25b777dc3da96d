from __future__ import annotations

import re

import pytest

from irkit.scan.detect.bounded import bounded
from irkit.scan.rule import Bounds


def found(pattern: str, bounds: Bounds, text: str) -> list[str]:
    return [match["value"].decode() for match in bounded(pattern, bounds).finditer(text.encode())]


@pytest.mark.parametrize(
    ("bounds", "before", "after"),
    [
        (Bounds.TOKEN, " =.:/\"'+\n", " =.:/\"'+\n"),
        (Bounds.PREFIX, " =.:/\"'+-_\n", " =.:/\"'+\n"),
        (Bounds.WORD, " =.:/\"'+-\n", " =.:/\"'+-\n"),
        (Bounds.BASE64, " .:\"'\n", " .:\"'\n"),
    ],
)
def test_only_what_a_bound_allows_may_stand_beside_a_value(bounds: Bounds, before: str, after: str) -> None:
    for letter in map(chr, range(1, 127)):
        is_word = letter.isalnum() or letter in "_-+/="
        if letter in before or is_word:
            assert bool(found("(?P<value>xyz)", bounds, f"{letter}xyz")) == (letter in before), letter
        if letter in after or is_word:
            assert bool(found("(?P<value>xyz)", bounds, f"xyz{letter}")) == (letter in after), letter


def test_without_bounds_anything_may_stand_beside_a_value() -> None:
    assert found("(?P<value>xyz)", Bounds.NONE, "axyz9xyz_xyz=xyz") == ["xyz"] * 4


@pytest.mark.parametrize("bounds", [Bounds.TOKEN, Bounds.PREFIX, Bounds.WORD, Bounds.BASE64])
@pytest.mark.parametrize("escape", ["\\n", "\\r", "\\t"])
def test_an_escaped_space_before_a_value_is_no_letter(bounds: Bounds, escape: str) -> None:
    assert found("(?P<value>xyz)", bounds, f"a{escape}xyz") == ["xyz"]


@pytest.mark.parametrize("bounds", [Bounds.TOKEN, Bounds.PREFIX, Bounds.WORD])
@pytest.mark.parametrize("sign", ["%22", "%3D", "%3a", "%20", "%0A", "%7B"])
def test_a_sign_in_percent_encoding_before_a_value_is_no_digit(bounds: Bounds, sign: str) -> None:
    assert found("(?P<value>xyz)", bounds, f"a{sign}xyz") == ["xyz"]
    assert found("(?P<value>xyz)", bounds, f"a{sign[1:]}xyz") == []
    assert found("(?P<value>xyz)", bounds, "%41xyz") == []


def test_base64_in_percent_encoding_does_not_begin_behind_a_sign() -> None:
    assert found("(?P<value>xyz)", Bounds.BASE64, "abc%2Fxyz") == []


def test_a_name_and_an_equals_sign_may_stand_before_base64() -> None:
    assert found("(?P<value>xyz)", Bounds.BASE64, "KEY=xyz") == ["xyz"]
    assert found("(?P<value>xyz)", Bounds.BASE64, "==xyz") == []


@pytest.mark.parametrize(
    ("pattern", "text", "value"),
    [
        (r"(?i)key=(?P<value>[a-z]{3})", "KEY=ABC", "ABC"),
        (r"key=(?P<value>[a-z)\]]{3})", "key=a)]", "a)]"),
        (r"key=(?P<value>[]a-z(]{3})\)", "key=a(])", "a(]"),
        (r"key=(?P<value>\((?:a|b(?:c))\))", "key=(bc)", "(bc)"),
        (r"key=(?P<value>a|b)c?", "key=bc", None),
    ],
)
def test_the_end_of_the_value_is_found_in_any_pattern(pattern: str, text: str, value: str | None) -> None:
    assert found(pattern, Bounds.WORD, text) == ([value] if value else [])


def test_a_pattern_without_the_group_is_refused() -> None:
    with pytest.raises(ValueError, match="no group"):
        bounded("abc", Bounds.NONE)
    with pytest.raises(ValueError, match="not closed"):
        bounded("(?P<value>abc", Bounds.NONE)
    with pytest.raises(re.error):
        bounded("(?P<value>[z-a])", Bounds.NONE)
