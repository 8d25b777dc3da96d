from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from irkit.clients.evidence import Evidence, EvidenceFile
from irkit.errors import InputMissing, IrkitError


@pytest.fixture
def kept() -> list[EvidenceFile]:
    return []


@pytest.fixture
def evidence(tmp_path: Path, kept: list[EvidenceFile]) -> Evidence:
    return Evidence(tmp_path, "", kept.append)


def test_a_file_is_kept_with_its_hash_and_told(tmp_path: Path, evidence: Evidence, kept: list[EvidenceFile]) -> None:
    told = evidence.keep("a.jsonl", iter([b"one\n", b"two\n"]), what="lines", count=2, coverage="all")
    path = tmp_path / told.path
    assert path.read_bytes() == b"one\ntwo\n"
    assert told == EvidenceFile("evidence/a.jsonl", hashlib.sha256(b"one\ntwo\n").hexdigest(), 8, "lines", 2, "all")
    assert kept == [told]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_taken_name_gets_a_number_and_nothing_is_overwritten(tmp_path: Path, evidence: Evidence) -> None:
    paths = [evidence.keep("a.b.jsonl", text, what="x", count=1).path for text in (b"1", b"2", b"3")]
    assert paths == ["evidence/a.b.jsonl", "evidence/a-2.b.jsonl", "evidence/a-3.b.jsonl"]
    assert (tmp_path / paths[0]).read_bytes() == b"1"


def test_what_breaks_on_the_way_leaves_nothing_behind(
    tmp_path: Path, evidence: Evidence, kept: list[EvidenceFile]
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        evidence.keep("a", broken(), what="x", count=1)
    assert list((tmp_path / "evidence").iterdir()) == []
    assert kept == []


def test_a_disk_that_is_full_is_told_in_words_with_a_way_on(tmp_path: Path, evidence: Evidence) -> None:
    def full() -> Iterator[bytes]:
        yield b"some of it"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(IrkitError, match=r"a\.jsonl cannot be written .*No space left on device") as told:
        evidence.keep("a.jsonl", full(), what="records", count=2)
    assert "retry the step" in told.value.hint
    assert list((tmp_path / "evidence").iterdir()) == []


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".hidden", "/etc/passwd"])
def test_a_name_that_leads_elsewhere_is_refused(evidence: Evidence, name: str) -> None:
    with pytest.raises(IrkitError):
        evidence.keep(name, b"x", what="x", count=1)


@pytest.mark.parametrize("as_file", ["file", "chunks"])
def test_sealed_evidence_can_be_read_by_its_recipient_alone(
    tmp_path: Path, kept: list[EvidenceFile], as_file: str
) -> None:
    identity = pyrage.x25519.Identity.generate()
    secret = b"a secret in a bundle " * 10_000
    stream = io.BytesIO(secret) if as_file == "file" else iter([secret[:7], b"", secret[7:]])
    sealing = Evidence(tmp_path, str(identity.to_public()), kept.append)
    told = sealing.keep_sealed("b.age", stream, what="bundle", count=1)
    raw = (tmp_path / told.path).read_bytes()
    assert b"a secret" not in raw
    assert hashlib.sha256(raw).hexdigest() == told.sha256
    assert pyrage.decrypt(raw, [identity]) == secret


def test_without_a_recipient_nothing_is_written(tmp_path: Path, evidence: Evidence) -> None:
    with pytest.raises(InputMissing) as refused:
        evidence.keep_sealed("b.age", io.BytesIO(b"secret"), what="bundle", count=1)
    assert "evidence_recipient" in refused.value.hint
    assert not (tmp_path / "evidence").exists()


def test_a_recipient_that_is_none_is_refused(tmp_path: Path, kept: list[EvidenceFile]) -> None:
    with pytest.raises(InputMissing):
        Evidence(tmp_path, "ssh-rsa AAAA", kept.append).keep_sealed("b", io.BytesIO(b"x"), what="x", count=1)
