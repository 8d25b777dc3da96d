from __future__ import annotations

import tracemalloc
from uuid import UUID

import pytest

from irkit.cloudtrail import met
from irkit.cloudtrail.met import Met

BYTES_EACH = 34


@pytest.mark.parametrize("few", [0, 1, 4_999, 5_000])
def test_a_text_is_new_once(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(met, "_FEW", few)
    seen, texts = Met(), [str(UUID(int=number << 64)) for number in range(5_000)]
    assert all(seen.add(text) for text in texts)
    assert not any(seen.add(text) for text in texts)
    assert all(text in seen for text in texts)
    assert "another" not in seen
    assert len(seen) == 5_000


def test_none_was_met_at_first() -> None:
    assert not Met()
    assert "" not in Met()


def test_texts_of_one_place_or_of_one_first_word_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(met, "_FEW", 3)
    monkeypatch.setattr(met, "_words", lambda text: (1 + len(text) % 2, int(text)))
    seen = Met()
    for number in range(300):
        assert seen.add(str(number))
    assert all(str(number) in seen for number in range(300))
    assert "300" not in seen


def test_a_text_takes_few_bytes() -> None:
    texts = [str(UUID(int=number << 64)) for number in range(30_000)]
    tracemalloc.start()
    try:
        seen = Met()
        for text in texts:
            seen.add(text)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < BYTES_EACH * len(seen)
