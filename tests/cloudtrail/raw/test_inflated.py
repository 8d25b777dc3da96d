from __future__ import annotations

import gzip
import os
import random
from pathlib import Path

import pytest

from irkit.cloudtrail.raw import inflated as module
from irkit.cloudtrail.raw.inflated import BLOCK, Broken, inflated
from irkit.cloudtrail.raw.raw_file import RawFile

BODY = random.Random(1).randbytes(60_000).hex().encode() * 2
STORED = gzip.compress(BODY, mtime=0)


def read(stored: bytes | Path) -> tuple[bytes, Broken | None]:
    content = b"" if isinstance(stored, Path) else stored
    blocks = inflated(RawFile("x", len(content), str(stored) if isinstance(stored, Path) else "", content))
    held = []
    while True:
        try:
            held.append(next(blocks))
        except StopIteration as end:
            return b"".join(held), end.value


@pytest.fixture(params=["isal", "zlib"], autouse=True)
def _each_library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "zlib":
        monkeypatch.setattr(module, "_FASTEST", module._Zlib)


@pytest.mark.parametrize("stored", [BODY, STORED, STORED[:0], gzip.compress(b"", mtime=0), STORED + bytes(512)])
def test_a_whole_file_is_given_whole(stored: bytes) -> None:
    body, broken = read(stored)
    assert broken is None
    assert body in {BODY, b""}
    assert bool(body) == (len(stored) > 100)


def test_members_follow_each_other() -> None:
    assert read(STORED + gzip.compress(b"", mtime=0) + STORED) == (BODY + BODY, None)


def test_a_large_file_comes_in_blocks_of_a_limited_size() -> None:
    stored = gzip.compress(BODY * 150, 1)
    blocks = list(inflated(RawFile("x", len(stored), "", stored)))
    assert max(map(len, blocks)) <= max(BLOCK, module.WHOLE)
    assert b"".join(blocks) == BODY * 150


@pytest.mark.parametrize("cut", [1, 9, 40, 4_000, len(STORED) // 2, len(STORED) - 9, len(STORED) - 1])
def test_what_stands_before_a_cut_is_given(cut: int) -> None:
    body, broken = read(STORED[:cut])
    assert BODY.startswith(body)
    assert len(body) >= (cut - 2_000) * len(BODY) // len(STORED) * 0.9
    assert broken == Broken(len(body), "is cut off")


def test_what_stands_before_damage_is_given() -> None:
    damaged = bytearray(STORED)
    damaged[60_000:60_040] = b"\xff" * 40
    body, broken = read(bytes(damaged))
    assert broken is not None
    assert "is damaged" in broken.why
    assert body[:50_000] == BODY[:50_000]


@pytest.mark.parametrize("where", [-8, -4])
def test_a_wrong_checksum_or_length_is_told(where: int) -> None:
    damaged = bytearray(STORED)
    damaged[where] ^= 1
    body, broken = read(bytes(damaged))
    assert body == BODY
    assert broken is not None
    assert "is damaged" in broken.why


def test_bytes_behind_the_end_are_told() -> None:
    assert read(STORED + b"more") == (BODY, Broken(len(BODY), "holds other bytes behind its end"))


def test_a_bomb_is_left_before_it_takes_memory_or_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FREE", 8 << 20)
    bomb = gzip.compress(bytes(40 << 20), 9)
    body, broken = read(bomb)
    assert broken is not None
    assert "200 times" in broken.why
    assert len(body) <= (8 << 20) + BLOCK


@pytest.mark.parametrize("begin", [b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zXZ\x00", b"PK\x03\x04", b"PAR1", b"\xff\xfe{"])
def test_other_packings_are_named(begin: bytes) -> None:
    body, broken = read(begin + bytes(100))
    assert body == b""
    assert broken is not None
    assert "which is not read" in broken.why


def test_pipes_and_missing_files_are_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read(tmp_path / "pipe") == (b"", Broken(0, "is no regular file"))
    assert read(tmp_path / "none") == (b"", Broken(0, "cannot be read (No such file or directory)"))
    assert read(tmp_path)[1] is not None
