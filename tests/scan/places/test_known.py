from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from irkit.scan.places import locate as module
from irkit.scan.places.locate import locate
from irkit.scan.places.located import Located, Wants
from irkit.scan.places.refs import Refs
from irkit.scan.repository import Repository
from tests.scan.places.histories import Git, Held, RandomHistory, held, sighting
from tests.scan.places.seeing import value


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.write("readme", b"hello\n")
    git.commit("root")
    return git


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """How often all of the history was walked."""
    walks: list[object] = []
    walk = module._walked

    def counted(repository: Repository, refs: Refs, wants: Wants, means: module._Means) -> module._Told:
        walks.append(wants)
        return walk(repository, refs, wants, means)

    monkeypatch.setattr(module, "_walked", counted)
    return walks


def both(git: Git, held: Sequence[Held], cache: Path) -> Located:
    """Located with what is known, and anew; they must be equal."""
    known = locate(git.repository(), held, cache=cache, jobs=2, rules="r")
    anew = locate(git.repository(), held, cache=None, jobs=2, rules="r")
    assert plain(known) == plain(anew)
    return known


def plain(located: Located) -> tuple[object, ...]:
    names = {value: tuple(sorted(places, key=repr)) for value, places in located.names.items()}
    places = {id_: tuple(sorted(places, key=repr)) for id_, places in located.places.items()}
    return located._replace(places=places, names=names, commits=0, ranks={})


@pytest.mark.parametrize("seed", range(6))
def test_what_is_known_changes_nothing(tmp_path: Path, seed: int) -> None:
    made = RandomHistory(tmp_path / "r", seed, clock="right" if seed % 2 else "wrong at times")
    made.grow(12)
    for _ in range(8):
        objects = [held(blob) for blob in made.blobs]
        objects += [held(commit, "commit") for commit in made.trees if commit.startswith(tuple("0123"))]
        both(made.git, objects, tmp_path / "cache")
        if made.dice.random() < 0.3:
            made.forget()
        made.grow(made.dice.choice((0, 1, 1, 2, 9)))


@pytest.mark.parametrize("clock", ["right", "wrong at times"])
@pytest.mark.parametrize("seed", range(4))
def test_refs_that_come_go_and_move_are_told_from_memory(
    tmp_path: Path, seed: int, clock: str, walks: list[object]
) -> None:
    made = RandomHistory(tmp_path / "r", seed, clock)
    made.grow(20)
    git, dice = made.git, made.dice
    objects = [held(blob) for blob in made.blobs]
    for number in range(10):
        both(git, objects, tmp_path / "cache")
        old = dice.choice(list(made.trees))
        kind = dice.choice(("tag", "branch", "on old", "moved", "aside", "aside", "forget", "merge"))
        if kind in {"tag", "branch"}:
            git("update-ref", f"refs/{'tags' if kind == 'tag' else 'heads'}/new{number}", old)
        elif kind == "moved":
            git("update-ref", "refs/heads/0", old)
        elif kind == "aside":
            made.trees[commit := git.commit_tree(made.trees[old], [old])] = made.trees[old]
            git("update-ref", f"refs/heads/{dice.randrange(4)}", commit)
        elif kind == "forget":
            made.forget()
        else:
            parents = [old] if kind == "on old" else [old, dice.choice(list(made.trees))]
            files = dict(made.trees[old]) | {b"more": dice.choice(made.blobs).encode()}
            made.trees[commit := git.commit_tree(files, list(dict.fromkeys(parents)))] = files
            git("update-ref", f"refs/heads/{'main' if kind == 'merge' else number}", commit)
        walks.clear()
        both(git, objects, tmp_path / "cache")
        assert len(walks) == 1, "both() locates once without a cache"


def test_a_tag_of_an_old_commit_is_among_the_refs(git: Git, tmp_path: Path, walks: list[object]) -> None:
    git("config", "core.logAllRefUpdates", "false")
    shutil.rmtree(git.folder / ".git/logs")
    blob = git.write("a", b"one")
    for number in range(12):
        old = git.commit(str(number))
    for number in range(12):
        git.commit(str(number))
    both(git, [held(blob)], tmp_path / "cache")
    git("tag", "old", old)
    walks.clear()
    known = both(git, [held(blob)], tmp_path / "cache")
    assert known.places[blob][0].refs == ("refs/heads/main", "refs/tags/old")
    assert len(walks) == 1


def test_of_a_branch_that_was_merged_nothing_is_lost(git: Git, tmp_path: Path, walks: list[object]) -> None:
    git("checkout", "-q", "-b", "side")
    blob = git.write("a", b"one")
    git.commit("aside")
    git("checkout", "-q", "main")
    git.clock += 60
    git("merge", "-q", "--no-ff", "-m", "together", "side")
    git("config", "core.logAllRefUpdates", "false")
    shutil.rmtree(git.folder / ".git/logs")
    both(git, [held(blob)], tmp_path / "cache")
    git("branch", "-D", "side")
    walks.clear()
    assert both(git, [held(blob)], tmp_path / "cache").places[blob][0].refs == ("refs/heads/main",)
    assert len(walks) == 1


@pytest.mark.parametrize("how", ["amended", "brought", "taken out", "back"])
def test_a_branch_that_was_forced_aside_is_told_from_memory(
    git: Git, tmp_path: Path, walks: list[object], how: str
) -> None:
    git("config", "core.logAllRefUpdates", "false")
    blob = git.write("a", b"one")
    git.commit()
    git("branch", "stays")
    other = git.write("b", b"two" if how == "brought" else b"nothing")
    if how == "taken out":
        git("rm", "-q", "a")
    git.commit("to be amended")
    shutil.rmtree(git.folder / ".git/logs", ignore_errors=True)
    objects = [held(blob), *([held(other)] if how == "brought" else [])]
    both(git, objects, tmp_path / "cache")
    git("reset", "-q", "--hard", "HEAD~1")
    if how != "back":
        git.commit("aside")
    (git.folder / ".git/ORIG_HEAD").unlink()
    walks.clear()
    both(git, objects, tmp_path / "cache")
    assert len(walks) == 1, "both() locates once without a cache"


@pytest.mark.parametrize("later", [0, -60])
def test_commits_of_one_second_are_told_from_memory(git: Git, tmp_path: Path, walks: list[object], later: int) -> None:
    blob = git.write("a", b"one")
    git.commit()
    both(git, [held(blob)], tmp_path / "cache")
    git.clock += later - 60
    newest = git.commit("at the same time, or before")
    walks.clear()
    place = both(git, [held(blob)], tmp_path / "cache").places[blob][0]
    assert place.last
    assert place.last.id == newest
    assert len(walks) == 1


def test_a_second_time_nothing_is_walked(git: Git, tmp_path: Path, walks: list[object]) -> None:
    blob = git.write("a", b"one")
    commit = git.commit()
    lost = git("hash-object", "-w", "--stdin", read=b"lost")
    objects = [held(blob), held(commit, "commit"), held(lost)]
    both(git, objects, tmp_path / "cache")
    walks.clear()
    known = both(git, objects, tmp_path / "cache")
    assert len(walks) == 1, "both() locates once without a cache"
    assert known.commits == 2


def test_a_second_time_who_made_a_commit_is_not_who_tagged_it(git: Git, tmp_path: Path) -> None:
    blob = git.write("a", b"one")
    git.commit()
    git.clock += 60
    git("tag", "-a", "-m", "secret", "v1")
    objects = [held(blob), held(git("rev-parse", "v1"), "tag")]
    both(git, objects, tmp_path / "cache")
    known = both(git, objects, tmp_path / "cache")
    assert known.places[blob][0].last != known.places[objects[1].object_id][0].last


def test_after_new_commits_only_these_are_walked(git: Git, tmp_path: Path, walks: list[object]) -> None:
    blob = git.write("a", b"one")
    git.commit()
    both(git, [held(blob)], tmp_path / "cache")
    for number in range(20):
        other = git.write("b", b"%d" % number)
        git.commit()
    git("rm", "-q", "a")
    git.commit()
    git("update-ref", "refs/remotes/origin/main", "main")
    walks.clear()
    known = both(git, [held(blob), held(other)], tmp_path / "cache")
    assert len(walks) == 1
    assert not known.places[blob][0].is_current
    assert known.commits == 23
    assert known.pushed


def test_stashes_that_come_and_go_are_told(git: Git, tmp_path: Path) -> None:
    blob = git.write("readme", b"stashed")
    git("stash", "-q")
    (git.folder / "loose").write_bytes(b"untracked")
    untracked = git("hash-object", "--stdin", read=b"untracked")
    git.clock += 60
    git("stash", "-q", "-u")
    both(git, [held(blob), held(untracked)], tmp_path / "cache")
    git.commit()
    both(git, [held(blob), held(untracked)], tmp_path / "cache")
    git("stash", "drop", "-q")
    known = both(git, [held(blob), held(untracked)], tmp_path / "cache")
    assert not known.places[untracked][0].is_reachable


def test_a_lost_object_that_is_committed_is_reachable(git: Git, tmp_path: Path) -> None:
    blob = git("hash-object", "-w", "--stdin", read=b"lost")
    assert not both(git, [held(blob)], tmp_path / "cache").places[blob][0].is_reachable
    git.write("a", b"lost")
    assert both(git, [held(blob)], tmp_path / "cache").places[blob][0].refs == ("index",)
    git.commit()
    assert both(git, [held(blob)], tmp_path / "cache").places[blob][0].refs == ("refs/heads/main",)


def test_of_a_lost_object_commits_that_are_lost_later_are_told(git: Git, tmp_path: Path) -> None:
    blob = git.write("a", b"one")
    tree = git("write-tree")
    git("rm", "-q", "-f", "a")
    for text in ("first", "last"):
        git.clock += 60
        commit = git("commit-tree", "-m", text, tree)
        place = both(git, [held(blob)], tmp_path / "cache").places[blob][0]
        assert not place.is_reachable
        assert place.last
        assert place.last.id == commit


def test_other_rules_may_find_more_in_old_commits(git: Git, tmp_path: Path, walks: list[object]) -> None:
    one, other = git.write("a", b"one"), git.write("b", b"two")
    git.commit()
    locate(git.repository(), [held(one)], cache=tmp_path / "cache", jobs=2, rules="r")
    git("mv", "b", "c")
    git.commit()
    known = locate(git.repository(), [held(one), held(other)], cache=tmp_path / "cache", jobs=2, rules="other")
    assert {place.path for place in known.places[other]} == {"b", "c"}
    assert len(walks) == 2


def test_a_broken_or_unwritable_cache_is_no_harm(git: Git, tmp_path: Path) -> None:
    blob = git.write("a", b"one")
    git.commit()
    cache = tmp_path / "cache"
    both(git, [held(blob)], cache)
    wholes = {file: file.read_bytes() for file in (cache / "places").iterdir()}
    assert len(wholes) == 2
    for part in (slice(0), slice(-1), slice(20), slice(1, None)):
        for file, whole in wholes.items():
            file.write_bytes(whole[part])
        both(git, [held(blob)], cache)
        assert {file: file.read_bytes() for file in wholes} == wholes
    (tmp_path / "file").write_bytes(b"")
    both(git, [held(blob)], tmp_path / "file")


def test_places_of_secrets_in_names_are_known_too(git: Git, tmp_path: Path, walks: list[object]) -> None:
    git.write(b"dir-%b/one" % value(1), b"x")
    blob = git.write(b"dir-%b/two" % value(1), b"secret")
    git.commit()
    git.write(value(1) + b".txt", b"x")
    git.write(value(2), b"secret")
    git.commit()
    trees = [git("rev-parse", "HEAD^{tree}"), git("rev-parse", "HEAD~1^{tree}")]
    objects = [held(blob), *(Held(tree, "tree", (sighting(value(n)),)) for n, tree in enumerate(trees, 1))]
    first = both(git, objects, tmp_path / "cache")
    assert both(git, objects, tmp_path / "cache") == first
    assert len(first.names[value(1)]) == 2
    git.write(b"deep/%b/x" % value(1), b"y")
    git.commit()
    git("mv", value(2), b"other-" + value(2))
    git.commit()
    assert len(both(git, objects, tmp_path / "cache").names[value(1)]) == 3
    for _ in range(5):
        git.commit()
    assert len(both(git, objects, tmp_path / "cache").names[value(2)]) == 2
    git.commit()
    both(git, objects, tmp_path / "cache")
    assert len(walks) == 1 + 5, "each both() locates once without a cache"
    everything = b"".join(file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file())
    assert value(1) not in everything
    assert value(2) not in everything


def test_a_lost_file_with_a_secret_in_its_name_is_not_remembered(git: Git, tmp_path: Path) -> None:
    blob = git("hash-object", "-w", "--stdin", read=b"lost")
    lost = git.commit_tree({b"dir/%b" % value(1): blob.encode()}, [])
    tree = git("rev-parse", f"{lost}:dir")
    objects = [held(blob), Held(tree, "tree", (sighting(value(1)),))]
    for _ in range(2):
        found = both(git, objects, tmp_path / "cache")
        assert found.names[value(1)][0].path == f"dir/{value(1).decode()}"
    everything = b"".join(file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file())
    assert value(1) not in everything


def test_nothing_of_a_secret_is_remembered(git: Git, tmp_path: Path) -> None:
    git.write(b"dir-%b/one" % value(1), b"x")
    blob = git.write(b"dir-%b/two" % value(1), b"secret")
    commit = git.commit(f"message {value(2).decode()}")
    git("branch", value(3).decode())
    git("tag", "-a", "-m", value(4).decode(), value(5).decode())
    tree = git("rev-parse", "HEAD^{tree}")
    objects = [held(blob), held(commit, "commit"), Held(tree, "tree", (sighting(value(1)),))]
    both(git, objects, tmp_path / "cache")
    both(git, objects, tmp_path / "cache")
    everything = b"".join(file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file())
    for number in range(1, 6):
        assert value(number) not in everything
