"""What Hyperscan is given, and what it tells."""

from __future__ import annotations

import hyperscan
import pytest

from irkit.scan.detect.hyperscan_prefilter import HyperscanPrefilter, compiled
from irkit.scan.detect.prefilter import Expression


def test_what_ends_at_one_place_is_told_once_a_number() -> None:
    several = [Expression(7, "abcd"), Expression(7, "bcd"), Expression(3, "cd"), Expression(7, "ab")]

    found = HyperscanPrefilter(compiled(several)).hits(b"..abcd")

    assert sorted(found, key=lambda hit: (hit[1], hit[0])) == [(7, 4), (3, 6), (7, 6)]


def test_texts_of_one_number_are_told_apart_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one id for thousands of texts it takes five times as long."""
    given: list[int] = []

    class Noted:
        def __init__(self, mode: int) -> None:
            pass

        def compile(self, *, ids: list[int], **_: object) -> None:
            given.extend(ids)

    monkeypatch.setattr(hyperscan, "Database", Noted)
    monkeypatch.setattr(hyperscan, "dumpb", lambda _: b"")
    compiled([Expression(number, f"text {number} {each}") for number in (0, 1, 70_000) for each in range(2_000)])

    assert len(set(given)) == 6_000
    assert max(given) < 1 << 31
