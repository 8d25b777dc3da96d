"""Stored bytes and what they inflate to, hashed in one pass; damaged, hostile and odd files are told, never a crash."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.cloudtrail.integrity import hashed as module
from irkit.cloudtrail.integrity.hashed import content, hashed

DATA = b'{"Records":[]}' * 5000


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@given(st.binary(max_size=4000), st.integers(1, 999), st.integers(0, 3), st.integers(0, 40))
def test_members_are_joined_and_zeros_after_them_are_no_content(data: bytes, size: int, cut: int, zeros: int) -> None:
    at = len(data) * cut // 3
    stored = gzip.compress(data[:at]) + gzip.compress(data[at:]) + b"\0" * zeros
    seen = hashed(pieces(stored, size))
    assert seen == (sha256(stored), sha256(data), len(stored), len(data), "")


@given(st.binary(max_size=300), st.integers(1, 99))
def test_what_is_not_compressed_is_hashed_as_it_is(data: bytes, size: int) -> None:
    plain = b"{" + data
    assert hashed(pieces(plain, size)) == (sha256(plain), sha256(plain), len(plain), len(plain), "")


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        (gzip.compress(DATA, mtime=0)[:-4], "it is cut off"),
        (gzip.compress(DATA, mtime=0)[:5], "it is cut off"),
        (gzip.compress(DATA, mtime=0)[:-8] + b"\0" * 8, "it is damaged"),
        (b"\x1f\x8b\x07" + b"junk" * 9, "it is damaged"),
        (gzip.compress(DATA, mtime=0) + b"junk", "followed by something else"),
        (gzip.compress(DATA, mtime=0) + b"\0\0junk", "followed by something else"),
    ],
)
def test_what_is_damaged_is_told_and_its_stored_bytes_are_hashed_whole(stored: bytes, why: str) -> None:
    seen = hashed(pieces(stored, 7))
    assert why in seen.wrong
    assert (seen.raw, seen.size) == (sha256(stored), len(stored))


def test_nothing_at_all_is_the_hash_of_nothing() -> None:
    assert hashed([]) == (sha256(b""), sha256(b""), 0, 0, "")


def test_a_bomb_is_left_when_it_has_grown_beyond_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FLOOR", 1 << 20)
    stored = gzip.compress(b"\0" * (8 << 20))
    seen = hashed(pieces(stored, 1000))
    assert "more than 200 times its size" in seen.wrong
    assert seen.inflated <= 3 << 20
    assert seen.raw == sha256(stored)
    with pytest.raises(ValueError, match="200 times"):
        content([stored])


def test_without_isal_the_hashes_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = gzip.compress(DATA, mtime=0) + gzip.compress(DATA)
    before = hashed([stored])
    monkeypatch.setattr(module, "_inflater", lambda: (zlib.decompressobj(31), zlib.error))
    assert hashed([stored]) == before
    assert hashed([stored[:-1]]).wrong == "it is cut off"
