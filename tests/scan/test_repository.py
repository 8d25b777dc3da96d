"""A repository that git does not take, or that has files nobody may read, is told with its reason."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from irkit.scan.detect.detector import load_detector
from irkit.scan.finding import Finding, Place, PlaceKind, Report
from irkit.scan.history import Wants, joined, scan_history
from irkit.scan.repository import NotARepository, repository
from irkit.scan.repository_at import repository_at
from irkit.scan.rule import Confidence, Severity
from irkit.secret import Secret
from tests.scan.compared import KEY, Quiet
from tests.scan.places.histories import Git


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.commit("root")
    return git


def test_an_extension_that_git_does_not_know_is_named(git: Git) -> None:
    git("config", "core.repositoryFormatVersion", "1")
    git("config", "extensions.ofTomorrow", "true")
    with pytest.raises(NotARepository) as caught:
        git.repository()
    assert "oftomorrow" in caught.value.message
    assert "too old" in caught.value.hint


def test_reflogs_that_nobody_may_read_make_the_scan_incomplete(
    git: Git, rules_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan(spec: str = "") -> tuple[bool, list[str]]:
        detector = load_detector([], cache=rules_cache / "irkit")
        report = scan_history(git.repository(), detector, Wants(1, lambda: KEY, spec=spec), Quiet())
        return report.is_incomplete, [Path(one.what).name for one in report.skipped]

    assert scan() == (False, [])
    may = os.access
    monkeypatch.setattr(os, "access", lambda file, mode: Path(file).name != "HEAD" and may(file, mode))
    assert scan() == (True, ["HEAD", "HEAD"]), "the one of the repository, and its reflog"
    git.commit("onward")
    assert scan("HEAD~1..HEAD") == (False, []), "a range does not ask reflogs"


_OWN = ["HEAD", "packed-refs", "refs/heads/evil", "objects/info/alternates", "objects/pack/multi-pack-index"]


@pytest.mark.parametrize("name", [*_OWN, "worktrees/w/gitdir"])
@pytest.mark.parametrize("target", ["a pipe", "/dev/zero"])
def test_what_git_would_read_for_ever_is_refused(git: Git, name: str, target: str) -> None:
    file = git.folder / ".git" / name
    file.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    if target == "a pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(target)
    (git.folder / "below").mkdir()
    with pytest.raises(NotARepository, match=r"is a (pipe|device): git would wait for it"):
        repository(git.folder / "below")


_REPEATS = "for each; do case $each in --path-format*) echo $each;; esac; done; echo .git"
"""What a git before 2.31 does with an option that it does not know."""


@pytest.mark.parametrize(("script", "said"), [(_REPEATS, "too old"), ("exit 0", "does not say where")])
def test_a_git_that_is_too_old_or_none_is_told(
    git: Git, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    other = git.folder.parent / "bin/git"
    other.parent.mkdir()
    other.write_text(f"#!/bin/sh\n{script}\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent), prepend=os.pathsep)
    with pytest.raises(NotARepository, match=said):
        repository(git.folder)


def test_nor_is_it_read_by_way_of_another_work_tree(git: Git) -> None:
    linked = git.folder.parent / "linked"
    git("worktree", "add", "-q", str(linked))
    os.mkfifo(git.folder / ".git/refs/heads/evil")
    with pytest.raises(NotARepository, match="is a pipe"):
        repository(linked)


def test_dev_null_is_an_empty_file(git: Git) -> None:
    exclude = git.folder / ".git/info/exclude"
    exclude.unlink(missing_ok=True)
    exclude.parent.mkdir(exist_ok=True)
    exclude.symlink_to(os.devnull)
    assert repository(git.folder).work_tree == git.folder


def test_a_folder_that_nobody_may_enter_is_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(file: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(file))

    monkeypatch.setattr(Path, "is_file", denied)
    assert repository_at(tmp_path) is None


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("blob", False), ("blob", True)], True),
        ([("blob", True), ("blob", False)], True),
        ([("file", None), ("blob", True)], True),
        ([("blob", False), ("file", None)], False),
        ([("blob", False), ("blob", None)], None),
        ([("file", None), ("file", None)], None),
    ],
)
def test_what_one_of_two_repositories_has_pushed_is_pushed(
    told: list[tuple[str, bool | None]], *, expected: bool | None
) -> None:
    secret = Secret("thing_Q7f2Lm9Zx1Wd")
    some = [(Place(PlaceKind(kind), f"p{number}"), pushed) for number, (kind, pushed) in enumerate(told)]
    findings = [
        Finding("r", "R", Severity.HIGH, Confidence.HIGH, secret.fingerprint(KEY), "…", secret, (place,), pushed=pushed)
        for place, pushed in some
    ]
    (finding,) = joined([Report((one,), {}, (), {}, 0) for one in findings]).findings
    assert finding.pushed is expected
