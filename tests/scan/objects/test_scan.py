"""The pack way and git's way see the same, in every kind of repository."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from irkit.scan import large
from irkit.scan.objects import one_by_one, pack, plan
from irkit.scan.objects import scan as module
from irkit.scan.objects.held import Scanned
from irkit.scan.objects.pack_index import IndexUnknown
from tests.scan.objects.repositories import (
    Finds,
    commit,
    git,
    made,
    numbered_lines,
    scan,
    secrets,
    word,
)

ThroughGit = Callable[..., Scanned]


@pytest.fixture
def through_git(monkeypatch: pytest.MonkeyPatch) -> ThroughGit:
    """Scan as if no index could be read."""

    def refuse(*_: object) -> None:
        raise IndexUnknown("as asked")

    def scanned(folder: Path, detector: Finds | None = None) -> Scanned:
        with monkeypatch.context() as patch:
            patch.setattr(module, "Memory", refuse)
            return scan(folder, detector=detector)

    return scanned


def long_history(folder: Path, versions: int = 40) -> Path:
    """One long file in many versions, with words that come and go far from what else changes."""
    repo = made(folder)
    dice = random.Random(7)
    lines = dict.fromkeys((3, 500, 900), b"first")
    for version in range(versions):
        lines[dice.randrange(1500)] = b"version %d" % version
        if version % 10 == 4:
            lines[700 + version] = b"key = " + word(version)
        if version % 10 == 9:
            lines.pop(700 + version - 5, None)
        files = {"long.txt": numbered_lines(1500, *lines.items()), f"small{version % 3}.txt": b"%d" % version}
        commit(repo, files, f"version {version}")
    return repo


def test_a_value_in_an_unchanged_part_is_found_in_every_version_with_its_own_line(
    tmp_path: Path, through_git: ThroughGit
) -> None:
    repo = long_history(tmp_path / "repo")
    git(repo, "repack", "-adfq", "--depth=50", "--window=50")

    detector, all_of_it = Finds(), Finds()
    direct, slow = scan(repo, detector=detector, jobs=1), through_git(repo, all_of_it)

    assert secrets(direct) == secrets(slow)
    assert len(secrets(direct)) > 10
    assert (direct.counts, direct.size, direct.skipped) == (slow.counts, slow.size, slow.skipped)
    assert not direct.is_incomplete


@pytest.mark.parametrize("packing", ["loose", "one pack", "several packs", "named bases", "loose and packed twice"])
def test_all_ways_of_keeping_objects_give_the_same(tmp_path: Path, packing: str, through_git: ThroughGit) -> None:
    repo = made(tmp_path / "repo")
    body = numbered_lines(300)
    for number in range(12):
        body = body.replace(b"line %06d" % (number * 20), b"line " + word(number) + b" ")
        commit(repo, {f"f{number % 4}": body, f"dir{number}/{word(100 + number).decode()}": b"x"}, f"c{number}")
        if packing == "several packs" and number % 4 == 2:
            git(repo, "repack", "-dq")
    git(repo, "tag", "-a", "v1", "-m", f"tag {word(50).decode()}")
    git(repo, "hash-object", "-w", "--stdin", given=b"dangling " + word(51))
    if packing == "one pack":
        git(repo, "repack", "-adfq")
    if packing == "named bases":
        git(repo, "config", "repack.useDeltaBaseOffset", "false")
        git(repo, "repack", "-adfq")
    if packing == "loose and packed twice":
        git(repo, "repack", "-q")
        git(repo, "repack", "-adfkq", "--window=2")

    direct, slow = scan(repo), through_git(repo)

    found = {value for places in secrets(direct).values() for _, value, _, _ in places}
    assert found == {word(number) for number in (*range(12), *range(100, 112), 50, 51)}
    assert secrets(direct) == secrets(slow)
    assert (direct.counts, direct.size) == (slow.counts, slow.size)


def test_a_name_that_differs_by_a_few_letters_from_another_is_found(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    names = {f"file-{number:04d}.txt": b"%d" % number for number in range(200)}
    commit(repo, names)
    for number in range(20):
        commit(repo, {f"{word(number).decode()}": b"x"})
    git(repo, "repack", "-adfq")

    assert {value for _, value, _, _ in secrets(scan(repo))["in a name"]} == {word(number) for number in range(20)}


def test_commit_messages_and_headers_and_tags_are_looked_at(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    git(repo, "config", "user.name", word(1).decode())
    first = commit(repo, {"a": b"a"}, f"message {word(2).decode()}")
    git(repo, "tag", "-a", "v1", "-m", f"tag {word(3).decode()}")

    found = secrets(scan(repo))

    assert [(kind, value) for kind, value, _, _ in found[first]] == [("commit", word(2))]
    assert [(kind, value) for kind, value, _, _ in found[git(repo, "rev-parse", "v1")]] == [("tag", word(3))]


def test_objects_of_alternates_and_of_linked_work_trees_are_looked_at(tmp_path: Path) -> None:
    lender = made(tmp_path / "lender")
    commit(lender, {"a": word(1)})
    git(lender, "repack", "-adq")
    commit(lender, {"b": word(2)})
    git(tmp_path, "clone", "-q", "--shared", str(lender), "borrower")
    borrower = tmp_path / "borrower"
    commit(borrower, {"c": word(3)})
    git(borrower, "worktree", "add", "-q", str(tmp_path / "tree"))

    values = {value for places in secrets(scan(tmp_path / "tree")).values() for _, value, _, _ in places}

    assert values == {word(1), word(2), word(3)}


def test_a_bare_repository_is_scanned(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    commit(repo, {"a": word(1)})
    git(tmp_path, "clone", "-q", "--bare", "--no-local", str(repo), "bare.git")

    assert len(secrets(scan(tmp_path / "bare.git"))) == 1


def test_a_repository_with_sha256_ids_is_read_through_git(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo", "--object-format=sha256")
    commit(repo, {"a": word(1), word(2).decode(): b"x"}, word(3).decode())
    git(repo, "repack", "-adq")

    scanned = scan(repo)

    assert {value for places in secrets(scanned).values() for _, value, _, _ in places} == {word(1), word(2), word(3)}
    assert scanned.counts == {"blobs": 2, "commits": 1, "trees": 1}


def test_an_empty_repository_has_nothing(tmp_path: Path) -> None:
    scanned = scan(made(tmp_path / "repo"))

    assert (scanned.held, scanned.counts, scanned.skipped, scanned.is_incomplete) == ((), {}, (), False)


def test_a_submodule_is_told_once(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    first = commit(repo, {"a": b"a"})
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{first},lib")
    git(repo, "commit", "-q", "-m", "submodule")
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{git(repo, 'rev-parse', 'HEAD')},lib")
    git(repo, "commit", "-q", "-m", "submodule moved")

    assert scan(repo).skipped == (("lib", "submodule: not looked into"),)


def test_what_the_detector_skips_is_told_with_the_object(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    commit(repo, {"a.bin": b"PACKED 1"})
    git(repo, "repack", "-adq")

    assert scan(repo).skipped == ((f"object {git(repo, 'rev-parse', 'HEAD:a.bin')}: packed", "too deep"),)


def test_a_line_passed_over_is_told_once(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    for number in range(5):
        commit(repo, {f"f{number}": b"%d\n" % number + b"\n" * 30 + b"password = passed-000000000000\n"})

    passed = [one for held in scan(repo).held for one in held.sightings]

    assert [one.dismissed for one in passed] == ["placeholder"]


def test_a_large_blob_is_read_in_pieces_and_its_values_have_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (one_by_one, pack, plan):
        monkeypatch.setattr(each, "LARGE_BYTES", 4 << 20)
    monkeypatch.setattr(large, "PIECE_BYTES", 1 << 20)
    repo = made(tmp_path / "repo")
    block = b"x" * 999 + b"\n"
    filler = block * 1049
    body = b"".join(filler + b"key " + word(number) + b"\n" for number in range(6))
    commit(repo, {"large.bin": body})
    loose = secrets(scan(repo))
    git(repo, "repack", "-adq")
    git(repo, "prune-packed")

    found = [(value, line) for places in secrets(scan(repo)).values() for _, value, line, _ in places]

    assert sorted(found) == [(word(number), 1050 * (number + 1)) for number in range(6)]
    assert loose == secrets(scan(repo))


def test_a_large_archive_of_the_history_is_said_not_to_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_by_one, "LARGE_BYTES", 1 << 20)
    repo = made(tmp_path / "repo")
    commit(repo, {"large.zip": b"PK\x03\x04" + bytes(2 << 20)})

    assert [one for one in scan(repo).skipped if "not its members" in one.reason]


def test_the_edge_of_a_shallow_clone_is_told(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    for number in range(3):
        commit(repo, {"a": b"%d" % number})
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")

    scanned = scan(tmp_path / "shallow")

    assert scanned.skipped == (("shallow clone", "history before 1 commit is not here"),)
    assert not scanned.is_incomplete


def test_what_a_partial_clone_left_at_its_remote_is_named_and_not_fetched(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    commit(repo, {"a": b"a"})
    left = commit(repo, {"a": word(1)})
    git(repo, "config", "uploadpack.allowFilter", "true")
    blobs = {git(repo, "rev-parse", f"{rev}:a") for rev in (left, f"{left}~")}
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{repo}", "partial.git")

    scanned = scan(tmp_path / "partial.git")

    assert {what for what, _ in scanned.skipped} == {f"object {blob}" for blob in blobs}
    assert scanned.counts == {"commits": 2, "trees": 2}
    assert secrets(scanned) == {}


def test_the_rules_that_other_processes_asked_are_compiled_here_too(tmp_path: Path) -> None:
    repo = made(tmp_path / "repo")
    commit(repo, {"a": word(1)})
    detector = Finds()

    scan(repo, detector=detector, jobs=2)

    assert detector.looked_at == 0, "other processes looked"
    assert detector.compiled
