from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from irkit.scan.places.bitset import bits, is_set, mask_of, octets_of

NUMBERS = st.lists(st.integers(0, 3000))


@given(NUMBERS)
def test_the_bits_of_a_set_are_its_numbers_in_order(numbers: list[int]) -> None:
    mask = mask_of(numbers)
    assert mask == sum(1 << number for number in set(numbers))
    assert list(bits(mask)) == sorted(set(numbers))


@given(NUMBERS, st.integers(0, 3000))
def test_a_number_is_looked_up_in_the_octets(numbers: list[int], asked: int) -> None:
    assert is_set(octets_of(mask_of(numbers), 3001), asked) == (asked in numbers)
