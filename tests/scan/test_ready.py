"""A report is remembered: an unchanged repository, or one with harmless new commits, is told as if looked at anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.detect.detector import load_detector
from irkit.scan.history import Unreachable
from tests.scan import planted
from tests.scan.compared import Scans, plain
from tests.scan.places.histories import Git

LEAK = f"token = '{planted.GITHUB}'\n".encode()
OTHER = f"token = '{planted.with_checksum('ghs_')}'\n".encode()


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.write("readme", b"hello\n")
    git.commit("root")
    git.write("a.py", b"first = 1\n    " + LEAK + b"last = 2\n")
    git.commit()
    return git


@pytest.fixture
def scans(git: Git, tmp_path: Path, rules_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Scans:
    return Scans(git, load_detector([], cache=rules_cache / "irkit"), tmp_path / "cache", monkeypatch)


def test_an_unchanged_repository_is_told_from_memory(scans: Scans) -> None:
    first, is_known = scans()
    assert not is_known
    assert len(first.findings) == 1
    second, is_known = scans()
    assert is_known
    assert plain(second) == plain(first)


def test_no_value_and_no_line_is_remembered(scans: Scans) -> None:
    scans()
    kept = b"".join(file.read_bytes() for file in scans.cache.rglob("*") if file.is_file())
    assert planted.GITHUB.encode() not in kept
    assert planted.GITHUB[-8:].encode() not in kept
    assert b"token =" not in kept
    assert list(scans.cache.rglob("*.ready"))


def test_another_key_or_question_is_not_answered_from_memory(scans: Scans) -> None:
    scans()
    assert not scans(key=b"x" * 32)[1]
    assert not scans(key=b"x" * 32, unreachable=Unreachable.SHOWN)[1]


def test_a_broken_file_is_not_used(scans: Scans) -> None:
    scans()
    (file,) = scans.cache.rglob("*.ready")
    file.write_bytes(file.read_bytes()[:-9] + b"000000000")
    assert not scans()[1]
    assert scans()[1]


def test_a_line_that_is_passed_over_counts_once_whenever_it_came(scans: Scans, git: Git) -> None:
    passed = b"password = 'changeme1234'\n"
    git.write("b.py", passed)
    git.commit()
    first, _ = scans()
    assert sum(first.dismissed.values()) == 1
    git.write("c.py", b"more = 1\n" + passed)
    git.commit("the same again")
    assert scans()[0].dismissed == first.dismissed
    git("repack", "-adq")
    git.write("a.py", passed)
    git.commit("and again")
    assert scans()[0].dismissed == first.dismissed


def changed(git: Git, what: str) -> None:  # noqa: C901, PLR0912 - a table of commands
    """Changes that may change the report; ``side`` is a branch that was there before."""
    if what == "takes out":
        git.write("a.py", b"nothing\n")
        git.commit()
    elif what == "moves":
        git("mv", "a.py", "c.py")
        git.commit()
    elif what == "in a message":
        git.commit(OTHER.decode())
    elif what == "in a reflog":
        after = git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "x")
        git("update-ref", "-m", OTHER.decode().strip(), "refs/heads/main", after)
    elif what == "new ref":
        git("branch", "new")
    elif what == "ref gone":
        git("branch", "-D", "side")
    elif what == "forced back":
        git("reset", "-q", "--hard", "HEAD~1")
    elif what == "forced aside":
        git("reset", "-q", "--hard", "HEAD~1")
        git.commit("another way")
    elif what == "to another branch's commit":
        git("branch", "-f", "side", "main")
    elif what == "merge":
        git("merge", "-q", "--no-ff", "-m", "together", "side")
    elif what == "stash":
        git.write("a.py", OTHER)
        git("stash")
    elif what == "config":
        git("config", "remote.origin.url", f"https://user:{planted.GITHUB}@example.org/r.git")
    elif what == "gc":
        git("gc", "-q", "--prune=now")
    else:
        git("tag", "-a", "-m", OTHER.decode(), "v1")


CHANGES = (
    *("takes out", "moves", "in a message", "in a reflog", "new ref", "ref gone", "forced back"),
    *("forced aside", "to another branch's commit", "merge", "stash", "config", "gc", "tag"),
)


@pytest.mark.parametrize("what", CHANGES)
def test_what_may_change_the_report_is_looked_at(scans: Scans, git: Git, what: str) -> None:
    git("checkout", "-q", "-b", "side", "HEAD~1")
    git.write("side.txt", b"plain\n")
    git.commit("aside")
    git("checkout", "-q", "main")
    scans()
    changed(git, what)
    _, is_known = scans()  # which compares with a scan anew
    assert not is_known
    git.commit("and on")
    scans()
