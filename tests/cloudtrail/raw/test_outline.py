"""What native code tells of a text's outline is what Python tells of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.raw.outline import hidden, hidden_in_python, is_whole, is_whole_in_python

WORDS = st.text(alphabet='ab"\\{}[],:/ué\n ', max_size=90)
VALUES = st.recursive(
    WORDS | st.none() | st.integers(-9, 9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=30,
)
RECORDS = st.lists(st.dictionaries(WORDS, VALUES, max_size=5), min_size=1, max_size=6)


@given(records=RECORDS)
@settings(max_examples=300, deadline=None)
def test_whole_values_are_told_wherever_a_text_is_cut(records: list[dict[str, object]]) -> None:
    text = json.dumps(records, separators=(",", ":"), ensure_ascii=False).encode()
    assert is_whole(text, 1, len(text) - 1)
    for end in range(2, len(text)):
        assert is_whole(text, 1, end) == is_whole_in_python(text, 1, end), text[1:end]


@pytest.mark.parametrize("between", [b"", b",,", b",x,", b"]", b"}", b"],[", b',"', b",{", b"\\,"])
@pytest.mark.parametrize("pad", range(60, 70))
def test_between_two_values_stands_one_comma_wherever_64_bytes_end(between: bytes, pad: int) -> None:
    first, last = b'{"a":"' + b"x" * pad + b'"}', b'{"b":[{}]}'
    whole = first + b"," + last
    assert is_whole(whole, 0, len(whole))
    wrong = first + between + last
    assert not is_whole(wrong, 0, len(wrong))


@pytest.mark.skipif(is_whole is is_whole_in_python, reason="Python takes any values, and blanks")
@pytest.mark.parametrize("between", [b" ,", b", ", b",1,", b",null,", b',"x",', b",[],1,"])
def test_natively_nothing_but_objects_and_lists_is_taken(between: bytes) -> None:
    text = b"{}" + between + b"{}"
    assert is_whole_in_python(text, 0, len(text))
    assert not is_whole(text, 0, len(text))


def test_a_part_that_does_not_lie_in_the_text_is_refused_or_none() -> None:
    for start, end in ((0, 3), (-1, 2), (2, 1)):
        try:
            assert not is_whole(b"{}", start, end)
        except ValueError:
            continue


@given(text=st.lists(st.sampled_from([b"\\", b"u", b"/", b'"', b"n", b"x" * 70]), max_size=40).map(b"".join))
def test_escapes_that_may_hide_a_value_are_found(text: bytes) -> None:
    assert hidden(text) == hidden_in_python(text)
