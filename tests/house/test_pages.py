"""The pages of the documentation: those made from code are up to date, and no link leads nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from irkit.cli.trail import EPILOG
from irkit.runbook.load import loads

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PAGES = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


def test_pages_made_from_code_are_up_to_date() -> None:
    ran = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("", ""), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = LINK.findall(CODE.sub("", page.read_text()))
    lost = [each for each in links if "://" not in each and not (page.parent / each).exists()]
    assert lost == []


def test_the_readme_names_only_commands_that_there_are() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "irkit.cli.main", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    known = set(re.findall(r"^  (\w+) ", shown, re.MULTILINE))
    named = set(
        re.findall(r"irkit ([a-z]+)\b", "\n".join(re.findall(r"`(irkit [^`]+)`", (ROOT / "README.md").read_text())))
    )
    assert named
    assert named <= known


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_the_screens_of_key_leak_in_a_page_count_the_steps_that_it_has(page: str) -> None:
    path = ROOT / "runbooks" / "key_leak.yaml"
    steps = loads(path.read_text(), str(path)).steps
    told = set(re.findall(r"(\d+) steps\b", (ROOT / page).read_text()))
    assert told == {str(len(steps))}


def test_the_help_of_trail_names_the_exit_codes_of_its_page() -> None:
    codes = re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "cloudtrail.md").read_text(), re.MULTILINE)
    assert re.findall(r"(?:: |, )(\d+) ", EPILOG) == codes
