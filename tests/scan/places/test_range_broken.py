"""A range in a repository that has not got all of it: what is not there is named, and the rest is scanned."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.objects.absent import LEFT_AT_REMOTE
from irkit.scan.places import diffed
from irkit.scan.places.commit_range import scan_range
from irkit.scan.places.revisions import RevisionUnknown
from tests.scan.places.histories import Git
from tests.scan.places.seeing import one_rule_detector, value


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.commit("root")
    git("tag", "base")
    for number in range(1, 5):
        git.write(f"f{number}", value(number))
        git.commit()
    return git


def loose(git: Git, name: str) -> Path:
    id_ = git("rev-parse", name)
    file = git.folder / ".git/objects" / id_[:2] / id_[2:]
    file.chmod(0o644)
    return file


def told(git: Git, spec: str = "base..HEAD") -> tuple[set[bytes], list[str], bool]:
    """Values, what was skipped, and whether the scan is incomplete."""
    seen, _ = scan_range(git.repository(), one_rule_detector(), spec)
    return (
        {one.value for held in seen.held for one in held.sightings},
        [what for what, _ in seen.skipped],
        (seen.is_incomplete),
    )


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"x\x9c"])
def test_a_blob_that_is_not_there_or_broken_is_named(git: Git, content: bytes | None) -> None:
    id_, file = git("rev-parse", "HEAD:f2"), loose(git, "HEAD:f2")
    file.unlink() if content is None else file.write_bytes(content)
    assert told(git) == ({value(1), value(3), value(4)}, [f"object {id_}"], True)


def test_an_entry_of_a_pack_that_stops_git_hides_no_other_object(git: Git) -> None:
    id_ = git("rev-parse", "HEAD:f2")
    git("repack", "-adq")
    (index,) = (git.folder / ".git/objects/pack").glob("*.idx")
    raw = bytearray(index.read_bytes())
    count = int.from_bytes(raw[8 + 255 * 4 : 8 + 256 * 4], "big")
    ids = [raw[1032 + 20 * at : 1052 + 20 * at].hex() for at in range(count)]
    at = 1032 + 24 * count + 4 * ids.index(id_)
    raw[at : at + 4] = (0x7FFFFFF0).to_bytes(4, "big")
    index.chmod(0o644)
    index.write_bytes(raw)
    assert told(git) == ({value(1), value(3), value(4)}, [f"object {id_}"], True)


def test_what_a_partial_clone_left_at_its_remote_is_named(git: Git, tmp_path: Path) -> None:
    git("rm", "-q", "f2")
    git.commit()
    git("config", "uploadpack.allowFilter", "true")
    git("clone", "-q", "--filter=blob:none", f"file://{git.folder}", str(tmp_path / "partial"))
    clone = Git.__new__(Git)
    clone.folder, clone.clock = tmp_path / "partial", git.clock
    seen, _ = scan_range(clone.repository(), one_rule_detector(), "base..HEAD")
    assert seen.skipped == ((f"object {git('rev-parse', 'HEAD~1:f2')}", LEFT_AT_REMOTE),)
    assert seen.is_incomplete
    assert len(seen.held) == 3


def test_a_commit_whose_tree_is_broken_hides_no_other_commit(git: Git) -> None:
    broken, commits = loose(git, "HEAD~1^{tree}"), [git("rev-parse", f"HEAD~{back}") for back in (0, 1)]
    broken.unlink()
    found, skipped, is_incomplete = told(git)
    assert found == {value(1), value(2)}
    assert skipped == [f"changes of commit {commit}" for commit in commits]
    assert is_incomplete


def test_many_broken_commits_are_counted_when_some_are_named(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diffed, "_MOST_FAILURES", 1)
    for back in range(4):
        loose(git, f"HEAD~{back}^{{tree}}").unlink()
    _, skipped, is_incomplete = told(git)
    assert is_incomplete
    assert skipped == [
        f"changes of commit {git('rev-parse', 'HEAD')}",
        "changes of 1 more commit",
        "changes of 2 more commits",
    ]


def test_a_revision_that_git_cannot_read_is_refused(git: Git) -> None:
    loose(git, "HEAD~2").write_bytes(b"garbage")
    with pytest.raises(RevisionUnknown, match="HEAD~3"):
        told(git, "HEAD~3..HEAD")


def test_a_head_that_is_broken_is_not_taken_for_an_empty_repository(git: Git) -> None:
    loose(git, "HEAD").unlink()
    with pytest.raises(RevisionUnknown, match="HEAD: its commit is not here"):
        told(git)


def test_a_tag_that_git_cannot_read_is_counted(git: Git) -> None:
    git("tag", "-a", "-m", "x", "v1")
    loose(git, "v1").write_bytes(b"garbage")
    found, skipped, is_incomplete = told(git)
    assert (len(found), skipped, is_incomplete) == (4, ["1 tag"], True)
