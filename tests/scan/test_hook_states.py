"""``irkit scan --staged`` in the states that git leaves a repository in, and in surroundings that are not the usual."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from irkit.scan.finding import Finding, Place, PlaceKind
from irkit.scan.install_hook import Hook, install
from irkit.scan.pushed import names_there, with_pushed
from irkit.scan.rule import Confidence, Severity
from irkit.scan.spawned import Blobs, Content
from irkit.secret import Fingerprint, Secret
from tests.scan import planted
from tests.scan.work_tree import WorkTree

LEAK = f"token = '{planted.GITHUB}'\n"


@pytest.fixture
def tree(tmp_path: Path, rules_cache: Path) -> WorkTree:
    return WorkTree(tmp_path, rules_cache)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "irkit"
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m irkit.cli.main "$@"\n')
    file.chmod(0o755)
    return file


def branches(tree: WorkTree, files: dict[str, str]) -> None:
    """A branch for each file, which holds it, all from one commit of main."""
    tree.commit("a.py", "a = 1\n")
    for number, (name, text) in enumerate(files.items()):
        tree.git("checkout", "-q", "-b", f"side-{number}", "main")
        tree.commit(name, text)
    tree.git("checkout", "-q", "main")


def test_a_merge_of_many_branches_brings_only_what_none_of_them_had(tree: WorkTree) -> None:
    branches(tree, {f"{name}.py": f"token = '{planted.with_checksum('ghp_')}'\n" for name in "bcd"})
    tree.git("merge", "-q", "--no-commit", "side-0", "side-1", "side-2")
    told = tree.scan("--staged")
    assert told.code == 0, told.out
    assert "already in HEAD: 3" in told.err
    tree.stage("c.py", LEAK)
    assert tree.scan("--staged").out.startswith("c.py:1: ")


def test_a_name_that_the_second_of_the_merged_branches_brings_is_known(tree: WorkTree) -> None:
    branches(tree, {f"logs/{planted.with_checksum('ghp_')}.log": "x\n", f"logs/{planted.NPM}.log": "x\n"})
    tree.git("merge", "-q", "--no-commit", "side-0", "side-1")
    told = tree.scan("--staged")
    assert told.code == 0, told.out


def test_the_hook_of_a_merge_knows_what_is_merged(tree: WorkTree, program: Path) -> None:
    file, _ = install(Hook.PRE_COMMIT, tree.folder / ".git" / "hooks", program)
    shutil.copy(file, file.with_name("pre-merge-commit"))
    branches(tree, {"b.py": LEAK})
    tree.commit("c.py", "c = 1\n")
    said = tree.git("merge", "--no-edit", "side-0", check=False)
    assert "already in HEAD: 1" in said
    assert tree.git("log", "-1", "--format=%P").count(" ") == 1


def test_long_names_and_large_files_never_make_git_and_irkit_wait_for_each_other(tree: WorkTree) -> None:
    deep = "/".join(["d" * 120] * 5)
    names = [f"{deep}/{number}.py" for number in range(30)]
    for name in names:
        tree.write(name, "x = 1\n" * 20_000)
    tree.git("add", ".")
    tree.git("commit", "-q", "--no-verify", "-m", "large")
    tree.git("update-ref", "refs/remotes/origin/main", "HEAD")
    for name in names:
        tree.write(name, LEAK)
    tree.git("add", ".")
    ran = subprocess.run(
        [sys.executable, "-m", "irkit.cli.main", "scan", "--staged"],
        cwd=tree.folder,
        env=tree.environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert ran.stdout.count(b"(github_token)") == len(names)


def test_contents_asked_for_together_come_in_order_whatever_their_names(
    tree: WorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.commit("a.py", "a = 1\n")
    tree.commit("b.py", "b" * 300_000)
    monkeypatch.chdir(tree.folder)
    asked = ["HEAD:a.py", "HEAD:b.py", "HEAD:" + "n" * 9000, "HEAD:line\nend", "HEAD:a.py"] * 40
    with Blobs() as blobs:
        said = [(one.name, one.kind, len(one.body())) for one in blobs.of(asked)]
    assert [name for name, *_ in said] == asked
    assert said[:5] == [
        ("HEAD:a.py", "blob", 6),
        ("HEAD:b.py", "blob", 300_000),
        (asked[2], "", 0),
        (asked[3], "", 0),
        ("HEAD:a.py", "blob", 6),
    ]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_the_characters_is_told_all_the_same(tree: WorkTree, encoding: str) -> None:
    tree.stage("schlüssel.py", LEAK)
    told = tree.scan("--staged", more={"PYTHONIOENCODING": f"{encoding}:strict"})
    assert told.code == 1, told.err
    assert told.out.endswith(f"\\u2026{planted.GITHUB[-4:]}\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_finding_stops_the_commit_when_nobody_listens(tree: WorkTree, closed: str) -> None:
    tree.stage("a.py", LEAK)
    command = f'"{sys.executable}" -m irkit.cli.main scan --staged {closed}'
    assert subprocess.run(["sh", "-c", command], cwd=tree.folder, env=tree.environment, check=False).returncode == 1


def test_a_large_file_of_a_remote_is_not_held_in_memory_to_look_for_a_value() -> None:
    def read(_: int) -> bytes:
        raise AssertionError("it was read")

    finding = Finding(
        "github_token",
        "GitHub token",
        Severity.HIGH,
        Confidence.HIGH,
        Fingerprint("fp_1"),
        "",
        Secret(planted.GITHUB),
        (Place(PlaceKind.FILE, "a.py"),),
    )
    small, large = names_there(["a.py"])[:2]
    body = LEAK.encode()
    contents = [
        Content(large, "1" * 40, "blob", 1 << 30, map(read, [1])),
        Content(small, "2" * 40, "blob", 9, iter([body])),
    ]
    assert [one.pushed for one in with_pushed([finding], contents[:1])] == [None]
    assert [one.pushed for one in with_pushed([finding], contents)] == [True]
