"""``irkit scan`` as it is run: a process in a repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scan import planted

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"pydantic", "textual", "boto3", "botocore", "detect_secrets", "rich", "git", "yaml", "requests", "dataclasses"}
LOOK = (
    "import json, sys; from irkit.cli.main import main; code = main(); print(json.dumps([code, sorted(sys.modules)]))"
)


class Told(NamedTuple):
    code: int
    out: str
    err: str


class Repository:
    """A repository of the test's own, with a configuration and a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder / "repo", folder / "data"
        settings = folder / "config.toml"
        settings.write_text(f'data_folder = "{self.data}"\n', encoding="utf-8")
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "IRKIT_"))}
        self.environment = keep | {
            "PYTHONPATH": str(ROOT),
            "IRKIT_CONFIG": str(settings),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        self.folder.mkdir()
        self.git("init", "-q")

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        ran = subprocess.run(
            ["git", *who, *words], cwd=self.folder, env=self.environment, capture_output=True, check=True, text=True
        )
        return ran.stdout

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def stage(self, name: str, text: str) -> None:
        self.write(name, text)
        self.git("add", "--", name)

    def scan(self, *words: str, start: tuple[str, ...] = ("-m", "irkit.cli.main")) -> Told:
        ran = subprocess.run(
            [sys.executable, *start, "scan", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        return Told(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


LEAK = f"token = '{planted.GITHUB}'\n"


def test_a_clean_file_is_said_to_be_scanned(repo: Repository) -> None:
    repo.write("a.py", "print('hello')\n")
    told = repo.scan("a.py")
    assert told == (0, "", "irkit scan: 1 file scanned, 15 bytes; nothing found\n")


def test_a_finding_is_one_line_and_what_to_do_next_is_told(repo: Repository) -> None:
    repo.write("a.py", LEAK)
    told = repo.scan("a.py")
    assert told.code == 1
    assert told.out.startswith("a.py:1: github_token  fp_")
    assert told.out.count("\n") == 1
    assert "never pushed: take it out" in told.err
    assert "revoke it at its provider" in told.err
    assert "irkit respond" not in told.err
    assert planted.GITHUB not in told.out + told.err


def test_a_leaked_aws_key_is_handed_to_the_runbook(repo: Repository) -> None:
    repo.write("a.env", f"AWS_ACCESS_KEY_ID={planted.KEY_ID}\nAWS_SECRET_ACCESS_KEY={planted.AWS_SECRET}\n")
    told = repo.scan("a.env")
    assert [line.split()[1] for line in told.out.splitlines()] == ["aws_access_key_id", "aws_secret_access_key"]
    assert "irkit respond key_leak" in told.err


def test_staged_means_the_index_and_never_the_work_tree(repo: Repository) -> None:
    repo.stage("leaks.py", LEAK)
    repo.stage("clean.py", "nothing = 1\n")
    repo.write("leaks.py", "taken_out = 1\n")
    repo.write("clean.py", LEAK)
    for names in ([], ["leaks.py", "clean.py"]):
        told = repo.scan("--staged", *names)
        assert told.code == 1
        assert told.out.startswith("leaks.py:1: github_token")
        assert told.out.count("\n") == 1


def test_what_is_committed_already_is_scanned_only_when_named(repo: Repository) -> None:
    repo.stage("old.py", LEAK)
    repo.git("commit", "-q", "-m", "old")
    repo.stage("new.py", "new = 1\n")
    assert repo.scan("--staged").code == 0
    assert repo.scan("--staged", "old.py", "new.py").code == 1


def test_nothing_staged_is_said(repo: Repository) -> None:
    assert repo.scan("--staged") == (0, "", "irkit scan: 0 files scanned, 0 bytes; nothing found\n")


def test_a_staged_deletion_is_nothing_to_scan(repo: Repository) -> None:
    repo.stage("old.py", LEAK)
    repo.git("commit", "-q", "-m", "old")
    repo.git("rm", "-q", "old.py")
    assert repo.scan("--staged").code == 0


def test_the_target_of_a_staged_link_is_scanned(repo: Repository) -> None:
    (repo.folder / "link").symlink_to(planted.GITHUB)
    repo.git("add", "link")
    assert repo.scan("--staged").out.startswith("link:1: github_token")


def test_a_scan_writes_nothing_into_the_repository(repo: Repository) -> None:
    repo.stage("a.py", LEAK)

    def files() -> dict[str, tuple[int, int]]:
        every = [path for path in repo.folder.rglob("*") if path.is_file()]
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in every}

    before = files()
    assert repo.scan("--staged").code == 1
    assert files() == before
    assert (repo.data / "scan.key").stat().st_mode & 0o777 == 0o600


def test_fingerprints_are_the_same_in_the_next_scan(repo: Repository) -> None:
    repo.write("a.py", LEAK)
    assert repo.scan("a.py").out == repo.scan("a.py").out


def test_a_data_folder_that_cannot_be_written_still_tells_the_finding(repo: Repository) -> None:
    repo.data.write_text("a file is in the way", encoding="utf-8")
    repo.write("a.py", LEAK)
    told = repo.scan("a.py")
    assert told.code == 1
    assert told.out.startswith("a.py:1: github_token")
    assert "good for this run only" in told.err


def unmerged(repo: Repository) -> list[str]:
    repo.stage("a.py", "a = 1\n")
    repo.git("commit", "-q", "-m", "a")
    object_id = repo.git("rev-parse", "HEAD:a.py").strip()
    rows = "".join(f"100644 {object_id} {stage}\ta.py\n" for stage in (1, 2, 3))
    lines = f"0 {'0' * len(object_id)}\ta.py\n{rows}"
    subprocess.run(
        ["git", "update-index", "--index-info"],
        cwd=repo.folder,
        env=repo.environment,
        input=lines,
        text=True,
        check=True,
    )
    return ["--staged"]


def lost(repo: Repository) -> list[str]:
    repo.stage("a.py", "a = 1\n")
    object_id = repo.git("rev-parse", ":a.py").strip()
    (repo.folder / ".git" / "objects" / object_id[:2] / object_id[2:]).unlink()
    return ["--staged"]


def outside(repo: Repository) -> list[str]:
    (repo.folder / ".git").rename(repo.folder / "was.git")
    return ["--staged"]


def named_badly(repo: Repository) -> list[str]:
    repo.write("a.py", "a = 1\n")
    return ["--staged", "a.py"]


def pipe(repo: Repository) -> list[str]:
    os.mkfifo(repo.folder / "pipe")
    return ["pipe"]


UNREAD: list[tuple[Callable[[Repository], list[str]], str]] = [
    (lambda _: [], "nothing to scan was named"),
    (lambda _: ["absent.py"], "cannot read absent.py: No such file"),
    (lambda _: ["."], "it is a folder"),
    (pipe, "not a regular file"),
    (unmerged, "a.py is unmerged"),
    (lost, "git has not its content: missing"),
    (outside, "not a git repository"),
    (named_badly, "did not match any file"),
]


@pytest.mark.parametrize(("arrange", "says"), UNREAD)
def test_what_cannot_be_read_fails_the_scan(
    repo: Repository, arrange: Callable[[Repository], list[str]], says: str
) -> None:
    told = repo.scan(*arrange(repo))
    assert told.code == 2
    assert says in told.err


def test_findings_are_told_even_when_something_else_cannot_be_read(repo: Repository) -> None:
    repo.write("a.py", LEAK)
    told = repo.scan("absent.py", "a.py")
    assert told.code == 2
    assert told.out.startswith("a.py:1: github_token")
    assert "the scan is incomplete" in told.err


def test_a_hostile_file_name_stays_on_its_line(repo: Repository) -> None:
    name = os.fsdecode(b"a\nb\x1b[31m\xff *.py")
    (repo.folder / name).write_text(LEAK, encoding="utf-8")
    repo.git("add", "-A")
    for words in ([name], ["--staged"], ["--staged", name]):
        assert repo.scan(*words).out.startswith(r"a\nb\x1b[31m\xff *.py:1: github_token")


def test_a_name_that_looks_like_an_option_is_a_name_in_the_hook(repo: Repository) -> None:
    repo.stage("--staged", LEAK)
    assert repo.scan("--staged", "--", "--staged").out.startswith("--staged:1: github_token")


@pytest.mark.parametrize("words", [["a.py"], ["--staged"], ["--staged", "a.py"]])
def test_a_clean_scan_loads_nothing_heavy(repo: Repository, words: list[str]) -> None:
    repo.stage("a.py", "def total(rows):\n    return sum(rows)  # the key of a row is a token\n")
    code, loaded = json.loads(repo.scan(*words, start=("-c", LOOK)).out)
    assert code == 0
    assert set(loaded) & HEAVY == set()


def test_the_hook_that_is_offered_stops_a_commit(repo: Repository) -> None:
    entry = next(
        line.partition(":")[2].split()
        for line in (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("entry:")
    )
    assert entry[0] == "irkit"
    hook = repo.write(
        ".git/hooks/pre-commit", f'#!/bin/sh\nexec "{sys.executable}" -m irkit.cli.main {" ".join(entry[1:])}\n'
    )
    hook.chmod(0o755)
    repo.stage("a.py", LEAK)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        repo.git("commit", "-q", "-m", "leak")
    assert "github_token" in refused.value.stderr + refused.value.stdout
    repo.stage("a.py", "a = 1\n")
    repo.git("commit", "-q", "-m", "clean")
    assert repo.git("log", "--format=%s").split() == ["clean"]
