"""What a delta changes is found whatever the delta; git and dulwich make them."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from dulwich.pack import apply_delta, create_delta
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.objects.delta import DeltaBroken, changes, touched, touched_by

TEXT = b"".join(b"line %d of the text\n" % number for number in range(400))
EDITS = st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 40), st.binary(max_size=40)), max_size=6)


def edited(text: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for at, gone, brought in edits:
        text = text[:at] + brought + text[at + gone :]
    return text


@settings(deadline=None)
@given(EDITS)
def test_what_is_outside_the_changes_stands_in_the_base(edits: list[tuple[int, int, bytes]]) -> None:
    result = edited(TEXT, edits)
    delta = b"".join(create_delta(TEXT, result))
    assert b"".join(apply_delta(TEXT, delta)) == result

    parts = changes(delta)

    assert parts == sorted(parts)
    assert parts[-1][1] == len(result) or result[parts[-1][1] :] in TEXT
    last = 0
    for start, end in parts:
        assert last <= start <= end <= len(result)
        assert result[last:start] in TEXT
        last = end


@settings(deadline=None)
@given(EDITS)
def test_a_word_that_is_not_in_the_base_lies_in_what_was_touched(edits: list[tuple[int, int, bytes]]) -> None:
    result = edited(TEXT, edits)
    spans = touched(result, changes(b"".join(create_delta(TEXT, result))))

    assert all(0 <= start <= end <= len(result) for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    for start in range(len(result) - 12):
        word = result[start : start + 12]
        if word not in TEXT:
            assert any(first <= start and start + 12 <= last for first, last in spans)


def test_a_change_is_looked_at_with_its_line_and_400_bytes_around() -> None:
    body = b"a" * 1000 + b"\n" + b"b" * 50 + b"NEW" + b"b" * 50 + b"\n" + b"c" * 1000

    ((start, end),) = touched(body, [(1051, 1054)])

    assert (start, end) == (1000 - 400, 1104 + 400)


def test_of_a_very_long_line_only_a_part_is_looked_at_again() -> None:
    body = b"x" * 1_000_000

    ((start, end),) = touched(body, [(500_000, 500_010)])

    assert end - start < 20_000


def test_a_copy_of_nothing_written_is_64_kib() -> None:
    base = bytes(range(256)) * 512
    delta = bytes([0x80, 0x80, 0x08, 0x83, 0x80, 0x04, 0x80, 0x01]) + b"z"

    assert changes(delta)[0] == (0x10000, 0x10001)
    assert len(base) > 0x10000


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_delta_or_said_to_be_none(raw: bytes) -> None:
    try:
        parts = changes(raw)
    except DeltaBroken:
        return
    assert all(start <= end for start, end in parts)


def test_a_cut_delta_is_broken() -> None:
    dice = random.Random(1)
    delta = b"".join(create_delta(TEXT, TEXT[:2000] + dice.randbytes(30) + TEXT[2500:]))

    with pytest.raises(DeltaBroken):
        changes(delta[:1])


LINES = st.lists(st.sampled_from([b"\n", b"text", b"x" * 300, b"y" * 9000]), max_size=12).map(b"".join)
SIZE = st.integers(0, 70_000).map(lambda size: bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14]))
COPY = st.binary(max_size=7).flatmap(lambda some: st.integers(128, 255).map(lambda command: bytes([command]) + some))
INSERT = st.binary(min_size=1, max_size=40).map(lambda some: bytes([len(some)]) + some)
DELTAS = st.tuples(SIZE, SIZE, st.lists(COPY | INSERT | st.binary(max_size=4), max_size=12).map(b"".join)).map(b"".join)


@settings(deadline=None, max_examples=300)
@given(LINES, DELTAS | st.binary(max_size=30))
def test_native_code_finds_the_same_whatever_the_delta_says(body: bytes, delta: bytes) -> None:
    try:
        expected: tuple[tuple[int, int], ...] | None = touched(body, changes(delta))
    except DeltaBroken:
        expected = None

    assert touched_by(body, delta) == expected
