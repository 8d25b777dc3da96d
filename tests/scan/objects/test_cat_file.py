"""What git is asked to read for us."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from irkit.scan import spawned
from irkit.scan.objects import cat_file
from irkit.scan.objects.cat_file import read_pieces
from irkit.scan.repository import repository
from tests.scan.objects.repositories import commit, git, made

_MB = 1 << 20


def peak(process: psutil.Process) -> int:
    """The most memory that a process had so far, in bytes, with what it mapped; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)


@pytest.fixture
def huge(tmp_path: Path) -> tuple[Path, str]:
    """A repository with a huge blob in its pack, and the blob's id."""
    repo = made(tmp_path / "repo")
    git(repo, "config", "core.compression", "0")  # as large in the pack, and packed at once
    commit(repo, {"huge.bin": bytes(32 * _MB)})
    git(repo, "-c", "core.bigFileThreshold=1m", "repack", "-adq")
    git(repo, "prune-packed")
    return repo, git(repo, "rev-parse", "HEAD:huge.bin").strip()


def test_the_git_that_reads_a_huge_packed_blob_maps_a_part_of_the_pack_at_once(
    huge: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, blob = huge
    monkeypatch.setattr(cat_file, "MAPPED_BYTES", 2 * _MB)
    others = psutil.Process().children()

    size, most = 0, 0
    for piece in read_pieces(repository(repo), blob, _MB):
        size += len(piece)
        most = max([most, *map(peak, _new(others))])

    assert size == 32 * _MB
    assert 0 < most < 16 * _MB


def test_so_does_the_git_of_the_hook(huge: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    repo, blob = huge
    monkeypatch.setattr(spawned, "MAPPED_BYTES", 2 * _MB)
    monkeypatch.chdir(repo)
    others = psutil.Process().children()

    size, most = 0, 0
    with spawned.Blobs() as blobs:
        for content in blobs.of([blob]):
            for chunk in content.chunks:
                size += len(chunk)
                most = max([most, *map(peak, _new(others))])

    assert size == 32 * _MB
    assert 0 < most < 16 * _MB


def _new(others: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if one not in others]
