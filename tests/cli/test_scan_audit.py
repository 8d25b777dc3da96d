from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from irkit.cli.main import main
from irkit.scan.accepted.hashed import hashed


@pytest.fixture
def baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IRKIT_DATA_FOLDER", str(tmp_path / "data"))
    entries = [
        {"type": "Secret Keyword", "hashed_secret": hashed("a"), "line_number": 1, "is_secret": True},
        {"type": "Secret Keyword", "hashed_secret": hashed("b"), "line_number": 2, "is_secret": False},
        {"type": "GitHub Token", "hashed_secret": hashed("c"), "line_number": 3},
    ]
    file = tmp_path / ".secrets.baseline"
    file.write_text(json.dumps({"version": "1.5.0", "results": {"a\x1b.py": entries}}))
    return file


def test_a_report_of_the_audit_counts_and_lists_what_is_real_or_undecided(
    baseline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", "audit", "--report"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "3 entries: 1 real, 1 no secret, 1 undecided",
        "  GitHub Token: 1 undecided",
        "  Secret Keyword: 1 real, 1 no secret",
        "real  a\\x1b.py:1  Secret Keyword",
        "undecided  a\\x1b.py:3  GitHub Token",
    ]


def test_below_the_root_of_a_repository_its_baseline_is_found(
    baseline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "-q", str(baseline.parent)], check=True)
    (baseline.parent / "sub").mkdir()
    monkeypatch.chdir(baseline.parent / "sub")
    assert main(["scan", "audit", "--report"]) == 0
    assert capsys.readouterr().out.startswith("3 entries")


def test_without_a_terminal_the_audit_says_what_works_without_one(
    baseline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", "audit", str(baseline)]) == 2
    err = capsys.readouterr().err
    assert "the audit needs a terminal" in err
    assert "--report" in err


def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_text("{}")
    assert main(["scan", "audit", "--report", str(tmp_path / "x")]) == 2
    assert "is no baseline of detect-secrets" in capsys.readouterr().err
