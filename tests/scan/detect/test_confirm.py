from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.native import is_native
from irkit.scan.detect.confirm import LINE_BYTES, Confirm, line_feeds
from irkit.scan.rule import Bounds
from tests.scan.detect.samples import BLOCK, PREFIXED, TOKEN
from tests.scan.pure import pure

PURE = pure("irkit.scan.detect.confirm")

ENDED = PREFIXED._replace(
    pattern=r"(?:^|\n)key=(?P<value>[a-z]{4,9})(?:[\s;]|$)", anchor="key=[a-z]{4}", bounds=Bounds.NONE
)


def looked(confirm: Confirm, text: bytes) -> list[bytes]:
    ends = [place + 8 for place in range(len(text)) if text[place : place + 4] == b"key="]
    found = []
    for start, end in confirm.windows(text, ends):
        found += [text[start + one.start : start + one.end] for one in confirm.verdicts(text, start, end)]
    return found


def test_the_ends_of_a_line_are_part_of_its_window() -> None:
    confirm = Confirm(ENDED, spans_lines=False, is_ours=True)
    assert looked(confirm, b"key=abcd\nkey=efgh\r\nxkey=nope\nkey=ijkl;\nkey=mnop") == [
        *(b"abcd", b"efgh", b"ijkl", b"mnop"),
    ]


def test_lines_beside_each_other_keep_their_own_windows() -> None:
    confirm = Confirm(ENDED, spans_lines=False, is_ours=True)
    assert list(confirm.windows(b"key=abcd\nkey=efgh\n", [8, 17])) == [(0, 9), (8, 18)]


@given(ends=st.lists(st.integers(1, 60_000), min_size=1, max_size=40), reach=st.integers(0, 9000))
def test_windows_are_sorted_and_cover_every_hit_and_what_is_in_its_reach(ends: list[int], reach: int) -> None:
    text = b"".join(b"x" * length + b"\n" for length in (1, 5000, 0, 20_000, 3, 9000, 30_000))
    ends = sorted(end for end in ends if end <= len(text))
    confirm = Confirm(BLOCK._replace(reach=reach), spans_lines=True, is_ours=True)
    windows = list(confirm.windows(text, ends))
    assert windows == sorted(windows)
    for end in ends:
        line_start = max(text.rfind(b"\n", 0, end - 1) + 1, end - LINE_BYTES)
        assert any(start <= max(0, line_start - reach) and end <= stop for start, stop in windows)


def test_windows_together_are_not_much_longer_than_the_text() -> None:
    text = TOKEN.encode() * 20_000
    confirm = Confirm(PREFIXED, spans_lines=False, is_ours=True)
    windows = list(confirm.windows(text, list(range(34, len(text), 34))))
    assert sum(end - start for start, end in windows) <= len(text)


def test_a_verdict_is_remembered_by_line() -> None:
    confirm = Confirm(PREFIXED, spans_lines=False, is_ours=True)
    text = f"a\n{TOKEN}\nb\n{TOKEN}\n".encode()
    first, second = (confirm.verdicts(text, start, end) for start, end in confirm.windows(text, [36, len(text) - 1]))
    assert first is second


def test_what_is_remembered_is_bounded() -> None:
    confirm = Confirm(PREFIXED, spans_lines=False, is_ours=True)
    for number in range(20_000):
        line = f"{TOKEN} {number}".encode()
        confirm.verdicts(line, 0, len(line))
    assert len(confirm._verdicts) <= 8192


@given(text=st.text("a\n", max_size=700).map(str.encode), cuts=st.tuples(st.integers(0, 700), st.integers(0, 700)))
def test_lines_are_counted_the_same_natively(text: bytes, cuts: tuple[int, int]) -> None:
    start, end = (min(cut, len(text)) for cut in cuts)
    assert line_feeds(text, start, end) == PURE.line_feeds(text, start, end) == text[start:end].count(b"\n")


def test_lines_are_not_counted_beyond_a_text() -> None:
    if is_native(line_feeds):
        for start, end in ((0, 3), (-1, 2)):
            with pytest.raises(ValueError, match="not within"):
                line_feeds(b"a\n", start, end)
