"""What a value of no known kind must look like."""

from __future__ import annotations

import random
import string

import pytest

from irkit.scan.detect.shape import is_weak, unlike_password, unlike_random

_ALPHABETS = {
    "base62": string.ascii_letters + string.digits,
    "base64url": string.ascii_letters + string.digits + "-_",
    "base36": string.ascii_lowercase + string.digits,
    "hex": "0123456789abcdef",
}


@pytest.mark.parametrize("alphabet", _ALPHABETS)
@pytest.mark.parametrize("length", [20, 32, 40, 64])
def test_random_characters_are_taken_for_random(alphabet: str, length: int) -> None:
    dice = random.Random(length)
    texts = ["".join(dice.choice(_ALPHABETS[alphabet]) for _ in range(length)).encode() for _ in range(500)]
    assert sum(not unlike_random(text) for text in texts) >= 495


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"SOURCEGRAPH_ACCESS_TOKEN", "a word or a name"),
        (b"k8s-infra-key", "a word or a name"),
        (b"lol-ikr-those-kids", "a word or a name"),
        (b"1234567890123", "a number"),
        (b"deadbeef", "too short"),
        (b"aaaaaaaaaaaaaaaa", "a short number in hex"),
        (b"0000000000000001a", "too regular"),
        (b"follow_redirects=True", "an assignment"),
        (b"RegOpenKeyEx", "a word or a name"),
    ],
)
def test_what_is_not_random_is_told_why(text: bytes, reason: str) -> None:
    assert unlike_random(text) == reason


def test_an_escaped_byte_counts_as_one_character() -> None:
    assert unlike_random(b"\\xf3\\x1a\\x9c") == "too short"
    assert unlike_random(b"\\xf3k\\x1a9Q\\x9cz2\\xd7uT4\\xee") == ""


@pytest.mark.parametrize(
    "password", [b"hunter22", b"P8x#Lr9!mQ", b"Pass!12345", b"admin:s3cr3t99", b"zh!=!gq(w^_t[sBR"]
)
def test_letters_with_digits_or_signs_make_a_password(password: bytes) -> None:
    assert unlike_password(password) == ""


@pytest.mark.parametrize(
    "word", [b"password", b"swordfish", b"my_db_pass", b"user:password", b"({[]})", b"12345678", b"a=b.c"]
)
def test_a_bare_word_is_no_password(word: bytes) -> None:
    assert unlike_password(word) != ""


def test_a_password_of_words_is_weak() -> None:
    assert is_weak(b"password123")
    assert is_weak(b"Aa1!")
    assert not is_weak(b"zCGp9*ghPmt#ezFj")


def test_a_password_in_an_address_is_judged_as_it_is_meant() -> None:
    for value in (b"pass%20pass", b"%7BENCODED_PASSWORD%7D"):
        assert unlike_password(value) == "a word or a name"
    assert unlike_password(b"pass%20pass7") == ""


def test_a_word_spelt_with_digits_and_signs_is_weak_and_random_characters_hardly_ever_are() -> None:
    assert is_weak(b"S3cretP@ssw0rd!")
    assert is_weak(b"Adm1n1str@t0r")
    dice = random.Random(1)
    alphabet = string.ascii_letters + string.digits + "!@#$"
    texts = ["".join(dice.choices(alphabet, k=16)).encode() for _ in range(1000)]
    assert sum(map(is_weak, texts)) < 15
