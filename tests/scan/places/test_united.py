from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from irkit.scan.places.united import united

WIDTH = 9


@given(st.lists(st.tuples(st.integers(0, 2**WIDTH - 1), st.integers(0, 2**40)), max_size=80))
def test_each_track_gets_the_starts_of_all_sets_that_have_it(sets: list[tuple[int, int]]) -> None:
    expected = [0] * WIDTH
    for mask, starts in sets:
        for track in range(WIDTH):
            if mask >> track & 1:
                expected[track] |= starts
    assert united(sets, WIDTH) == expected
