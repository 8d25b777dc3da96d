"""Where runbooks are found, and which one wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.errors import RunbookInvalid, UsageError
from irkit.runbook.load import load
from irkit.runbook.shelf import Origin, find, shelf, shipped_folder, taken


def write(folder: Path, name: str, title: str = "A title") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(f"runbook: {name}\ntitle: {title}\nseverity: SEV1\nsteps: {{a: {{uses: b.c}}}}\n", encoding="utf-8")
    return path


def test_shipped_and_own_runbooks_stand_side_by_side(tmp_path: Path) -> None:
    write(tmp_path / "shipped", "beta")
    write(tmp_path / "own", "alpha")
    found = shelf(tmp_path / "own", tmp_path / "shipped")
    assert [(one.name, one.origin) for one in found.values()] == [("alpha", Origin.OWN), ("beta", Origin.SHIPPED)]


def test_an_own_runbook_replaces_the_shipped_one_visibly(tmp_path: Path) -> None:
    write(tmp_path / "shipped", "beta", "theirs")
    write(tmp_path / "own", "beta", "mine")
    found = find("beta", tmp_path / "own", tmp_path / "shipped")
    assert "replaces the shipped one" in found.origin.value
    assert taken("beta", tmp_path / "own", tmp_path / "shipped").title == "mine"


def test_the_current_directory_is_never_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "surprise")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        find("surprise", tmp_path / "own", tmp_path / "shipped")


def test_a_name_that_is_not_there_gets_the_nearest_one(tmp_path: Path) -> None:
    write(tmp_path / "shipped", "key_leak")
    with pytest.raises(UsageError, match="did you mean 'key_leak'"):
        find("keyleak", tmp_path / "own", tmp_path / "shipped")


def test_a_broken_runbook_is_still_listed_and_refused_when_taken(tmp_path: Path) -> None:
    write(tmp_path / "own", "broken").write_text("nonsense", encoding="utf-8")
    assert "broken" in shelf(tmp_path / "own", tmp_path / "shipped")
    with pytest.raises(RunbookInvalid):
        taken("broken", tmp_path / "own", tmp_path / "shipped")


def test_other_files_and_folders_are_let_be(tmp_path: Path) -> None:
    write(tmp_path / "own", "good")
    (tmp_path / "own" / "messages").mkdir()
    (tmp_path / "own" / "folder.yaml").mkdir()
    (tmp_path / "own" / "notes.md").write_text("x", encoding="utf-8")
    assert list(shelf(tmp_path / "own", tmp_path / "shipped")) == ["good"]


def test_the_shipped_runbooks_are_found_and_can_all_be_read(tmp_path: Path) -> None:
    found = shelf(tmp_path)
    assert "key_leak" in found
    assert all(load(one.path).name == one.name for one in found.values())
    assert shipped_folder().is_dir()
