"""What tells words from random characters."""

from __future__ import annotations

import random
import string

import pytest

from irkit.scan.detect.wordiness import wordiness

_BASE62 = string.ascii_letters + string.digits


@pytest.mark.parametrize(
    "name",
    [
        b"get_user_password",
        b"NamespaceResourceVaultSecret",
        b"the-thing-is-required",
        b"HTTPSConnectionPool",
        b"material/form-textbox-password.jpeg",
        b"multicluster-mongodb-client-auth",
    ],
)
def test_a_name_is_made_of_words(name: bytes) -> None:
    assert wordiness(name) > 0.6


@pytest.mark.parametrize(
    ("letters", "length", "share"),
    [(_BASE62, 20, 0.5), (_BASE62, 40, 0.35), ("0123456789abcdef", 32, 0.4), (string.ascii_lowercase, 32, 0.5)],
)
def test_random_characters_hold_hardly_a_word(letters: str, length: int, share: float) -> None:
    dice = random.Random(4)
    texts = ["".join(dice.choice(letters) for _ in range(length)).encode() for _ in range(1000)]
    assert sum(wordiness(text) >= share for text in texts) <= 10


def test_text_without_letters_has_no_words() -> None:
    assert wordiness(b"") == 0.0
    assert wordiness(b"#!-%") == 0.0


def test_three_letters_are_a_word_only_between_other_signs() -> None:
    assert wordiness(b"api-key-one") == 1.0
    assert wordiness(b"7api9the2one4") == 0.0
