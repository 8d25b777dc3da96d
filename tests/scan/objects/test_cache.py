"""A second scan reads only what is new, and tells the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from irkit.scan.objects import scan as module
from irkit.scan.objects.gathered import Task
from irkit.scan.objects.held import Scanned
from irkit.scan.objects.merged import Merged
from irkit.scan.objects.stores import Stores
from irkit.scan.passed_over import passed_over
from tests.scan.objects.repositories import Finds, commit, git, made, numbered_lines, scan, secrets, word


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = made(tmp_path / "repo")
    for number in range(6):
        lines = ((number, b"changed"), (150, b"key " + word(number // 3)))
        files = {
            "long": numbered_lines(200, *lines),
            f"f{number}": b"passed-000000000000 %d" % number,
            "packed.bin": b"PACKED",
            f"{word(70).decode()}.txt": b"x",
        }
        commit(repo, files, f"message {word(60 + number % 2).decode()}")
    return repo


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many objects each scan had to look at in processes of its own."""
    counted: list[int] = []
    whole = module._Scan._run

    def run(self: module._Scan, tasks: list[Task], merged: Merged, found: Stores) -> None:
        counted.append(sum(task.objects for task in tasks))
        whole(self, tasks, merged, found)

    monkeypatch.setattr(module._Scan, "_run", run)
    return counted


def same(one: Scanned, other: Scanned) -> bool:
    return (secrets(one), one.skipped) == (secrets(other), other.skipped)


@pytest.mark.parametrize("packing", ["loose", "packed", "half"])
def test_an_unchanged_repository_is_not_read_again(repo: Path, tmp_path: Path, packing: str, reads: list[int]) -> None:
    if packing != "loose":
        git(repo, "repack", "-adq")
    if packing == "half":
        commit(repo, {"new": word(90)})
    first = scan(repo, tmp_path / "cache")
    reads.clear()

    second = scan(repo, tmp_path / "cache")

    assert reads == []
    assert same(first, second)
    assert second.counts == {"reused": sum(first.counts.values())}
    assert second.size == 0
    lines = {(one.dismissed, one.near) for held in first.held for one in held.sightings if one.dismissed}
    assert second.passed == {passed_over(*line) for line in lines}


def test_after_a_commit_only_its_objects_are_read(repo: Path, tmp_path: Path, reads: list[int]) -> None:
    scan(repo, tmp_path / "cache")
    commit(repo, {"new": word(90)})
    reads.clear()

    second = scan(repo, tmp_path / "cache")

    assert reads == [3]
    assert same(second, scan(repo))


def test_a_repack_is_recognised_object_by_object(repo: Path, tmp_path: Path, reads: list[int]) -> None:
    git(repo, "repack", "-adq")
    for number in range(3):
        commit(repo, {"new": word(90 + number)})
    scan(repo, tmp_path / "cache")
    git(repo, "repack", "-adfq")
    git(repo, "prune-packed")
    reads.clear()

    second = scan(repo, tmp_path / "cache")
    third = scan(repo, tmp_path / "cache")

    assert sum(reads) == 0
    assert same(second, scan(repo))
    assert same(third, second)


def test_a_value_in_an_unchanged_part_of_a_new_object_of_a_new_pack_is_found(repo: Path, tmp_path: Path) -> None:
    git(repo, "repack", "-adq")
    scan(repo, tmp_path / "cache")
    for number in range(5):
        commit(repo, {"long": numbered_lines(200, (40 + number, b"later"), (150, b"key " + word(1)))})
    git(repo, "repack", "-adfq")
    git(repo, "prune-packed")

    assert same(scan(repo, tmp_path / "cache"), scan(repo))


def test_a_clone_in_another_place_is_known(repo: Path, tmp_path: Path, reads: list[int]) -> None:
    git(repo, "repack", "-adq")
    scan(repo, tmp_path / "cache")
    git(tmp_path, "clone", "-q", "--bare", str(repo), "other.git")
    reads.clear()

    assert same(scan(tmp_path / "other.git", tmp_path / "cache"), scan(repo))
    assert sum(reads[:-1]) == 0, reads


def test_another_set_of_rules_reads_everything(repo: Path, tmp_path: Path, reads: list[int]) -> None:
    scan(repo, tmp_path / "cache")
    other = Finds()
    other.rules_hash = "others"
    reads.clear()

    scan(repo, tmp_path / "cache", detector=other)

    assert reads[0] > 20


def test_nothing_of_a_value_is_in_the_cache(repo: Path, tmp_path: Path) -> None:
    scan(repo, tmp_path / "cache")
    git(repo, "repack", "-adq")
    scan(repo, tmp_path / "cache")

    files = [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert len(files) >= 4
    assert all(b"hidden-" not in file.read_bytes() and b"passed-" not in file.read_bytes() for file in files)
    assert all(not file.stat().st_mode & 0o077 for file in files)


@pytest.mark.parametrize("damage", ["cut", "emptied", "flipped", "gone"])
@pytest.mark.parametrize("which", ["*.held", "*.ids"])
def test_a_damaged_cache_is_made_anew(repo: Path, tmp_path: Path, damage: str, which: str) -> None:
    cache = tmp_path / "cache"
    scan(repo, cache)
    git(repo, "repack", "-aq")
    scan(repo, cache)
    for file in cache.rglob(which):
        raw = file.read_bytes()
        spoiled = {"cut": raw[:-7], "emptied": b"", "flipped": raw[:-9] + b"\0" + raw[-8:]}
        file.unlink()
        if damage != "gone":
            file.write_bytes(spoiled[damage])
    commit(repo, {"new": word(90)})

    assert same(scan(repo, cache), scan(repo))
    assert same(scan(repo, cache), scan(repo))


def test_what_is_remembered_of_other_objects_is_not_believed(repo: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    git(repo, "repack", "-adq")
    commit(repo, {"new": word(90)})
    scan(repo, cache)
    one, other = sorted(cache.rglob("*.held"))
    one.write_bytes(other.read_bytes())

    assert same(scan(repo, cache), scan(repo))


def test_pipes_in_the_cache_are_not_waited_for(repo: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    scan(repo, cache)
    for file in cache.rglob("*.held"):
        file.unlink()
        os.mkfifo(file)

    assert same(scan(repo, cache), scan(repo))


def test_a_cache_that_lies_about_places_is_not_believed(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(repo, tmp_path / "cache")
    changed = Finds()
    monkeypatch.setattr(changed, "_look", lambda text: Finds._look(changed, text._replace(spans=())))

    scanned = scan(repo, tmp_path / "cache", detector=changed)

    assert scanned.counts.get("reused") is None


def test_a_folder_that_cannot_be_written_is_told_and_not_needed(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")

    scanned = scan(repo, tmp_path / "cache")

    assert same(scanned, scan(repo))
    assert scanned.cache_problem


def test_a_pack_with_a_broken_object_is_looked_at_every_time(repo: Path, tmp_path: Path) -> None:
    git(repo, "repack", "-adq")
    git(repo, "prune-packed")
    (pack,) = (repo / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    raw = bytearray(pack.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    pack.write_bytes(raw)

    first = scan(repo, tmp_path / "cache")
    second = scan(repo, tmp_path / "cache")

    assert first.is_incomplete
    assert (second.skipped, second.is_incomplete, second.counts) == (first.skipped, True, first.counts)


def test_a_secret_that_is_the_name_of_a_submodule_is_not_kept(repo: Path, tmp_path: Path) -> None:
    name = word(95).decode()
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{name}")
    git(repo, "commit", "-qm", "a submodule")
    git(repo, "repack", "-adq")
    first = scan(repo, tmp_path / "cache")
    assert any("submodule" in each.reason for each in first.skipped)
    for file in (tmp_path / "cache").rglob("*"):
        assert file.is_dir() or name.encode() not in file.read_bytes()
    assert secrets(scan(repo, tmp_path / "cache")) == secrets(first)


def test_a_submodule_of_another_repository_with_the_same_empty_file_is_not_told(repo: Path, tmp_path: Path) -> None:
    commit(repo, {"empty": b""})
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    git(repo, "commit", "-qm", "a submodule")
    other = made(tmp_path / "other")
    commit(other, {"empty": b"", "own": word(1)})
    alone = scan(other)

    first = scan(repo, tmp_path / "cache")

    assert "lib" in dict(first.skipped)
    assert same(scan(other, tmp_path / "cache"), alone)
    git(repo, "repack", "-adq")
    assert same(scan(repo, tmp_path / "cache"), first)
