from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.accepted.accepted import Accepted, accepted
from irkit.scan.accepted.ignored import IgnoreUnreadable
from irkit.scan.finding import Commit, Place, PlaceKind, Report
from tests.scan.accepted.repo import PASSWORD, RULES, TOKEN, finding, paths

COMMIT = Commit("3f" * 20, "a", "b", "2024-01-01T00:00:00+00:00")
FILE = Place(PlaceKind.FILE, "conf/dev.env", 12, 1)
BLOB = Place(PlaceKind.BLOB, "conf/dev.env", 12, 1, "b" * 40, first=COMMIT)
FOUND = finding("github_token", TOKEN, FILE)


@pytest.fixture(autouse=True)
def _at_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def judged(root: Path, name: str, text: str, *places: Place) -> Accepted:
    (root / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    one = FOUND._replace(places=places or (FILE,))
    return accepted(Report((one,), {}, (), {"files": 1}, 1), RULES, root=root)


@pytest.mark.parametrize(
    "line",
    [
        "conf/dev.env:github_token:12",
        "conf/dev.env:github-pat:12",
        "  conf/dev.env:github-pat:12  ",
        f"{COMMIT.id}:conf/dev.env:github-pat:12",
        f"github_token:{FOUND.fingerprint}",
        f"github-pat:{FOUND.fingerprint}",
        "conf/**",
        "conf/",
        "/conf/dev.env",
        "**/dev.env",
        "conf/*.env",
        "conf/dev.en?",
        "**",
    ],
)
def test_a_line_that_names_the_finding_accepts_it(tmp_path: Path, line: str) -> None:
    outcome = judged(tmp_path, ".irkitignore", f"# why\n\n{line}\n", BLOB)
    assert outcome.report.findings == ()
    assert (outcome.unused, outcome.malformed) == ((), ())
    assert [each.reason for each in outcome.left_out] == [".irkitignore"]


@pytest.mark.parametrize(
    "line",
    [
        "conf/dev.env:github_token:13",
        "conf/dev.env:private-key:12",
        "other.env:github_token:12",
        f"{'4f' * 20}:conf/dev.env:github-pat:12",
        f"password:{FOUND.fingerprint}",
        f"github_token:fp_{'0' * 32}",
        "*.env",
        "dev.env",
        "conf",
        "con/**",
    ],
)
def test_a_line_that_names_something_else_accepts_nothing_and_is_said_to_be_unused(tmp_path: Path, line: str) -> None:
    outcome = judged(tmp_path, ".irkitignore", f"\n{line}\n", BLOB)
    assert outcome.report.findings != ()
    assert [each.told for each in outcome.unused] == [f".irkitignore:2: {line}"]


def test_lines_of_gitleaks_are_honoured_in_its_own_file(tmp_path: Path) -> None:
    outcome = judged(tmp_path, ".gitleaksignore", f"{COMMIT.id}:conf/dev.env:github-pat:12\n", BLOB, FILE)
    assert paths(outcome.report) == [["conf/dev.env"]]
    assert outcome.report.findings[0].places == (FILE,)
    assert outcome.left_out[0].findings[0].places == (BLOB,)
    assert judged(tmp_path, ".gitleaksignore", "conf/dev.env:github-pat:12\n", BLOB, FILE).report.findings == ()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (".gitleaksignore", "conf/**"),
        (".gitleaksignore", f"github_token:{FOUND.fingerprint}"),
        (".gitleaksignore", "a.py:rule:x"),
        (".irkitignore", "a.py:rule"),
        (".irkitignore", "github_token:fp_12"),
    ],
)
def test_a_malformed_line_is_said_with_its_number_and_what_was_expected(tmp_path: Path, name: str, line: str) -> None:
    outcome = judged(tmp_path, name, f"# x\n{line}\n")
    assert len(outcome.report.findings) == 1
    assert outcome.malformed[0].startswith(f"{name}:2: neither path:rule:line nor commit:path:rule:line")
    assert outcome.malformed[0].endswith(line)


def test_nothing_is_said_to_be_unused_when_not_all_was_scanned(tmp_path: Path) -> None:
    (tmp_path / ".irkitignore").write_text("other.env:github_token:12\n")
    report = Report((FOUND,), {}, (), {"files": 1}, 1)
    assert accepted(report, RULES, root=tmp_path, scanned=()).unused == ()
    assert accepted(report, RULES, root=tmp_path).unused


def test_a_fingerprint_follows_the_value_and_not_the_place(tmp_path: Path) -> None:
    moved = Place(PlaceKind.FILE, "elsewhere.py", 99, 1)
    outcome = judged(tmp_path, ".irkitignore", f"github_token:{FOUND.fingerprint}\n", moved)
    assert outcome.report.findings == ()
    other = finding("password", PASSWORD, moved)
    assert accepted(Report((other,), {}, (), {}, 0), RULES, root=tmp_path).report.findings == (other,)


def test_a_path_with_a_colon_or_without_utf_8_can_be_named(tmp_path: Path) -> None:
    odd = Place(PlaceKind.FILE, "a:b\udcff c.py", 3, 1)
    outcome = judged(tmp_path, ".gitleaksignore", "a:b\udcff c.py:github-pat:3\n", odd)
    assert outcome.report.findings == ()


def test_files_that_are_named_are_read_instead_of_those_at_the_root(tmp_path: Path) -> None:
    (tmp_path / ".irkitignore").write_text("**\n")
    named = tmp_path / "mine"
    named.write_text("none/**\n")
    report = Report((FOUND,), {}, (), {"files": 1}, 1)
    outcome = accepted(report, RULES, root=tmp_path, ignore_files=[named])
    assert outcome.report == report
    with pytest.raises(IgnoreUnreadable, match="No such file"):
        accepted(report, RULES, root=tmp_path, ignore_files=[tmp_path / "no"])


def test_a_commit_message_is_covered_by_no_path_pattern(tmp_path: Path) -> None:
    said = Place(PlaceKind.COMMIT, "", 1, 1, "1" * 40)
    assert len(judged(tmp_path, ".irkitignore", "**\n", said).report.findings) == 1


def test_a_scan_from_a_folder_below_the_root_knows_the_paths_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "dev.env").touch()
    monkeypatch.chdir(tmp_path / "conf")
    for path in ("dev.env", "../conf/dev.env", str(tmp_path / "conf" / "dev.env"), "conf/dev.env"):
        place = Place(PlaceKind.FILE, path, 12, 1)
        assert judged(tmp_path, ".irkitignore", "conf/dev.env:github_token:12\n", place).report.findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "conf\\dev.env:github-pat:12\r\n",
        f"{COMMIT.id}:conf\\dev.env:github-pat:12\n",
        "\ufeffconf/dev.env:github-pat:12\n",
        "./conf/dev.env:github-pat:12\n",
    ],
)
def test_a_file_of_gitleaks_that_was_written_on_windows_is_honoured(tmp_path: Path, text: str) -> None:
    outcome = judged(tmp_path, ".gitleaksignore", text, BLOB)
    assert outcome.report.findings == ()
    assert (outcome.unused, outcome.malformed) == ((), ())
