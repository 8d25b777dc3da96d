"""Modules from one file are those that Python loads one by one; what changed since is never taken from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import irkit
from irkit import kept_modules

RUN = """
import sys
from irkit.kept_modules import KeptModules
modules = KeptModules("test")
modules.use()
import irkit.a, irkit.sub.b
print(irkit.a.VALUE, irkit.sub.b.VALUE, irkit.sub.b.__file__, irkit.sub.b.told.__code__.co_filename, irkit.sub.__path__)
print(*(type(one.__spec__.loader).__module__ for one in (irkit.a, irkit.sub, irkit.sub.b)))
modules.keep()
"""
FROM_FILE = "irkit.kept_modules"
ONE_BY_ONE = "_frozen_importlib_external"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package of that name with two modules, the file's own among them."""
    package = tmp_path / "lib" / "irkit"
    (package / "sub").mkdir(parents=True)
    shutil.copy(kept_modules.__file__, package)
    for name, text in (("__init__", ""), ("a", "VALUE = 1\n"), ("sub/__init__", "")):
        (package / f"{name}.py").write_text(text)
    (package / "sub" / "b.py").write_text("VALUE = 2\ndef told(): pass\n")
    return package


def _run(folder: Path, *words: str, **environment: str) -> list[str]:
    """What each module's value is, and what loaded them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ran = subprocess.run(
        [sys.executable, *words, "-c", RUN],
        cwd=folder.parent,
        env=kept | {"PYTHONPATH": str(folder.parent)} | environment,
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    values, loaders = ran.stdout.splitlines()
    file = f"{folder}/sub/b.py"
    assert values.split(" ", 2)[2] == f"{file} {file} ['{folder}/sub']"
    return [*values.split()[:2], *loaders.split()]


def test_the_second_run_loads_all_of_it_from_the_file(folder: Path) -> None:
    assert _run(folder) == ["1", "2", ONE_BY_ONE, ONE_BY_ONE, ONE_BY_ONE]
    assert _run(folder) == ["1", "2", FROM_FILE, FROM_FILE, FROM_FILE]
    assert [file.name for file in (folder / "__pycache__").glob("*.modules*")] == [
        kept_modules.KeptModules("test").name
    ]


def test_a_source_that_changed_is_loaded_itself_and_kept_the_next_time(folder: Path) -> None:
    _run(folder)
    (folder / "a.py").write_text("VALUE = 10\n")

    assert _run(folder) == ["10", "2", ONE_BY_ONE, FROM_FILE, FROM_FILE]
    assert _run(folder) == ["10", "2", FROM_FILE, FROM_FILE, FROM_FILE]


def test_a_source_of_the_same_length_and_another_time_is_loaded_itself(folder: Path) -> None:
    _run(folder)
    (folder / "a.py").write_text("VALUE = 7\n")
    os.utime(folder / "a.py", (1_700_000_000, 1_700_000_000))

    assert _run(folder)[:3] == ["7", "2", ONE_BY_ONE]


def test_a_package_that_was_moved_is_loaded_from_where_it_is(folder: Path, tmp_path: Path) -> None:
    _run(folder)
    moved = tmp_path / "elsewhere" / "irkit"
    shutil.move(folder, moved)

    assert _run(moved) == ["1", "2", FROM_FILE, FROM_FILE, FROM_FILE]  # and its paths are those of there


@pytest.mark.parametrize("left", [0, 5, 29, 60, -1])
def test_a_file_that_was_cut_off_is_made_anew(folder: Path, left: int) -> None:
    _run(folder)
    (file,) = (folder / "__pycache__").glob("*.modules")
    file.write_bytes(file.read_bytes()[:left])

    assert _run(folder) == ["1", "2", ONE_BY_ONE, ONE_BY_ONE, ONE_BY_ONE]
    assert _run(folder) == ["1", "2", FROM_FILE, FROM_FILE, FROM_FILE]


def test_a_file_of_another_version_is_made_anew(folder: Path) -> None:
    _run(folder)
    (file,) = (folder / "__pycache__").glob("*.modules")
    file.write_bytes(file.read_bytes().replace(f"{sys.hexversion:x}".encode(), b"30b00f0", 1))

    assert _run(folder) == ["1", "2", ONE_BY_ONE, ONE_BY_ONE, ONE_BY_ONE]
    assert _run(folder) == ["1", "2", FROM_FILE, FROM_FILE, FROM_FILE]


def test_a_pipe_in_its_place_is_not_waited_for(folder: Path) -> None:
    _run(folder)
    (file,) = (folder / "__pycache__").glob("*.modules")
    file.unlink()
    os.mkfifo(file)

    assert _run(folder)[2:] == [ONE_BY_ONE] * 3
    assert _run(folder)[2:] == [FROM_FILE] * 3


def test_nothing_is_written_where_python_writes_nothing(folder: Path, tmp_path: Path) -> None:
    for environment in ({"PYTHONDONTWRITEBYTECODE": "1"}, {"PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}):
        assert _run(folder, **environment)[2:] == [ONE_BY_ONE] * 3
        assert not list(folder.rglob("*.modules"))


def test_a_folder_that_cannot_be_written_is_left_as_it_is(folder: Path) -> None:
    _run(folder)
    cache = folder / "__pycache__"
    shutil.rmtree(cache)
    cache.write_text("a file, where nothing can be made")

    assert _run(folder)[2:] == [ONE_BY_ONE] * 3
    assert cache.read_text().startswith("a file")


def test_a_scan_is_the_same_from_the_file(tmp_path: Path) -> None:
    """All of irkit, as it lies here."""
    home = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data")}
    home.pop("PYTHONDONTWRITEBYTECODE", None)
    shutil.copytree(Path(irkit.__file__).parent, tmp_path / "lib" / "irkit", ignore=shutil.ignore_patterns("*.modules"))
    (tmp_path / "settings.env").write_text("DB_PASSWORD=uR8#kq2Lw9\n")
    command = [sys.executable, "-m", "irkit.cli.main", "scan", "settings.env", "--format", "json"]
    told = []
    for _ in range(2):
        ran = subprocess.run(
            command, env=home | {"PYTHONPATH": str(tmp_path / "lib")}, cwd=tmp_path, capture_output=True, check=False
        )
        assert ran.returncode == 1, ran.stderr
        told.append(ran.stdout)
    assert told[0] == told[1]
    assert list((tmp_path / "lib").rglob("scan.*.modules"))
