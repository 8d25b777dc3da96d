"""What is in the wheel: the package, its runbooks, and nothing of the tests."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_runbook_and_message_is_in_the_wheel(names: set[str]) -> None:
    files = [path for path in (ROOT / "runbooks").rglob("*") if path.suffix in {".yaml", ".md"}]
    assert files
    assert {f"irkit/_runbooks/{path.relative_to(ROOT / 'runbooks')}" for path in files} <= names


def test_every_module_is_in_the_wheel(names: set[str]) -> None:
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "irkit").rglob("*.py")} <= names


def test_the_wheel_holds_nothing_but_the_package(names: set[str]) -> None:
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"irkit"}
    assert not [name for name in names if "test" in Path(name).parts]
