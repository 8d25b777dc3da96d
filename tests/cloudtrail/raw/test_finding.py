from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.cloudtrail.raw import finding
from irkit.cloudtrail.raw.finding import places

TEXTS = st.binary(max_size=200) | st.text("ab", max_size=200).map(str.encode)
NEEDLES = st.binary(min_size=1, max_size=4) | st.text("ab", min_size=1, max_size=4).map(str.encode)


def by_looking(text: bytes, needle: bytes) -> set[int]:
    return {at for at in range(len(text)) if text.startswith(needle, at)}


@given(TEXTS, NEEDLES)
def test_every_place_is_found_or_overlaps_one_that_is(text: bytes, needle: bytes) -> None:
    found, every = places(text, needle), by_looking(text, needle)
    assert set(found) <= every
    assert all(any(abs(at - one) < len(needle) for one in found) for at in every)
    assert len(found) == len(set(found))


@given(TEXTS, NEEDLES)
def test_both_ways_find_a_needle_in_the_same_texts(text: bytes, needle: bytes) -> None:
    assert bool(finding._by_python(text, needle)) == bool(places(text, needle)) == (needle in text)


def test_needles_with_nulls_and_at_both_ends_are_found() -> None:
    assert sorted(places(b"\x00a.....\x00a", b"\x00a")) == [0, 7]
    assert places(b"", b"a") == []


def test_another_c_library_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_MEMMEM", None)
    assert sorted(places(b"abcabc", b"abc")) == [0, 3]
