"""The pages of the documentation: those made from code are up to date, and no link leads nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
