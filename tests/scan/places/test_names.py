from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.finding import PlaceKind
from irkit.scan.places.names import scan_names
from tests.scan.places.histories import Git
from tests.scan.places.seeing import one_rule_detector, value


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.commit("root")
    return git


def seen(git: Git) -> set[tuple[bytes, PlaceKind, str, tuple[str, ...]]]:
    return {
        (one.value, place.kind, place.path, place.refs)
        for one, place in scan_names(git.repository(), one_rule_detector())
    }


def test_a_clean_repository_has_nothing(git: Git) -> None:
    assert not seen(git)


@pytest.mark.parametrize("packed", ["loose", "packed"])
def test_names_of_refs_are_looked_at(git: Git, packed: str) -> None:
    git("branch", "aaa")
    git("branch", f"feature/{value(1).decode()}")
    (git.folder / ".git/logs").rename(git.folder / "moved")
    if packed == "packed":
        git("pack-refs", "--all")
    assert seen(git) == {(value(1), PlaceKind.REF_NAME, "", (f"refs/heads/feature/{value(1).decode()}",))}


def test_a_branch_that_has_no_commit_yet_has_a_name(tmp_path: Path) -> None:
    git = Git(tmp_path / "new")
    git("symbolic-ref", "HEAD", f"refs/heads/{value(2).decode()}")
    assert seen(git) == {(value(2), PlaceKind.REF_NAME, "", (f"refs/heads/{value(2).decode()}",))}


def test_reflogs_config_and_messages_are_looked_at(git: Git) -> None:
    git.commit(value(3).decode())
    git("config", "remote.origin.url", f"https://u:{value(4).decode()}@example.org/r.git")
    (git.folder / ".git/MERGE_MSG").write_bytes(b"first line\n" + value(5))
    found = seen(git)
    assert {(place[0], place[2]) for place in found if place[1] is PlaceKind.REFLOG} == {
        (value(3), ".git/logs/HEAD"),
        (value(3), ".git/logs/refs/heads/main"),
    }
    assert (value(4), PlaceKind.CONFIG, ".git/config", ()) in found
    assert (value(5), PlaceKind.FILE, ".git/MERGE_MSG", ()) in found


def test_the_files_of_a_bare_repository_and_of_its_submodules_are_named_from_within(git: Git, tmp_path: Path) -> None:
    modules = git.folder / ".git/modules/deep/sub"
    modules.mkdir(parents=True)
    (modules / "config").write_bytes(b"[x]\ny = %b\n" % value(6))
    assert seen(git) == {(value(6), PlaceKind.CONFIG, ".git/modules/deep/sub/config", ())}
    git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    bare = Git.__new__(Git)
    bare.folder, bare.clock = tmp_path / "bare", 0
    bare("config", "a.b", value(7).decode())
    assert {one[2] for one in seen(bare)} == {"config"}


def test_a_work_tree_has_its_own_files(git: Git, tmp_path: Path) -> None:
    git("worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    (git.folder / ".git/worktrees/other/COMMIT_EDITMSG").write_bytes(value(8))
    assert seen(git) == {(value(8), PlaceKind.FILE, ".git/worktrees/other/COMMIT_EDITMSG", ())}


def test_a_sighting_in_a_name_has_its_place_in_that_name(git: Git) -> None:
    git("branch", "zzz")
    git("branch", f"x-{value(1).decode()}")
    ((one, _),) = [
        pair for pair in scan_names(git.repository(), one_rule_detector()) if pair[1].kind is PlaceKind.REF_NAME
    ]
    name = b"refs/heads/x-" + value(1)
    assert name[one.start : one.end] == value(1)
    assert one.near == name
    assert one.line == 1
