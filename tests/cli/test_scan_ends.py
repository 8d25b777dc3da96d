"""How ``irkit scan`` ends when something around it fails: never with 0 or 1 unless that is the result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.scan import planted
from tests.scan.work_tree import WorkTree

LEAK = f"token = '{planted.GITHUB}'\n"
MAIN = "import sys; from irkit.cli.main import main; sys.exit(main())"


@pytest.fixture(scope="session")
def cache(rules_cache: Path) -> Path:
    return rules_cache


@pytest.fixture
def tree(tmp_path: Path, cache: Path) -> WorkTree:
    made = WorkTree(tmp_path, cache)
    made.write("leak.txt", LEAK)
    made.git("add", "-A")
    return made


def in_shell(tree: WorkTree, line: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in which ``$IRKIT`` is irkit, with ``pipefail``."""
    more = {"PYTHON": sys.executable, "MAIN": MAIN}
    whole = f'set -o pipefail; irkit() {{ "$PYTHON" -c "$MAIN" "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", whole],
        cwd=tree.folder,
        env=tree.environment | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize("form", ["human", "csv", "json"])
def test_findings_that_nobody_reads_to_the_end_are_findings(tree: WorkTree, form: str) -> None:
    ran = in_shell(tree, f"irkit scan --format {form} leak.txt | exec true")

    assert ran.returncode == 1
    assert "Broken pipe" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("words", ["leak.txt", "--format csv leak.txt", "--staged", "--staged --format json"])
def test_a_report_that_cannot_be_written_is_no_result(tree: WorkTree, words: str) -> None:
    ran = in_shell(tree, f"irkit scan {words} > /dev/full")

    assert ran.returncode == 2
    assert "incomplete" in ran.stderr
    assert "journal" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("form", ["human", "json"])
@pytest.mark.parametrize("file", ["/dev/full", "out"])
def test_a_report_that_a_full_disk_does_not_take_is_named_and_left_out(tree: WorkTree, file: str, form: str) -> None:
    ran = in_shell(tree, f"ulimit -f 0; irkit scan --no-cache --format {form} --output {file} leak.txt")

    assert ran.returncode == 2
    assert f"cannot write {file}: " in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not [one.name for one in tree.folder.iterdir() if "out" in one.name]


@pytest.mark.parametrize("words", ["leak.txt", "--staged"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_result_and_mix_no_talk_into_the_report(
    tree: WorkTree, words: str, closed: str
) -> None:
    ran = in_shell(tree, f"irkit scan {words} {closed}")

    assert ran.returncode == 1
    assert "What to do next" not in ran.stdout
    assert "Error" not in ran.stderr


def test_an_interrupted_scan_says_so_and_leaves_no_process(tree: WorkTree) -> None:
    os.mkfifo(tree.folder / "waits")  # ``git`` waits for it, and so does the scan
    fake = tree.write("bin/git", f'#!/bin/sh\ncat "{tree.folder}/waits"\n')
    fake.chmod(0o755)
    told = subprocess.Popen(
        [sys.executable, "-c", MAIN, "scan", "--history"],
        cwd=tree.folder,
        env=tree.environment | {"PATH": f"{fake.parent}:{os.environ['PATH']}"},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    waiting = _opened(tree.folder / "waits", told)
    os.killpg(told.pid, signal.SIGINT)
    try:
        said = told.communicate(timeout=PATIENCE_S)[1].decode()
    except subprocess.TimeoutExpired:
        os.killpg(told.pid, signal.SIGKILL)
        raise
    os.close(waiting)

    assert told.returncode == 130
    assert "resume" not in said
    assert "incomplete" in said
    gone_by = time.monotonic() + PATIENCE_S
    while _is_group_there(told.pid) and time.monotonic() < gone_by:
        time.sleep(0.05)
    assert not _is_group_there(told.pid)


def test_a_folder_that_git_cannot_open_makes_the_scan_incomplete(tree: WorkTree) -> None:
    tree.git("commit", "-q", "-m", "a", "--allow-empty")
    before = Path.cwd()
    try:
        os.chdir(tree.folder)
        for _ in range(20):  # longer than any path may be
            Path("d" * 250).mkdir()
            os.chdir("d" * 250)
        Path("leak").write_text(LEAK, encoding="utf-8")
    finally:
        os.chdir(before)

    told = tree.scan(".")

    assert told.code == 2
    assert "could not open directory" in told.err


def test_a_repository_in_a_folder_with_a_line_end_in_its_name_is_scanned(tree: WorkTree) -> None:
    tree.git("commit", "-q", "-m", "a")
    tree.folder = tree.folder.rename(tree.folder.with_name("two\nlines"))

    told = tree.scan(".")

    assert told.code == 1
    assert "leak.txt" in told.out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("words", [["."], ["--history"], ["--staged"]])
def test_a_repository_of_another_user_is_refused_with_the_way_out(tree: WorkTree, words: list[str]) -> None:
    for path in (tree.folder, tree.folder / ".git"):
        os.chown(path, 12345, 12345)

    told = tree.scan(*words)

    assert told.code == 2
    assert "dubious ownership" in told.err
    assert "safe.directory" in told.err


def _opened(pipe: Path, by: subprocess.Popen[bytes]) -> int:
    """The writing end, when somebody reads."""
    give_up_at = time.monotonic() + PATIENCE_S
    while by.poll() is None and time.monotonic() < give_up_at:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.02)
    raise AssertionError("git was not started")


def _is_group_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("setting", ["core.worktree=..", "core.worktree=/nowhere", "core.bare=true"])
def test_a_work_tree_said_to_be_elsewhere_hides_neither_history_nor_files(tree: WorkTree, setting: str) -> None:
    tree.git("commit", "-qm", "leak")
    tree.git("rm", "-q", "leak.txt")
    tree.write("untracked.txt", f"token = '{planted.with_checksum('ghs_')}'\n")
    tree.git("config", *setting.split("="))
    root = str(tree.folder)

    told = tree.scan(root, "--format", "jsonl", at="..")
    of_history = tree.scan(root, "--history", "--format", "jsonl", at="..")

    assert "leak.txt" in told.out
    assert "untracked.txt" in told.out
    assert "leak.txt" in of_history.out
    assert "untracked.txt" not in of_history.out
