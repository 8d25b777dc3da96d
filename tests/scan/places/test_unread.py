from __future__ import annotations

from pathlib import Path

from irkit.scan.places.unread import unread
from tests.scan.places.histories import Git


def test_every_broken_ref_is_named(tmp_path: Path) -> None:
    git = Git(tmp_path / "r")
    git.commit()
    git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    heads = git.folder / ".git/refs/heads"
    (heads / "empty").write_bytes(b"")
    (heads / "torn").write_bytes(b"\0" * 41)
    (heads / "main.lock").write_bytes(b"")
    told = unread(git.repository())
    assert [what for what, _ in told] == ["refs/heads/empty", "refs/heads/torn"]
    assert {reason for _, reason in told} == {"a broken ref: it names neither an object nor another ref"}


def test_a_whole_repository_has_nothing_unread(tmp_path: Path) -> None:
    git = Git(tmp_path / "r")
    assert unread(git.repository()) == ()
    git.commit()
    git("pack-refs", "--all")
    assert unread(git.repository()) == ()
