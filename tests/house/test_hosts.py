"""What is committed works anywhere: it names no machine's paths and no package index."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INDEX_OPTION = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|^\s*-[if] ", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:work|opt/wheels|tmp/brief|home/\w+|Users/\w+|root)/")
PLACES = re.compile(r"https?://[^\s/]*(?:artifactory|nexus|devpi|jfrog|pypi|pythonhosted|mirror)[^\s]*", re.IGNORECASE)
ME = "tests/house/test_hosts.py"


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and name != ME and (ROOT / name).is_file()]


def found(pattern: re.Pattern[str]) -> list[str]:
    hits = []
    for path in tracked():
        text = path.read_text(errors="replace")
        hits += [f"{path.relative_to(ROOT)}: {hit.group(0)!r}" for hit in pattern.finditer(text)]
    return hits


def test_no_committed_file_names_a_path_of_one_machine() -> None:
    assert found(MACHINE_PATH) == []


def test_no_committed_file_names_a_package_index() -> None:
    assert found(PLACES) == []


@pytest.mark.parametrize("name", ["requirements/drill.txt", "requirements/dev.txt", "pyproject.toml"])
def test_no_list_of_requirements_sets_where_to_fetch_from(name: str) -> None:
    text = "\n".join(line for line in (ROOT / name).read_text().splitlines() if not line.lstrip().startswith("#"))
    assert INDEX_OPTION.search(text) is None


@pytest.mark.parametrize("name", ["requirements/drill.txt", "requirements/dev.txt"])
def test_every_locked_requirement_has_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text().strip())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
