"""Commits are listed from what was read of them as git lists them, or git is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.history import Location, Wants, scan_history
from irkit.scan.objects import families
from irkit.scan.objects.commit_heads import CommitHeads
from irkit.scan.objects.scan import scan_objects
from irkit.scan.objects.workers import ScanDied
from irkit.scan.places import locate as module
from irkit.scan.places.changes import Wanted
from irkit.scan.places.listing import ListedHere, listed_here
from irkit.scan.places.locate import locate
from irkit.scan.places.refs import Refs, read_refs
from irkit.scan.places.walk import Walk
from irkit.scan.repository import Repository, repository
from tests.scan.compared import KEY, Quiet
from tests.scan.places.histories import Git, RandomHistory, held
from tests.scan.places.seeing import one_rule_detector


def heads_of(where: Repository) -> CommitHeads:
    found = scan_objects(where, one_rule_detector(), cache=None, jobs=2, told=lambda *_: None).commits
    assert found is not None
    return found


def listed(where: Repository) -> ListedHere | None:
    return listed_here(where, read_refs(where), heads_of(where))


def rows(where: Repository, here: ListedHere) -> list[list[str]]:
    """Time, id, tree and parents of each commit."""
    graph, numbers = here.graph, memoryview(here.numbers).cast("I")
    trees = [here.trees[number * 20 : number * 20 + 20].hex() for number in numbers]
    ids = [id_.decode() for id_ in graph.ids]
    return [
        [str(at), id_, tree, *(ids[parent] for parent in some)]
        for at, id_, tree, some in zip(graph.times, ids, trees, graph.parents, strict=True)
    ]


def as_git(git: Git) -> list[list[str]]:
    lines = git("-c", "core.commitGraph=false", "log", "--format=%ct %H %T %P", "--all", "--reflog").splitlines()
    return [line.split() for line in lines]


@pytest.mark.parametrize("form", ["loose", "packed", "packed in part", "two packs"])
@pytest.mark.parametrize("seed", range(3))
def test_all_commits_are_listed_as_git_lists_them(tmp_path: Path, seed: int, form: str) -> None:
    made = RandomHistory(tmp_path / "r", seed)
    made.grow(20)
    if form != "loose":
        made.git("repack", "-adq")
    if form in {"packed in part", "two packs"}:
        made.grow(8)
    if form == "two packs":
        made.git("repack", "-dq")
    made.git("tag", "-a", "-m", "of a tag", "nested", made.git("rev-parse", "HEAD"))
    made.git("tag", "-a", "-m", "of a tag", "nested-more", "nested")
    made.git("tag", "tree", "HEAD^{tree}")
    where = made.git.repository()

    here = listed(where)

    assert here is not None
    assert rows(where, here) == as_git(made.git)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.write("readme", b"hello\n")
    for _ in range(3):
        git.commit()
    return git


def test_a_shallow_clone_ends_at_its_boundary(git: Git, tmp_path: Path) -> None:
    git("clone", "-q", "--depth=2", f"file://{git.folder}", tmp_path / "shallow")
    where = repository(tmp_path / "shallow")
    here = listed(where)
    assert here is not None
    assert [len(some) for some in here.graph.parents] == [1, 0]


def test_what_another_work_tree_and_another_repository_have_is_there(git: Git, tmp_path: Path) -> None:
    git("worktree", "add", "-q", "--detach", tmp_path / "tree")
    git("-C", tmp_path / "tree", "commit", "-q", "--allow-empty", "-m", "detached")
    git("clone", "-q", "--shared", git.folder, tmp_path / "borrows")
    for folder, count in ((git.folder, 4), (tmp_path / "borrows", 3)):
        here = listed(repository(folder))
        assert here is not None
        assert len(here.graph.ids) == count


def test_grafts_and_replaced_objects_change_nothing(git: Git) -> None:
    newest, _, oldest = git("rev-list", "HEAD").split()
    git("replace", newest, oldest)
    (git.folder / ".git/info/grafts").write_text(f"{newest}\n")
    here = listed(git.repository())
    assert here is not None
    assert len(here.graph.ids) == 3


ODD = b"tree %b\nparent %b\nauthor A <a@b> 1 +0000\ncommitter %b\n\nmessage\n"


@pytest.mark.parametrize("committer", [b"A <a@b> x", b"A <a@b>> 1 +0000", b"A <a@b>", b"A <a@b> 1 0000"])
def test_git_is_asked_where_a_head_can_be_read_in_several_ways(git: Git, committer: bytes) -> None:
    tree, parent = git("rev-parse", "HEAD^{tree}").encode(), git("rev-parse", "HEAD").encode()
    odd = git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", read=ODD % (tree, parent, committer))
    assert listed(git.repository()) is not None, "nothing leads to it"
    (git.folder / ".git/refs/heads/odd").write_text(f"{odd}\n")
    assert listed(git.repository()) is None
    (git.folder / ".git/refs/heads/odd").unlink()
    child = git("commit-tree", "HEAD^{tree}", "-p", odd, "-m", "child")
    git("tag", "-a", "-m", "tagged", "child", child)
    assert listed(git.repository()) is None
    git("tag", "-d", "child")
    git("tag", "-a", "-m", "tagged", "odd", odd)
    for packed in (False, True):
        if packed:
            git("pack-refs", "--all")
        assert listed(git.repository()) is None


def test_git_is_asked_where_a_parent_or_what_a_ref_names_is_not_there(git: Git) -> None:
    _, parent, _ = git("rev-list", "HEAD").split()
    (git.folder / ".git/refs/heads/none").write_text("1" * 40 + "\n")
    assert listed(git.repository()) is None
    (git.folder / ".git/refs/heads/none").unlink()
    assert listed(git.repository()) is not None
    (git.folder / ".git/objects" / parent[:2] / parent[2:]).unlink()
    assert listed(git.repository()) is None


@pytest.mark.parametrize("seed", range(4))
def test_places_are_the_same_whoever_lists_the_commits(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = RandomHistory(tmp_path / "r", seed)
    made.grow(30)
    if seed % 2:
        made.git("repack", "-adq", "--keep-unreachable")
    where, objects = made.git.repository(), [held(blob) for blob in made.blobs]
    heads = heads_of(where)
    by_git = locate(where, objects, cache=None, jobs=2)
    assert len(Walk(where, Wanted(frozenset()), 1).everything().graph.ids) == by_git.commits
    asked = []

    def told(repository: Repository, refs: Refs, heads: CommitHeads) -> ListedHere | None:
        asked.append(listed_here(repository, refs, heads))
        return asked[-1]

    monkeypatch.setattr(module, "listed_here", told)
    assert locate(where, objects, cache=None, jobs=2, heads=heads) == by_git
    assert asked[0] is not None


def test_heads_are_read_only_where_what_is_found_is_located(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = Git(tmp_path / "r")
    git.commit("root")
    git("repack", "-adq")

    def heads(*_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(families, "heads", heads)
    here, wants = git.repository(), Wants(1, lambda: KEY, location=Location.LEFT_OUT)
    assert scan_history(here, one_rule_detector(), wants, Quiet()).counts == {"commits": 1, "trees": 1}
    with pytest.raises(ScanDied):
        scan_history(here, one_rule_detector(), wants._replace(location=Location.LOCATED), Quiet())
