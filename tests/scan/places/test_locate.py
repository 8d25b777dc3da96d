from __future__ import annotations

from base64 import b64encode
from binascii import hexlify
from collections.abc import Callable
from pathlib import Path

import pytest

from irkit.scan.finding import Place, PlaceKind
from irkit.scan.places.locate import locate
from irkit.scan.places.located import Located
from irkit.scan.places.rows import track_rows
from tests.scan.places.histories import Git, Held, held, sighting
from tests.scan.places.seeing import first_of, last_of


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = Git(tmp_path / "r")
    git.write("readme", b"hello\n")
    git.commit("root")
    return git


def located(git: Git, *those: Held) -> Located:
    return locate(git.repository(), those, cache=None, jobs=2)


def places(git: Git, id_: str, kind: str = "blob") -> tuple[Place, ...]:
    return located(git, held(id_, kind)).places[id_]


def test_a_file_has_the_commit_that_brought_it_and_the_tip_that_still_holds_it(git: Git) -> None:
    blob = git.write("conf/.env", b"one")
    first = git.commit()
    last = git.commit()
    (place,) = places(git, blob)
    assert place.kind is PlaceKind.BLOB
    assert place.path == "conf/.env"
    assert place.first is not None
    assert place.first._asdict() == {
        "id": first,
        "author": "Ann",
        "email": "ann@example.org",
        "at": "2023-11-14T23:45:20+01:30",
    }
    assert last_of(place) == last
    assert place.refs == ("refs/heads/main",)
    assert place.is_current
    assert place.is_reachable
    assert place.line == 0


def test_a_deleted_file_was_last_held_by_the_parent_of_the_commit_that_deleted_it(git: Git) -> None:
    blob = git.write("a", b"one")
    git.commit()
    held_last = git.commit("nothing")
    git("rm", "-q", "a")
    git.commit()
    (place,) = places(git, blob)
    assert last_of(place) == held_last
    assert not place.is_current


def test_each_path_of_a_blob_is_a_place(git: Git) -> None:
    blob = git.write("a", b"one")
    git.write("b", b"one")
    git.commit()
    assert {place.path for place in places(git, blob)} == {"a", "b"}


def test_places_have_one_order_whichever_is_found_first(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("b", "a", "planted name/x", "c", "planted name/y"):
        blob = git.write(path, b"one")
        git.commit()
        git.clock -= 60  # all in one moment
    tree = held(git("rev-parse", "HEAD^{tree}"), "tree", b"planted name")
    usual = located(git, held(blob), tree)
    monkeypatch.setattr("irkit.scan.places.locate.track_rows", lambda history: track_rows(history)[::-1])
    assert located(git, held(blob), tree) == usual
    assert [place.path for place in usual.places[blob]] == ["a", "b", "c", "planted name/x", "planted name/y"]
    assert usual.names


def test_what_only_a_merge_holds_was_brought_by_the_merge(git: Git) -> None:
    git("checkout", "-q", "-b", "side")
    git.write("b", b"side\n")
    git.commit()
    git("checkout", "-q", "main")
    git.write("c", b"main\n")
    git.commit()
    git("merge", "-q", "--no-commit", "side")
    blob = git.write("evil", b"merged in")
    merge = git.commit("merge")
    (place,) = places(git, blob)
    assert first_of(place) == merge
    assert place.path == "evil"


def test_what_a_merge_takes_from_a_side_was_not_brought_by_it(git: Git) -> None:
    git("checkout", "-q", "-b", "side")
    blob = git.write("b", b"side\n")
    side = git.commit()
    git("checkout", "-q", "main")
    git.write("c", b"main\n")
    git.commit()
    git.clock += 60
    git("merge", "-q", "-m", "merge", "side")
    (place,) = places(git, blob)
    assert first_of(place) == side
    assert last_of(place) == git("rev-parse", "main")
    assert place.refs == ("refs/heads/main", "refs/heads/side")


def test_refs_are_named_branches_first_then_tags_remotes_and_pulls_and_all_are_counted(git: Git) -> None:
    blob = git.write("a", b"one")
    commit = git.commit()
    for name in ("pull/7/head", "remotes/origin/main", "tags/v1", "heads/zeta", "odd/x"):
        git("update-ref", f"refs/{name}", commit)
    git("tag", "-a", "-m", "annotated", "v2", commit)
    for number in range(30):
        git("update-ref", f"refs/zz/{number:02}", commit)
    (place,) = places(git, blob)
    assert place.refs[:7] == (
        "refs/heads/main",
        "refs/heads/zeta",
        "refs/tags/v1",
        "refs/tags/v2",
        "refs/remotes/origin/main",
        "refs/pull/7/head",
        "refs/odd/x",
    )
    assert len(place.refs) == 20
    assert place.refs_count == 37


@pytest.mark.parametrize("packed", ["loose", "packed"])
def test_tags_lead_to_their_commits_however_deeply_they_are_nested(git: Git, packed: str) -> None:
    git("checkout", "-q", "--orphan", "alone")
    blob = git.write("a", b"one")
    git.commit()
    git("tag", "-a", "-m", "inner", "inner")
    git("tag", "-a", "-m", "outer", "outer", "inner")
    inner, outer = git("rev-parse", "inner"), git("rev-parse", "outer")
    git("checkout", "-q", "main")
    git("branch", "-q", "-D", "alone")
    git("tag", "-d", "inner")
    if packed == "packed":
        git("pack-refs", "--all")
    found = located(git, held(blob), held(inner, "tag"), held(outer, "tag"))
    assert found.places[blob][0].refs == ("refs/tags/outer",)
    for tag in (inner, outer):
        (place,) = found.places[tag]
        assert place.kind is PlaceKind.TAG
        assert place.refs == ("refs/tags/outer",)
        assert place.first is not None
        assert place.first.author == "Con"
        assert place.is_reachable


def test_a_tag_that_no_ref_names_is_unreachable(git: Git) -> None:
    git("tag", "-a", "-m", "message", "v1")
    tag = git("rev-parse", "v1")
    git("tag", "-d", "v1")
    (place,) = places(git, tag, "tag")
    assert place.kind is PlaceKind.TAG
    assert not place.is_reachable


def test_a_tag_can_name_a_blob_or_a_tree(git: Git) -> None:
    blob = git("hash-object", "-w", "--stdin", read=b"tagged")
    git("tag", "blob", blob)
    inside = git.write("x/y", b"in a tree")
    tree = git("write-tree")
    git("tag", "-a", "-m", "m", "tree", tree)
    git("reset", "-q", "--hard")
    found = located(git, held(blob), held(inside))
    assert [(place.path, place.refs, place.first) for place in found.places[blob]] == [("", ("refs/tags/blob",), None)]
    assert [(place.path, place.refs) for place in found.places[inside]] == [("x/y", ("refs/tags/tree",))]
    assert found.places[inside][0].is_reachable


def test_a_commit_is_its_own_place(git: Git) -> None:
    commit = git.commit("message")
    git.commit("after")
    (place,) = places(git, commit, "commit")
    assert place.kind is PlaceKind.COMMIT
    assert place.first == place.last
    assert first_of(place) == place.object_id == commit
    assert place.refs == ("refs/heads/main",)
    assert not place.is_current


def test_a_note_says_which_commit_is_noted(git: Git) -> None:
    noted = git("rev-parse", "HEAD")
    git("notes", "add", "-m", "text of a note", "HEAD")
    blob = git("rev-parse", f"refs/notes/commits:{noted}")
    (place,) = places(git, blob)
    assert place.kind is PlaceKind.NOTE
    assert place.path == noted
    assert place.refs == ("refs/notes/commits",)


def test_stashes_are_named_old_ones_and_untracked_files_too(git: Git) -> None:
    old = git.write("readme", b"stashed first")
    git("stash", "-q")
    staged = git.write("staged", b"staged")
    git.write("staged", b"then changed")
    (git.folder / "loose").write_bytes(b"untracked")
    untracked = git("hash-object", "--stdin", read=b"untracked")
    git.clock += 60
    git("stash", "-q", "-u")
    found = located(git, held(old), held(staged), held(untracked))
    for blob, path, name in ((old, "readme", "stash@{1}"), (untracked, "loose", "stash@{0}")):
        (place,) = found.places[blob]
        assert (place.kind, place.path, place.refs) == (PlaceKind.STASH, path, (name,))
        assert place.is_reachable
        assert place.is_current
    assert found.places[staged][0].refs == () or found.places[staged][0].kind is PlaceKind.BLOB


def test_a_stash_without_a_reflog_is_still_a_stash(git: Git) -> None:
    blob = git.write("readme", b"stashed")
    git("stash", "-q")
    (git.folder / ".git/logs/refs/stash").unlink()
    (place,) = places(git, blob)
    assert (place.kind, place.refs) == (PlaceKind.STASH, ("refs/stash",))


def test_a_damaged_reflog_hides_no_stash(git: Git) -> None:
    blob = git.write("readme", b"stashed")
    git("stash", "-q")
    log = git.folder / ".git/logs/refs/stash"
    text = log.read_text()
    log.write_text(text[:41] + ("0" if text[41] != "0" else "1") + text[42:])
    (place,) = places(git, blob)
    assert (place.kind, place.refs) == (PlaceKind.STASH, ("refs/stash",))


def test_a_stash_that_was_expired_and_is_still_in_the_reflog_is_reachable(git: Git) -> None:
    blob = git.write("readme", b"stashed")
    git("stash", "-q")
    git.clock += 60
    git.write("readme", b"another")
    git("stash", "-q")
    log = git.folder / ".git/logs/refs/stash"
    log.write_text(log.read_text().partition("\n")[2])
    (place,) = places(git, blob)
    assert place.is_reachable
    assert place.refs == ("reflog of refs/stash",)


def test_what_only_a_reflog_reaches_is_reachable_and_says_which(git: Git) -> None:
    blob = git.write("a", b"one")
    git.commit()
    commit = git("rev-parse", "HEAD")
    git("reset", "-q", "--hard", "HEAD~1")
    found = located(git, held(blob), held(commit, "commit"))
    for id_, kind in ((blob, PlaceKind.BLOB), (commit, PlaceKind.COMMIT)):
        (place,) = found.places[id_]
        assert place.kind is kind
        assert place.refs == ("reflog of HEAD", "reflog of refs/heads/main")
        assert place.is_reachable
        assert not place.is_current


def test_a_detached_head_of_another_work_tree_is_a_start(git: Git, tmp_path: Path) -> None:
    git("worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    other = Git.__new__(Git)
    other.folder, other.clock = tmp_path / "other", git.clock
    blob = other.write("a", b"one")
    other.commit()
    for log in (git.folder / ".git/worktrees/other/logs").iterdir():
        log.unlink()
    for repository in (git, other):
        (place,) = places(repository, blob)
        assert place.refs == ("worktrees/other/HEAD",)
        assert place.is_current


def test_what_is_only_staged_is_a_file_of_the_index(git: Git) -> None:
    blob = git.write("new\nname", b"staged")
    (place,) = places(git, blob)
    assert place.kind is PlaceKind.FILE
    assert place.path == "new\nname"
    assert place.refs == ("index",)
    assert place.is_reachable


def test_what_only_a_lost_commit_holds_is_unreachable_and_has_its_path(git: Git) -> None:
    blob = git("hash-object", "-w", "--stdin", read=b"lost")
    commit = git.commit_tree({b"dir/lost": blob.encode()}, [git("rev-parse", "HEAD")])
    after = git.commit_tree({}, [commit])
    found = located(git, held(blob), held(after, "commit"))
    (place,) = found.places[blob]
    assert (place.path, first_of(place), last_of(place)) == ("dir/lost", commit, commit)
    assert place.refs == ()
    assert not place.is_reachable
    (place,) = found.places[after]
    assert (place.kind, place.is_reachable) == (PlaceKind.COMMIT, False)


def test_a_lost_blob_has_a_place_without_a_path(git: Git) -> None:
    blob = git("hash-object", "-w", "--stdin", read=b"lost")
    (place,) = places(git, blob)
    assert (place.kind, place.path, place.first, place.is_reachable) == (PlaceKind.BLOB, "", None, False)


def test_names_of_files_are_found_and_cut_behind_the_part_with_the_value(git: Git) -> None:
    git.write("keys/a-secret-name/one", b"1")
    first = git.commit()
    git.write("keys/a-secret-name/two", b"2")
    git.write("a-secret-name", b"3")
    git.commit()
    git("rm", "-q", "-r", "keys")
    last = git.commit()
    tree = git("rev-parse", f"{first}:keys")
    found = located(git, Held(tree, "tree", (sighting(b"secret-name"),)))
    below, alone = sorted(found.names[b"secret-name"], key=lambda place: place.path, reverse=True)
    assert (below.kind, below.path, first_of(below), below.is_current) == (
        PlaceKind.FILE_NAME,
        "keys/a-secret-name",
        first,
        False,
    )
    assert (alone.path, last_of(alone), alone.is_current) == ("a-secret-name", last, True)
    assert not found.places


@pytest.mark.parametrize("encode", [b64encode, hexlify, lambda value: value.replace(b"-", b"%2D")])
def test_an_encoded_name_is_found(git: Git, encode: Callable[[bytes], bytes]) -> None:
    value = b"a-secret-name-of-24-byte"
    text = encode(value)
    git.write(b"keys/%b.txt" % text, b"1")
    git.write(b"keys/another-name-that-is-much-longer-than-the-encoded-one.txt", b"2")
    commit = git.commit()
    tree = git("rev-parse", f"{commit}:keys")
    seen = sighting(value)._replace(start=0, end=len(text), via=("base64",))
    (place,) = located(git, Held(tree, "tree", (seen,))).names[value]
    assert (place.path.encode(), first_of(place)) == (b"keys/%b.txt" % text, commit)


def test_a_name_in_a_tree_that_nothing_reaches_is_found(git: Git) -> None:
    blob = git("hash-object", "-w", "--stdin", read=b"x")
    tree = git("mktree", "-z", read=f"100644 blob {blob}\tthe-secret-name".encode() + b"\0")
    found = located(git, Held(tree, "tree", (sighting(b"secret-name"),)))
    (place,) = found.names[b"secret-name"]
    assert (place.path, place.is_reachable, place.object_id) == ("the-secret-name", False, tree)


def test_hostile_names_are_kept_byte_for_byte(git: Git) -> None:
    names = [b"new\nline", b'quo"te', b"\xff\xfe.txt", b"-rf", b":100644 100644 x", b"tab\there", b" lead"]
    blobs = [git.write(name, b"in %b" % name) for name in names]
    git.commit()
    found = located(git, *(held(blob) for blob in blobs))
    for name, blob in zip(names, blobs, strict=True):
        (place,) = found.places[blob]
        assert place.path.encode(errors="surrogateescape") == name


def test_a_repository_of_sha256_is_located_as_well(tmp_path: Path) -> None:
    git = Git(tmp_path / "r", "--object-format=sha256")
    blob = git.write("a", b"one")
    commit = git.commit()
    git("tag", "-a", "-m", "m", "v1")
    (place,) = places(git, blob)
    assert (first_of(place), place.refs) == (commit, ("refs/heads/main", "refs/tags/v1"))


def test_a_shallow_clone_says_where_it_ends(git: Git, tmp_path: Path) -> None:
    blob = git.write("a", b"one")
    git.commit()
    last = git.commit()
    git("clone", "-q", "--depth=1", f"file://{git.folder}", str(tmp_path / "shallow"))
    clone = Git.__new__(Git)
    clone.folder, clone.clock = tmp_path / "shallow", git.clock
    found = located(clone, held(blob))
    assert first_of(found.places[blob][0]) == last
    assert found.boundary == {last}


def test_a_bare_clone_has_the_same_places(git: Git, tmp_path: Path) -> None:
    blob = git.write("a", b"one")
    git.commit()
    git("clone", "-q", "--mirror", str(git.folder), str(tmp_path / "bare"))
    bare = Git.__new__(Git)
    bare.folder, bare.clock = tmp_path / "bare", git.clock
    assert places(bare, blob) == tuple(place._replace(refs=("refs/heads/main",)) for place in places(git, blob))


def test_a_missing_tree_is_named_and_all_else_is_located(git: Git) -> None:
    blob = git.write("a", b"one")
    first = git.commit()
    git.write("dir/b", b"two")
    broken = git.commit()
    tree = git("rev-parse", f"{broken}:dir")
    later = git.write("c", b"three")
    git.commit()
    (git.folder / ".git/objects" / tree[:2] / tree[2:]).unlink()
    found = located(git, held(blob), held(later))
    assert first_of(found.places[blob][0]) == first
    assert found.places[later][0].path == "c"
    assert any(broken in one.what and tree in one.reason for one in found.skipped)


def test_a_missing_commit_is_named_and_what_is_newer_is_located(git: Git) -> None:
    lost = git.commit()
    blob = git.write("a", b"one")
    git.commit()
    after = git.commit()
    (git.folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
    found = located(git, held(blob))
    assert found.skipped
    assert last_of(found.places[blob][0]) == after


def test_a_broken_ref_does_not_hide_the_others(git: Git) -> None:
    blob = git.write("a", b"one")
    commit = git.commit()
    (git.folder / ".git/refs/heads/broken").write_text("1" * 40 + "\n")
    found = located(git, held(blob))
    assert first_of(found.places[blob][0]) == commit
    assert found.skipped


def test_dismissed_sightings_are_not_located(git: Git) -> None:
    blob = git.write("a", b"one")
    git.commit()
    assert not located(git, Held(blob, "blob", (sighting(dismissed="placeholder"),))).places


def test_what_a_remote_tracking_ref_reaches_is_pushed(git: Git) -> None:
    blob = git.write("a", b"one")
    first = git.commit()
    git("update-ref", "refs/remotes/origin/main", first)
    other = git.write("b", b"two")
    second = git.commit()
    found = located(git, held(blob), held(other), held(second, "commit"))
    assert found.pushed == {first}


def test_a_graft_hides_no_commit(git: Git) -> None:
    blob = git.write("a", b"one")
    first = git.commit()
    git("rm", "-q", "a")
    git.commit()
    last = git.commit()
    (git.folder / ".git/info/grafts").write_text(f"{last}\n")
    (git.folder / ".git/logs/HEAD").unlink()
    (git.folder / ".git/logs/refs/heads/main").unlink()
    (place,) = places(git, blob)
    assert place.is_reachable
    assert (first_of(place), place.refs) == (first, ("refs/heads/main",))


@pytest.mark.parametrize("left_out", ["blob:none", "tree:0"])
def test_a_partial_clone_is_located_as_far_as_it_is_here_and_fetches_nothing(
    git: Git, tmp_path: Path, left_out: str
) -> None:
    blob = git.write("dir/a", b"one")
    git.commit()
    git("rm", "-q", "-r", "dir")
    git.commit()
    git("config", "uploadpack.allowFilter", "true")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone = Git.__new__(Git)
    clone.folder, clone.clock = tmp_path / "partial", git.clock
    git("clone", "-q", f"--filter={left_out}", f"file://{git.folder}", str(clone.folder))
    before = sorted((clone.folder / ".git/objects").rglob("*"))
    found = located(clone, held(blob))
    assert sorted((clone.folder / ".git/objects").rglob("*")) == before
    if left_out == "blob:none":
        assert found.places[blob][0].path == "dir/a"
    else:
        assert found.skipped
        assert all(one.what.startswith("commit ") for one in found.skipped)
