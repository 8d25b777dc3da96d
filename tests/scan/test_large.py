"""Texts too large to hold: cut into pieces, nothing is lost or told twice, and every place is that of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.detect.detector import Detector, load_detector
from irkit.scan.large import OVERLAP_BYTES, PIECE_BYTES, look_at_chunks
from tests.scan import planted

LINE = b"x" * 99 + b"\n"


@pytest.fixture(scope="module")
def detector(rules_cache: Path) -> Detector:
    return load_detector(cache=rules_cache / "irkit")


def chunks(body: bytes, size: int = 1 << 20) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


PLACES = [
    5,
    PIECE_BYTES - 20,
    PIECE_BYTES - OVERLAP_BYTES - 5,
    PIECE_BYTES - OVERLAP_BYTES + 30,
    PIECE_BYTES + 7,
    2 * PIECE_BYTES - OVERLAP_BYTES,
]


@pytest.mark.parametrize("before", PLACES)
def test_a_secret_at_a_cut_is_found_once_with_its_own_place(detector: Detector, before: int) -> None:
    filler = LINE * (before // 100) + b" " * (before % 100)
    body = filler + planted.GITHUB.encode() + b"\n" + LINE * 1000
    (seen,) = look_at_chunks(detector, chunks(body)).sightings
    assert (seen.start, seen.end) == (before, before + len(planted.GITHUB))
    assert (seen.line, seen.column) == (before // 100 + 1, before % 100 + 1)
    assert seen.value == planted.GITHUB.encode()


def test_a_line_longer_than_a_piece_keeps_its_columns(detector: Detector) -> None:
    body = b"first\n" + b"a," * PIECE_BYTES + planted.GITHUB.encode() + b"," * PIECE_BYTES
    (seen,) = look_at_chunks(detector, chunks(body)).sightings
    assert (seen.line, seen.column) == (2, 2 * PIECE_BYTES + 1)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_read_in_every_piece(detector: Detector, encoding: str) -> None:
    width = 4 if encoding == "utf-32" else 2
    lines = 2 * PIECE_BYTES // (width * 100)
    text = ("x" * 99 + "\n") * lines + f"token = '{planted.GITHUB}'\n" + ("x" * 99 + "\n") * lines
    (seen,) = look_at_chunks(detector, chunks(text.encode(encoding))).sightings
    assert (seen.value, seen.line) == (planted.GITHUB.encode(), lines + 1)


def test_many_secrets_in_many_pieces_are_each_told_once(detector: Detector) -> None:
    tokens = [planted.with_checksum("ghp_").encode() for _ in range(60)]
    body = b"".join(LINE * 5000 + token + b"\n" for token in tokens)
    seen = look_at_chunks(detector, chunks(body, 777_777)).sightings
    assert [one.value for one in seen] == tokens
    assert [one.line for one in seen] == [5001 * (number + 1) for number in range(60)]


def test_an_archive_that_large_is_said_not_to_be_opened(detector: Detector) -> None:
    looked = look_at_chunks(detector, chunks(b"PK\x03\x04" + bytes(PIECE_BYTES + 5)))
    assert [each for each in looked.skipped if "not its members" in each.reason]
