"""All that is planted in the places of a history is found, where it is, and nothing that is none; no value leaks."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.scan.planted_kinds import KINDS
from tests.scan.planted_repository import SPLIT, Planted, Planting, git, plant

LEAST = 0.95
SKIPPED_PLACES = {SPLIT}
FORMS = ("work", "bare")


class _Commit(BaseModel):
    id: str


class _Place(BaseModel):
    kind: str
    path: str
    first: _Commit | None
    reachable: bool


class _Finding(BaseModel):
    rule: str
    places: list[_Place]
    secret: str = ""


class _Document(BaseModel):
    findings: list[_Finding]


@dataclass(frozen=True)
class Scanned:
    """What ``irkit scan`` said of one form: plainly, and with the values."""

    stdout: bytes
    stderr: bytes
    findings: list[_Finding]
    home: Path
    """Its caches, settings and data, after the plain scan."""

    def of(self, planted: Planted) -> list[_Finding]:
        return [each for each in self.findings if planted.is_shown_by(each.secret)]

    def at(self, path: str) -> list[_Finding]:
        return [each for each in self.findings if any(place.path == path for place in each.places)]


@pytest.fixture(scope="module")
def planting(tmp_path_factory: pytest.TempPathFactory) -> Planting:
    return plant(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def scans(planting: Planting, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scanned]:
    homes = {form: tmp_path_factory.mktemp(form) for form in FORMS}
    _run(tmp_path_factory.mktemp("nothing"), homes["work"], history=False)  # compiles the rules, which takes seconds
    shutil.copytree(homes["work"] / "cache", homes["bare"] / "cache")
    return {form: _scanned(getattr(planting, form), homes[form]) for form in FORMS}


@pytest.fixture(params=FORMS)
def scan(request: pytest.FixtureRequest, scans: dict[str, Scanned]) -> Scanned:
    found: Scanned = scans[request.param]
    return found


def test_the_planted_repository_has_every_kind_and_no_value_twice(planting: Planting) -> None:
    kinds = Counter(each.kind for each in planting.planted)
    assert set(kinds) == {kind.id for kind in KINDS}
    assert len(kinds) >= 33
    assert len({each.place for each in planting.planted}) >= 49
    assert len({each.needle for each in planting.planted}) == len(planting.planted)


def test_both_forms_hold_the_same_objects_and_one_is_a_single_pack(planting: Planting) -> None:
    listed = [
        git(getattr(planting, form), "cat-file", "--batch-all-objects", "--batch-check=%(objectname)") for form in FORMS
    ]
    assert listed[0] == listed[1]
    assert len(list((planting.bare / "objects" / "pack").glob("*.pack"))) == 1
    assert "\ncount: 0\n" not in "\n" + git(planting.work, "count-objects", "-v")


def test_the_same_seed_plants_the_same(planting: Planting, tmp_path: Path) -> None:
    again = plant(tmp_path)
    assert [each.told() for each in again.planted] == [each.told() for each in planting.planted]


def test_nearly_all_that_is_planted_is_found(planting: Planting, scan: Scanned) -> None:
    missed = [(each.place, each.kind) for each in planting.planted if not scan.of(each)]
    assert len(missed) <= (1 - LEAST) * len(planting.planted), missed


def test_something_is_found_in_every_kind_of_place(planting: Planting, scan: Scanned) -> None:
    reached = {each.place for each in planting.planted if scan.of(each)}
    assert {each.place for each in planting.planted} - reached <= SKIPPED_PLACES


def test_what_is_found_is_said_to_be_where_it_was_planted(planting: Planting, scan: Scanned) -> None:
    astray = {}
    for each in planting.planted:
        places = [place for finding in scan.of(each) for place in finding.places]
        right = [
            place
            for place in places
            if place.kind in each.held_in and (place.path == each.path if _is_whole(each) else each.path in place.path)
        ]
        if places and not right:
            astray[each.place, each.path] = places
    assert astray == {}


def test_the_first_commit_is_the_one_that_brought_it(planting: Planting, scan: Scanned) -> None:
    wrong = {}
    for each in planting.planted:
        firsts = {place.first.id for finding in scan.of(each) for place in finding.places if place.first}
        if each.commit and scan.of(each) and each.commit not in firsts:
            wrong[each.place, each.path] = (each.commit, firsts)
    assert wrong == {}


@pytest.mark.parametrize("place", ["dangling blob", "dangling commit", "message of a dangling commit"])
def test_what_nothing_leads_to_is_said_to_be_unreachable(planting: Planting, scan: Scanned, place: str) -> None:
    planted = [each for each in planting.planted if each.place == place and scan.of(each)]
    assert planted
    assert not any(found.reachable for each in planted for finding in scan.of(each) for found in finding.places)


def test_nothing_is_found_in_what_only_looks_like_secrets(planting: Planting, scan: Scanned) -> None:
    assert {path: [each.rule for each in scan.at(path)] for path in planting.decoys if scan.at(path)} == {}


def test_nothing_is_found_on_lines_that_accept_it(planting: Planting, scan: Scanned) -> None:
    assert {path: [each.rule for each in scan.at(path)] for path in planting.accepted if scan.at(path)} == {}


def test_nothing_is_found_that_was_not_planted(planting: Planting, scan: Scanned) -> None:
    known = [finding for each in planting.planted for finding in scan.of(each)]
    strange = [each for each in scan.findings if each not in known and not _is_beside(each)]
    assert [(each.rule, [place.path for place in each.places]) for each in strange] == []


def test_both_forms_say_the_same(planting: Planting, scans: dict[str, Scanned]) -> None:
    work, bare = ({each.sha256 for each in planting.planted if scans[form].of(each)} for form in FORMS)
    assert work == bare


@pytest.mark.parametrize("depth", ["3", "100"])
def test_what_a_scan_of_another_copy_knows_is_found_again(
    planting: Planting, tmp_path: Path, scans: dict[str, Scanned], depth: str
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--no-checkout", f"--depth={depth}", planting.bare.as_uri(), str(clone))
    fresh, again = (_said(clone, tmp_path / "home", "--no-cache"), _said(clone, scans["bare"].home))
    assert len(fresh) > 50
    assert sorted(each.places[0].path for each in again) == sorted(each.places[0].path for each in fresh)
    whole = _said(planting.bare, scans["bare"].home)
    assert len(whole) == len(scans["bare"].findings)


def test_no_value_is_in_what_is_said_or_kept(planting: Planting, scan: Scanned) -> None:
    kept = b"\0".join(path.read_bytes() for path in sorted(scan.home.rglob("*")) if path.is_file())
    whole = scan.stdout + b"\0" + scan.stderr + b"\0" + kept
    assert len(kept) > 0
    leaked = [(each.place, each.kind) for each in planting.planted for form in _forms_of(each.needle) if form in whole]
    assert leaked == []


def _scanned(where: Path, home: Path) -> Scanned:
    plain = _run(where, home)
    assert plain.returncode == 1, plain.stderr.decode()
    shown = _Document.model_validate_json(_run(where, home, "--show-secrets").stdout)
    said = _Document.model_validate_json(plain.stdout)
    assert [(each.rule, each.places) for each in said.findings] == [(each.rule, each.places) for each in shown.findings]
    return Scanned(plain.stdout, plain.stderr, shown.findings, home)


def _said(where: Path, home: Path, *options: str) -> list[_Finding]:
    return _Document.model_validate_json(_run(where, home, *options).stdout).findings


def _run(where: Path, home: Path, *options: str, history: bool = True) -> subprocess.CompletedProcess[bytes]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("IRKIT_", "GIT_"))}
    ours |= {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "DATA", "CONFIG", "STATE")}
    what = ("--history", "--unreachable") if history else ("--files",)
    words = [sys.executable, "-m", "irkit.cli.main", "scan", str(where), *what, "--format", "json", *options]
    return subprocess.run(words, env=ours, capture_output=True, check=False)


def _is_whole(planted: Planted) -> bool:
    """Whether the truth knows the whole path: not of what stands in a file's name, or in no file at all."""
    return bool(planted.path) and planted.place != "file name"


def _is_beside(finding: _Finding) -> bool:
    """Whether it is the key id that stands beside a secret access key, or one half of a split string."""
    return finding.rule == "aws_access_key_id" or any(place.path.startswith("split/") for place in finding.places)


def _forms_of(needle: str) -> list[bytes]:
    plain = needle.encode()
    return [plain, plain.hex().encode(), base64.b64encode(plain)[:-4], needle.encode("utf-16-le")]
