from __future__ import annotations

import pytest

from irkit.scan.detect.pragma import is_allowed

WORDS = (
    "pragma: allowlist secret",
    "pragma: whitelist secret",
    "pragma:allowlist-secret",
    "PRAGMA: Allowlist Secret",
    "gitleaks:allow",
    "betterleaks:allow",
    "kingfisher:ignore",
    "nosecret",
)


def allowed(text: str) -> bool:
    return is_allowed(text.encode(), text.index("VALUE"), text.index("VALUE") + 5)


@pytest.mark.parametrize("word", WORDS)
def test_the_words_of_all_scanners_are_honoured_on_the_line(word: str) -> None:
    assert allowed(f"a\nkey = VALUE  # {word}\nb")
    assert allowed(f"/* {word} */ VALUE")
    assert not allowed(f"# {word}\nkey = VALUE\n# {word}")


def test_a_word_for_the_next_line_is_honoured_above_and_only_there() -> None:
    assert allowed("# pragma: allowlist nextline secret\nkey = VALUE")
    assert not allowed("# pragma: allowlist nextline secret\n\nkey = VALUE")
    assert not allowed("key = VALUE\n# pragma: allowlist nextline secret")


def test_a_word_on_any_line_of_the_value_is_honoured() -> None:
    text = b"x\n-----BEGIN\nbody # gitleaks:allow\n-----END\ny"
    assert is_allowed(text, 2, len(text) - 2)


def test_a_part_of_such_a_word_is_none() -> None:
    assert not allowed("key = VALUE # this is allowed, and nosecretary ignores it")


def test_a_word_far_away_on_an_endless_line_is_not_looked_for() -> None:
    assert not allowed("VALUE" + " " * 9000 + "gitleaks:allow")
