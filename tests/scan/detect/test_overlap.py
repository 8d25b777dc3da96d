from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from irkit.scan.detect.overlap import Seen, speaking
from irkit.scan.rule import Confidence

HIGH, MEDIUM, LOW = Confidence


def one(start: int, end: int, number: int, confidence: Confidence = MEDIUM, *via: str, dismissed: str = "") -> Seen:
    return Seen(start, end, number, confidence, b"value", dismissed, via)


def numbers(*seen: Seen) -> list[int]:
    return [found.number for found in speaking(seen)]


def test_rules_that_see_different_places_all_speak_in_the_order_of_the_text() -> None:
    assert numbers(one(9, 12, 1), one(0, 4, 2), one(4, 9, 3)) == [2, 3, 1]


def test_the_surer_rule_speaks_even_when_it_sees_less() -> None:
    assert numbers(one(0, 40, 1, LOW), one(10, 30, 2, HIGH)) == [2]


def test_a_rule_that_knows_the_kind_speaks_even_when_it_dismisses() -> None:
    assert numbers(one(0, 40, 1, HIGH, dismissed="wrong checksum"), one(0, 40, 2, LOW)) == [1]


def test_a_rule_that_does_not_know_the_kind_gives_way_when_it_dismisses() -> None:
    assert numbers(one(0, 40, 1, LOW, dismissed="placeholder"), one(5, 20, 2, LOW)) == [2]


def test_of_equals_the_plain_then_the_longer_then_the_earlier_rule_speaks() -> None:
    assert numbers(one(0, 40, 1, MEDIUM, "base64"), one(5, 20, 2)) == [2]
    assert numbers(one(0, 20, 1), one(5, 40, 2)) == [2]
    assert numbers(one(0, 20, 2), one(0, 20, 1)) == [1]


def test_the_same_place_is_told_once() -> None:
    assert numbers(one(0, 20, 1), one(0, 20, 1)) == [1]


SEEN = st.builds(
    lambda start, length, number, confidence: one(start, start + length, number, confidence),
    *(st.integers(0, 60), st.integers(1, 30), st.integers(0, 5), st.sampled_from(Confidence)),
)


@given(seen=st.lists(SEEN, max_size=30))
def test_no_two_that_speak_overlap_and_none_is_silent_without_cause(seen: list[Seen]) -> None:
    kept = speaking(seen)
    assert all(first.end <= second.start for first, second in pairwise(kept))
    assert all(any(other.start < one.end and one.start < other.end for other in kept) for one in seen)


@given(seen=st.lists(SEEN, max_size=12, unique=True), data=st.data())
def test_the_order_in_which_rules_saw_does_not_matter(seen: list[Seen], data: st.DataObject) -> None:
    assert speaking(seen) == speaking(data.draw(st.permutations(seen)))
