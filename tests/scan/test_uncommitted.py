"""What git says of a work tree is asked of it without starting a program that the repository names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from irkit.scan import ignored
from irkit.scan.files import Ignored
from irkit.scan.tree import Unreadable
from irkit.scan.uncommitted import uncommitted_files
from tests.scan.places.histories import Git


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.write("same", b"same\n")
    git.write(".gitattributes", b"* filter=x\n")
    git.commit()
    os.utime(git.folder / "same", (1, 1))  # git has to look into it to know that it is the same
    return git


@pytest.mark.parametrize("kind", ["clean", "process"])
@pytest.mark.parametrize("driver", ["x", "a=b"])
def test_no_filter_of_the_repository_is_run(git: Git, tmp_path: Path, kind: str, driver: str) -> None:
    ran = tmp_path / "ran"
    git("config", f"filter.{driver}.{kind}", f"touch {ran}; false")
    git("config", f"filter.{driver}.required", "true")
    (git.folder / ".gitattributes").write_text(f"* filter={driver}\n")
    (git.folder / "new").write_text("new\n")
    found = list(uncommitted_files(git.repository(), Ignored.SKIPPED))
    names = {Path(one).name for one in found if isinstance(one, str)}
    assert "new" in names
    assert "same" not in names
    assert not any(isinstance(one, Unreadable) for one in found)
    assert not ran.exists()


def test_no_filter_is_run_beside_settings_of_the_user(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("config", "filter.x.clean", f"touch {tmp_path / 'ran'}; false")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path / "ignored"))
    (tmp_path / "ignored").write_text("left-out\n")
    for name in ("left-out", "new"):
        (git.folder / name).write_text("new\n")
    names = {Path(one).name for one in uncommitted_files(git.repository(), Ignored.SKIPPED) if isinstance(one, str)}
    assert "new" in names
    assert "left-out" not in names
    assert not (tmp_path / "ran").exists()


def test_an_index_that_git_cannot_read_is_told_as_not_scanned(git: Git) -> None:
    (git.folder / ".git/index").write_bytes(b"nonsense" * 20)
    (told,) = uncommitted_files(git.repository(), Ignored.SKIPPED)
    assert isinstance(told, Unreadable)
    assert told.what == "modified and untracked files"
    assert "index file corrupt" in told.reason


@pytest.mark.parametrize("name", [".gitignore", "below/.gitignore", "below/.gitattributes"])
def test_a_git_that_waits_at_a_pipe_is_ended_and_the_pipe_named(
    git: Git, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    git.write("below/file", b"text\n")
    git.commit()
    (git.folder / "below/file").write_bytes(b"TEXT\n")
    os.mkfifo(git.folder / name)
    monkeypatch.setattr(ignored, "_PATIENCE", 0.01)

    told = [one for one in uncommitted_files(git.repository(), Ignored.SKIPPED) if isinstance(one, Unreadable)]

    assert [one.reason for one in told] == [f"{git.folder / name} is no regular file: git would wait for it"]
    assert ignored.ignored_below(str(git.folder)) == frozenset() or not name.endswith("ignore")


def test_a_git_that_takes_long_is_heard_out(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    (git.folder / ".gitignore").write_text("*.o\n")
    (git.folder / "a.o").write_text("object\n")
    monkeypatch.setattr(ignored, "_PATIENCE", 0.0)

    assert ignored.ignored_below(str(git.folder)) == {str(git.folder / "a.o")}
