"""A file is judged by its path within its project: where that project lies tells nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.detect.detector import load_detector
from irkit.scan.judged_path import judged_path
from irkit.scan.worktree import FileWants, scan_folders


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "tests" / "examples" / "shop"
    (folder / "tests").mkdir(parents=True)
    return folder


def test_of_a_folder_the_path_below_it_counts(project: Path) -> None:
    assert judged_path([str(project)])(str(project / "conf" / "app.env")) == "conf/app.env"


def test_of_a_file_its_name_counts(project: Path) -> None:
    assert judged_path([str(project / "app.env")])(str(project / "app.env")) == "app.env"


def test_in_a_repository_the_path_from_its_top_counts(project: Path) -> None:
    (project / ".git").mkdir()
    assert judged_path([str(project / "tests")])(str(project / "tests" / "app.env")) == "tests/app.env"


def test_a_relative_name_is_taken_from_here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert judged_path(["tests"])("tests/app.env") == "tests/app.env"
    monkeypatch.chdir(project / "tests")
    assert judged_path([".."])("../tests/app.env") == "tests/app.env"


def test_of_several_the_nearest_counts(project: Path) -> None:
    judged = judged_path([str(project), str(project / "tests")])
    assert (judged(str(project / "a")), judged(str(project / "tests" / "a"))) == ("a", "a")


def test_what_a_system_installed_is_told_by_all_of_its_path() -> None:
    assert judged_path(["/usr/lib"])("/usr/lib/python3/test.pem") == "/usr/lib/python3/test.pem"


def test_a_project_below_a_folder_of_tests_is_scanned_as_any_other(project: Path, rules_cache: Path) -> None:
    detector = load_detector(cache=rules_cache / "irkit")
    wants = FileWants(1, lambda: b"k" * 32)
    for folder in (project, project / "tests"):
        (folder / "db.env").write_text(f"DB_PASSWORD={'grape'}1999\n")
    found = scan_folders([str(project)], detector, wants)
    assert [place.path for one in found.findings for place in one.places] == [str(project / "db.env")]
