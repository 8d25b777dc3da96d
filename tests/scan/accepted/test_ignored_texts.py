from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from irkit.scan.accepted.accepted import accepted
from irkit.scan.accepted.ignored import Line
from irkit.scan.accepted.ignored_texts import ignored_texts
from irkit.scan.finding import Place, PlaceKind
from tests.scan.accepted.repo import OTHER_TOKEN, PASSWORD, RULES, TOKEN, Tree, finding, values


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    return subprocess.run(["git", *who, *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()


def committed(tree: Tree, path: str, text: str) -> str:
    tree.write(path, text)
    git(tree.root, "add", "-A")
    git(tree.root, "commit", "-q", "-m", "x")
    return git(tree.root, "rev-parse", "HEAD")


def test_a_line_of_a_commit_covers_its_value_after_it_moved(tree: Tree) -> None:
    commit = committed(tree, "conf/a b.py", f'x = 1\ntoken = "{TOKEN}"\n')
    tree.write("conf/a b.py", "#\n" * 9 + f'token = "{TOKEN}"\nother = "{OTHER_TOKEN}"\n')
    tree.write(".gitleaksignore", f"{commit}:conf/a b.py:github-pat:2\n")
    report = tree.found(("github_token", TOKEN), ("github_token", OTHER_TOKEN))
    outcome = accepted(report, RULES, root=tree.root)
    assert values(outcome.report) == [OTHER_TOKEN]
    assert outcome.unused == ()


def test_the_rule_for_whatever_looks_like_a_secret_covers_a_rule_that_knows_it(tree: Tree) -> None:
    place = Place(PlaceKind.FILE, "a.py", 3, 1)
    report = tree.found()._replace(findings=(finding("github_token", TOKEN, place),))
    tree.write(".gitleaksignore", "a.py:generic-api-key:3\n")
    assert accepted(report, RULES, root=tree.root).report.findings == ()
    tree.write(".gitleaksignore", "a.py:private-key:3\n")
    assert accepted(report, RULES, root=tree.root).report.findings != ()


@pytest.mark.parametrize(
    ("commit", "path", "line"),
    [
        ("4" * 40, "a.py", 1),
        ("", "no.py", 1),
        ("", "a.py", 0),
        ("", "a.py", 99),
        ("", "folder", 1),
        ("", "a.py\nHEAD:a.py", 1),
        ("", "-x", 1),
    ],
)
def test_a_line_that_is_not_there_has_no_text(tree: Tree, commit: str, path: str, line: int) -> None:
    head = committed(tree, "a.py", f'token = "{TOKEN}"\n')
    committed(tree, "folder/b.py", "x\n")
    asked = Line(".gitleaksignore", 1, "", path=path, line=line, commit=commit or head)
    real = Line(".gitleaksignore", 2, "", path="a.py", line=1, commit=head)
    assert ignored_texts([asked, real], tree.root) == {real: f'token = "{TOKEN}"'}


def test_a_short_commit_and_bytes_that_are_no_utf_8_are_understood(tree: Tree) -> None:
    (tree.root / "\udcffa.py").write_bytes(b"\xff key\r\n" + PASSWORD.encode())
    git(tree.root, "add", "-A")
    git(tree.root, "commit", "-q", "-m", "x")
    head = git(tree.root, "rev-parse", "--short", "HEAD")
    asked = Line(".gitleaksignore", 1, "", path="\udcffa.py", line=2, commit=head)
    assert ignored_texts([asked], tree.root) == {asked: PASSWORD}


def test_outside_of_a_repository_there_are_no_texts(tmp_path: Path) -> None:
    assert ignored_texts([Line("x", 1, "", path="a", line=1, commit="4" * 40)], tmp_path) == {}
