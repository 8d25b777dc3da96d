"""What is broken is named, and the rest is scanned."""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

import pytest

from irkit.scan.objects.stores import stores
from irkit.scan.repository import repository
from tests.scan.objects.repositories import commit, git, made, numbered_lines, scan, secrets, word


@pytest.fixture
def packed(tmp_path: Path) -> tuple[Path, Path]:
    """A repository with one pack, and the pack."""
    repo = made(tmp_path / "repo")
    dice = random.Random(3)
    for number in range(10):
        noise = bytes(dice.choices(b"abcdefghij", k=4000))
        commit(repo, {f"f{number}": word(number) + b"\n" + noise, "long": numbered_lines(200, (number, b"x"))})
    git(repo, "repack", "-adq")
    git(repo, "prune-packed")
    (pack,) = (repo / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    return repo, pack


def entry(repo: Path, pack: Path, name: str) -> tuple[str, int, int]:
    """Id of an object, where it begins in the pack and how long it is there."""
    id_ = git(repo, "rev-parse", name)
    for line in git(repo, "verify-pack", "-v", str(pack)).splitlines():
        if line.startswith(id_):
            return id_, int(line.split()[4]), int(line.split()[3])
    raise AssertionError(name)


def spoil(file: Path, at: int, raw: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(raw)


def test_an_object_with_broken_data_is_named_and_the_others_are_scanned(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    id_, at, length = entry(repo, pack, "HEAD:f3")
    spoil(pack, at + length // 2, b"\0\xff\0\xff")

    scanned = scan(repo)

    assert [what for what, _ in scanned.skipped] == [f"object {id_}"]
    assert "broken" in scanned.skipped[0].reason
    assert scanned.is_incomplete
    assert {value for places in secrets(scanned).values() for _, value, _, _ in places} == {
        word(number) for number in range(10) if number != 3
    }


def test_what_is_made_from_a_broken_object_is_named_too(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    base, at, length = entry(repo, pack, "HEAD:long")
    spoil(pack, at + length // 2, b"\0\xff\0\xff")

    scanned = scan(repo)

    reasons = dict(scanned.skipped)
    assert len(reasons) == 10
    assert "broken" in reasons.pop(f"object {base}")
    assert set(reasons.values()) == {"what it is made from is broken"}


def test_a_broken_object_with_a_whole_copy_elsewhere_is_scanned(packed: tuple[Path, Path], tmp_path: Path) -> None:
    repo, pack = packed
    git(tmp_path, "clone", "-q", "--bare", "--no-local", str(repo), "whole.git")
    _, at, length = entry(repo, pack, "HEAD:f3")
    spoil(pack, at + length // 2, b"\0\xff\0\xff")
    (repo / ".git/objects/info/alternates").write_text(str(tmp_path / "whole.git/objects") + "\n")

    scanned = scan(repo)

    assert not scanned.is_incomplete
    assert len(secrets(scanned)) == 10


def test_a_cut_pack_is_told(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    whole = pack.read_bytes()
    half = len(whole) // 2
    ids = {}
    for line in git(repo, "verify-pack", "-v", str(pack)).splitlines():
        if len(words := line.split()) > 4 and words[1] in {"blob", "commit", "tree"}:
            ids[words[0]] = int(words[4]) + int(words[3])
    pack.write_bytes(whole[:half])

    scanned = scan(repo)

    assert scanned.is_incomplete
    named = {what for what, _ in scanned.skipped}
    assert f"pack/{pack.name}" in named
    assert {f"object {id_}" for id_, end in ids.items() if end > half} == {one for one in named if "object " in one}
    assert sum(scanned.counts.values()) == sum(end <= half for end in ids.values())
    assert secrets(scanned)


def test_a_pack_without_an_index_is_told(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    pack.with_suffix(".idx").unlink()

    scanned = scan(repo)

    assert (f"pack/{pack.name}", "pack without an index") in scanned.skipped
    assert scanned.is_incomplete


@pytest.mark.parametrize("raw", [b"", b"\xfftOc\0\0\0\x03", b"\xfftOc\0\0\0\x02" + b"\xff" * 5000])
def test_a_broken_index_is_told(packed: tuple[Path, Path], raw: bytes) -> None:
    repo, pack = packed
    index = pack.with_suffix(".idx")
    index.chmod(0o644)
    index.write_bytes(raw)

    scanned = scan(repo)

    assert scanned.is_incomplete
    assert "objects that git does not list" in {what for what, _ in scanned.skipped}


def test_a_base_that_does_not_exist_is_told(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    git(repo, "config", "repack.useDeltaBaseOffset", "false")
    git(repo, "repack", "-adfq")
    (pack,) = (repo / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    raw = pack.read_bytes()
    base = bytes.fromhex(git(repo, "rev-parse", "HEAD:long"))
    assert raw.count(base)
    pack.write_bytes(raw.replace(base, b"\x01" * 20))

    scanned = scan(repo)

    assert scanned.is_incomplete
    assert len(secrets(scanned)) == 10


def test_an_object_that_is_made_from_itself_is_told(packed: tuple[Path, Path]) -> None:
    repo, _ = packed
    git(repo, "config", "repack.useDeltaBaseOffset", "false")
    git(repo, "repack", "-adfq")
    (pack,) = (repo / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    deltas = [line.split() for line in git(repo, "verify-pack", "-v", str(pack)).splitlines()]
    (id_, _, _, _, at, _, base), *_ = [line for line in deltas if len(line) == 7]
    raw = pack.read_bytes()
    place = raw.index(bytes.fromhex(base), int(at))
    spoil(pack, place, bytes.fromhex(id_))

    scanned = scan(repo)

    assert scanned.is_incomplete
    assert f"object {id_}" in {what for what, _ in scanned.skipped}


@pytest.mark.parametrize("raw", [b"", b"x\x9c", b"no zlib at all", "cut", "flipped"])
def test_a_broken_loose_object_is_named(tmp_path: Path, raw: bytes | str) -> None:
    repo = made(tmp_path / "repo")
    commit(repo, {"a": word(1) + bytes(random.Random(1).choices(range(256), k=3000)), "b": word(2)})
    id_ = git(repo, "rev-parse", "HEAD:a")
    file = repo / ".git/objects" / id_[:2] / id_[2:]
    file.chmod(0o644)
    whole = file.read_bytes()
    changed = {"cut": whole[:-900], "flipped": whole[:-1] + bytes([whole[-1] ^ 1])}
    file.write_bytes(changed[raw] if isinstance(raw, str) else raw)

    scanned = scan(repo)

    assert [what for what, _ in scanned.skipped] == [f"object {id_}"]
    assert scanned.is_incomplete
    assert len(secrets(scanned)) == 1


def test_random_damage_is_never_silent_and_never_a_crash(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    whole = pack.read_bytes()
    dice = random.Random(5)
    everything = secrets(scan(repo))
    for _ in range(10):
        spoiled = bytearray(whole)
        for _ in range(3):
            spoiled[dice.randrange(12, len(whole) - 20)] ^= 1 << dice.randrange(8)
        pack.write_bytes(spoiled)

        scanned = scan(repo, jobs=1)

        assert scanned.is_incomplete or secrets(scanned) == everything


@pytest.mark.parametrize("commits", [2, 3, 4])
def test_a_pack_that_was_cut_is_told_though_its_objects_are_known(tmp_path: Path, commits: int) -> None:
    repo = made(tmp_path / "repo")
    for number in range(commits):
        commit(repo, {f"f{number}": word(number)})
    git(repo, "repack", "-adq")
    scan(repo, cache=tmp_path / "cache")
    (pack,) = (repo / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    os.truncate(pack, 100)

    scanned = scan(repo, cache=tmp_path / "cache")

    assert secrets(scanned) == secrets(scan(repo))
    assert f"pack/{pack.name}" in dict(scanned.skipped)
    assert scanned.is_incomplete


def test_what_git_advises_of_our_own_settings_is_not_told(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    pack.unlink()

    assert not [reason for _, reason in scan(repo).skipped if "hint" in reason]


def test_an_index_without_its_pack_is_told(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    pack.unlink()

    scanned = scan(repo)

    assert f"pack/{pack.stem}.idx" in dict(scanned.skipped)
    assert scanned.is_incomplete


def test_a_broken_index_is_told_though_there_is_a_cache(packed: tuple[Path, Path], tmp_path: Path) -> None:
    repo, pack = packed
    scan(repo, cache=tmp_path / "cache")
    index = pack.with_suffix(".idx")
    index.chmod(0o644)
    index.write_bytes(index.read_bytes()[:100])

    scanned = scan(repo, cache=tmp_path / "cache")

    assert any("too small" in reason for _, reason in scanned.skipped)
    assert scanned.is_incomplete


@pytest.mark.parametrize("name", ["HEAD:f3", "HEAD^{tree}"])
def test_a_missing_object_that_a_ref_leads_to_is_named(tmp_path: Path, name: str) -> None:
    repo = made(tmp_path / "repo")
    commit(repo, {"f3": b"some text\n"})
    commit(repo, {"f4": b"more text\n"})
    id_ = git(repo, "rev-parse", name)
    (repo / ".git/objects" / id_[:2] / id_[2:]).unlink()

    scanned = scan(repo)

    assert [what for what, reason in scanned.skipped if "missing" in reason] == [f"object {id_}"]
    assert scanned.is_incomplete


def test_a_ref_to_a_commit_that_is_not_here_is_told_of_many_objects_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = made(tmp_path / "repo")
    commit(repo, {"f": b"some text\n"})
    id_ = git(repo, "rev-parse", "HEAD")
    (repo / ".git/objects" / id_[:2] / id_[2:]).unlink()
    monkeypatch.setattr("irkit.scan.objects.lost.FEW", 0)

    scanned = scan(repo)

    assert any(what == "history" and id_ in reason for what, reason in scanned.skipped)
    assert scanned.is_incomplete


@pytest.mark.parametrize("name", ["ab/cdef0123456789012345678901234567890123", "pack/pack-12.idx", "info/alternates"])
def test_pipes_among_the_objects_are_not_waited_for(tmp_path: Path, name: str) -> None:
    repo = made(tmp_path / "repo")
    commit(repo, {"f": word(1)})
    pipe = repo / ".git/objects" / name
    pipe.parent.mkdir(exist_ok=True)
    opened = repository(repo)
    os.mkfifo(pipe)

    found = stores(opened)

    assert len(found.loose) == 3
    assert found.packs == ()
    assert bool(found.skipped) == name.startswith("ab/")


def test_links_to_themselves_hide_nothing(packed: tuple[Path, Path]) -> None:
    repo, pack = packed
    for name in ("loop", "pack-loop.pack"):
        (pack.parent / name).symlink_to(name)
    (repo / ".git/objects/0a").symlink_to("0a")

    scanned = scan(repo)

    assert len(secrets(scanned)) == 10
    assert scanned.is_incomplete
    assert {(Path(what).name, reason) for what, reason in scanned.skipped} == {
        ("pack-loop.pack", "it is not a regular file"),
        ("0a", f"object folder: {os.strerror(errno.ELOOP)}"),
    }
