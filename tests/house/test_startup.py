"""What a start may load, seen from a process of its own. How long it takes is measured by benchmarks/startup.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "textual",
    "boto3",
    "botocore",
    "pydantic",
    "argparse",
    "yaml",
    "git",
    "github",
    "slack_sdk",
    "sqlite3",
    "rich",
}
SDKS = {"boto3", "botocore", "git", "github", "slack_sdk"}
LOOK = """
import contextlib, io, json, sys
from irkit.cli.main import main
out = io.StringIO()
with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
    try:
        code = main(sys.argv[1:])
    except SystemExit as end:
        code = end.code
print(json.dumps({"code": code, "out": out.getvalue(), "loaded": sorted(sys.modules)}))
"""


def started(*words: str) -> tuple[int, str, set[str]]:
    """Exit code, what was printed, and the names of the modules loaded by ``irkit <words>``."""
    ran = subprocess.run([sys.executable, "-c", LOOK, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)
    return told["code"], told["out"], set(told["loaded"])


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code, out, loaded = started(*words)
    assert code == 0
    assert "usage: irkit" in out
    assert loaded & HEAVY == set()


def test_version_loads_nothing_heavy() -> None:
    code, out, loaded = started("--version")
    assert code == 0
    assert out.startswith("irkit ")
    assert loaded & HEAVY == set()


def test_an_unknown_command_loads_nothing_of_the_outside() -> None:
    code, _, loaded = started("reprot")
    assert code == 2
    assert loaded & (SDKS | {"textual"}) == set()


def test_a_list_of_runbooks_loads_neither_textual_nor_an_sdk() -> None:
    code, _, loaded = started("runbook", "list")
    assert code == 0
    assert loaded & (SDKS | {"textual"}) == set()


def test_a_scan_loads_neither_textual_nor_an_sdk() -> None:
    code, _, loaded = started("scan", "LICENSE")
    assert code == 0
    assert loaded & (SDKS | {"textual"}) == set()


def test_the_help_of_a_plain_display_never_loads_textual() -> None:
    code, _, loaded = started("run", "--help")
    assert code == 0
    assert "textual" not in loaded


def test_importing_the_package_loads_nothing_but_itself() -> None:
    look = "import sys; before = set(sys.modules); import irkit; print(*sorted(set(sys.modules) - before))"
    ran = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["irkit"]
