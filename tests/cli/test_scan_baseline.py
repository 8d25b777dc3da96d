"""Baselines and ignore files through ``irkit scan``, on repositories, with the real detect-secrets beside it."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.scan import planted
from tests.scan.work_tree import WorkTree

PASSWORD = f'password = "{planted.PASSWORD}"\n'
TOKEN = f'token = "{planted.GITHUB}"\n'
SENDGRID = f"mail: {planted.SENDGRID}\n"
BASELINE = ("--baseline", ".secrets.baseline")
UPDATE = (*BASELINE, "--update-baseline")


def results(tree: WorkTree) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads((tree.folder / ".secrets.baseline").read_text())["results"]
    return found


def their_hook(tree: WorkTree, *files: str) -> int:
    command = [sys.executable, "-m", "detect_secrets.pre_commit_hook", *BASELINE, *files]
    return subprocess.run(command, cwd=tree.folder, check=False, capture_output=True).returncode


def test_both_hooks_pass_on_a_baseline_that_a_scan_wrote(tree: WorkTree) -> None:
    tree.commit("a.py", PASSWORD + TOKEN)
    tree.commit("id_rsa", planted.PEM)
    tree.commit("gone.py", SENDGRID)
    tree.commit("gone.py", "no = 1\n")
    assert tree.scan().code == 1
    told = tree.scan(*UPDATE)
    assert told.code == 0, told.err
    tree.stage(".secrets.baseline", (tree.folder / ".secrets.baseline").read_text())
    assert their_hook(tree, "a.py", "id_rsa", "gone.py") == 0
    assert tree.scan(*BASELINE).code == 0
    tree.stage("a.py", "# moved\n" + PASSWORD + TOKEN)
    assert tree.scan("--staged", *BASELINE).code == 0
    tree.stage("b.py", SENDGRID.replace("mail", "other"))
    assert tree.scan("--staged", *BASELINE).code == 1
    assert "git history: gone.py" in results(tree)


def test_a_second_update_loses_nothing_and_drops_what_is_gone(tree: WorkTree) -> None:
    tree.write("a.py", PASSWORD)
    tree.write("id_rsa", planted.PEM)
    tree.write("b.env", SENDGRID)
    assert tree.scan("--files", *UPDATE).code == 0
    before = (tree.folder / ".secrets.baseline").read_bytes()
    assert "unchanged" in tree.scan("--files", *UPDATE).err
    assert (tree.folder / ".secrets.baseline").read_bytes() == before
    (tree.folder / "b.env").unlink()
    told = tree.scan("--files", *BASELINE)
    assert "stale" in told.err
    assert "b.env" in told.err
    tree.scan("--files", *UPDATE)
    left = {name.removeprefix("./") for name in results(tree)}
    assert left == {"a.py", "id_rsa"}
    assert json.loads(before)["results"]["id_rsa"] == results(tree)["id_rsa"]


def test_the_baseline_itself_is_no_finding(tree: WorkTree) -> None:
    tree.write("a.py", PASSWORD)
    tree.scan("--files", *UPDATE)
    told = tree.scan(".secrets.baseline", "--format", "jsonl")
    assert (told.code, told.out) == (0, ""), told.out


def test_a_part_of_a_repository_says_nothing_of_the_rest(tree: WorkTree) -> None:
    tree.write("a.py", PASSWORD)
    tree.write("b.py", TOKEN)
    tree.scan("--files", *UPDATE)
    (tree.folder / "b.py").unlink()
    told = tree.scan("a.py", *BASELINE)
    assert told.code == 0
    assert "stale" not in told.err


def test_an_ignore_file_is_honoured_by_every_way_to_scan(tree: WorkTree) -> None:
    tree.write(".gitleaksignore", "a.py:github-pat:1\n")
    tree.commit("a.py", TOKEN)
    tree.stage("a.py", TOKEN + "more = 1\n")
    for words in ([], ["a.py"], ["--files"], ["--staged"], ["--history"]):
        told = tree.scan(*words)
        assert told.code == 0, (words, told.out)


def test_a_malformed_ignore_line_is_told_and_accepts_nothing(tree: WorkTree) -> None:
    tree.write(".irkitignore", "a.py:\n")
    tree.write("a.py", TOKEN)
    told = tree.scan("--files")
    assert told.code == 1
    assert ".irkitignore:1: neither" in told.err
    tree.stage("a.py", TOKEN)
    for words in (["--staged"], ["--staged", "--confidence", "low"]):
        told = tree.scan(*words)
        assert told.code == 1
        assert "not understood: .irkitignore:1: neither" in told.err


def test_a_baseline_that_is_not_there_is_an_error_and_not_a_clean_scan(tree: WorkTree) -> None:
    tree.write("a.py", "a = 1\n")
    told = tree.scan("a.py", "--baseline", "no.baseline")
    assert told.code == 2
    assert "no.baseline: No such file" in told.err


def test_values_of_accepted_findings_are_in_no_format(tree: WorkTree) -> None:
    tree.write("a.py", PASSWORD + TOKEN)
    tree.scan("--files", *UPDATE)
    for form in ("human", "json", "jsonl", "csv", "sarif", "junit", "github"):
        told = tree.scan("--files", *BASELINE, "--format", form)
        assert told.code == 0
        assert planted.PASSWORD not in told.out + told.err
