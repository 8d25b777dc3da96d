"""Native code lays texts out as Python does, whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cli.trail_laid import laid, laid_in_python, widest, widest_in_python

SIGNS = st.sampled_from("ab …é日\u3000\u00a0\t\x0b\x1c\x7f\n�😀\u0301")
TEXTS = st.text(SIGNS, max_size=9)


@given(rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=8), widths=st.tuples(*[st.integers(0, 12)] * 3))
@settings(max_examples=400, deadline=None)
def test_lines_are_laid_out_as_in_python(rows: list[tuple[str, str, str]], widths: tuple[int, int, int]) -> None:
    columns = [[row[at] for row in rows] for at in range(3)]
    for first in range(len(rows) + 1):
        for last in range(first, len(rows) + 1):
            told = laid_in_python(columns, list(widths), first, last)
            assert laid(columns, list(widths), first, last) == told


@given(texts=st.lists(st.text(max_size=6) | TEXTS | st.just("plain") | st.just("cut…"), max_size=6))
@settings(max_examples=400, deadline=None)
def test_the_widest_is_found_as_in_python(texts: list[str]) -> None:
    assert widest(texts) == widest_in_python(texts)


@pytest.mark.parametrize("other", ["\ud800", "é", "\x7f", "\n", "\u202e", "日"])
def test_signs_that_take_no_cell_or_several_are_told(other: str) -> None:
    assert widest(["ab", f"a{other}b", "abc…"]) == -1
    assert widest(["ab", "abc…"]) == 4


def test_a_column_with_fewer_rows_is_refused() -> None:
    for each in (laid, laid_in_python):
        with pytest.raises(IndexError):
            each([["a", "b"], ["c"]], [1, 1], 0, 2)
        assert each([["a", "b"], ["c"]], [2, 1], 0, 1) == "a   c\n"


def test_what_is_no_text_is_refused() -> None:
    wrong: list[str] = [1]  # type: ignore[list-item]
    for each in (widest, widest_in_python):
        with pytest.raises(TypeError):
            each(wrong)
    for one in (laid, laid_in_python):
        with pytest.raises(TypeError):
            one([wrong], [1], 0, 1)
