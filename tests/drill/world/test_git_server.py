from __future__ import annotations

import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from irkit.drill.world.git_server import GitServer
from irkit.drill.world.loopback_server import Outage
from irkit.secret import Secret
from tests.forge import GIT_TOKEN, KEY_ID, SECRET, Forge
from tests.patience import PATIENCE_S

NAME = "acme/payments"


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = [
        "-c",
        f"http.extraHeader=Authorization: Basic {basic()}",
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.org",
    ]
    return subprocess.run(["git", *options, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def basic() -> str:
    import base64

    return base64.b64encode(f"anyone:{GIT_TOKEN}".encode()).decode()


@pytest.fixture
def clone(forge: Forge, tmp_path: Path) -> Path:
    done = git(tmp_path, "clone", "--quiet", forge.url, "clone")
    assert done.returncode == 0, done.stderr
    return tmp_path / "clone"


def test_it_binds_loopback_alone(forge: Forge) -> None:
    assert forge.git.url.startswith("http://127.0.0.1:")


def test_it_starts_without_asking_anybody_for_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(socket, "getfqdn", asked.append)
    server = GitServer(tmp_path, Secret("x"))
    server.start()
    server.stop()
    assert asked == []


def test_an_ordinary_clone_and_push_work(clone: Path, forge: Forge) -> None:
    (clone / "new.txt").write_text("new\n")
    git(clone, "checkout", "-q", "-b", "topic")
    git(clone, "add", "new.txt")
    git(clone, "commit", "-q", "-m", "New")
    done = git(clone, "push", "--quiet", "origin", "topic")
    assert done.returncode == 0, done.stderr
    assert "refs/heads/topic" in forge.git.refs(NAME)


def test_a_push_larger_than_git_sends_in_one_piece_arrives(clone: Path, forge: Forge) -> None:
    import random

    (clone / "big.bin").write_bytes(random.Random(1).randbytes(3_000_000))
    git(clone, "checkout", "-q", "-b", "big")
    git(clone, "add", "big.bin")
    git(clone, "commit", "-q", "-m", "Big")
    done = git(clone, "push", "--quiet", "origin", "big")
    assert done.returncode == 0, done.stderr
    assert "refs/heads/big" in forge.git.refs(NAME)


def test_without_the_token_nothing_is_shown(forge: Forge) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{forge.url}/info/refs?service=git-upload-pack", timeout=PATIENCE_S)  # noqa: S310


def test_a_protected_branch_takes_a_fast_forward_and_no_force(clone: Path) -> None:
    git(clone, "commit", "-q", "--allow-empty", "-m", "Next")
    assert git(clone, "push", "origin", "main").returncode == 0
    git(clone, "commit", "-q", "--amend", "--allow-empty", "-m", "Other")
    refused = git(clone, "push", "--force", "origin", "main")
    assert refused.returncode != 0
    assert "GH006: Protected branch update failed for refs/heads/main" in refused.stderr


def test_a_protected_branch_cannot_be_deleted(clone: Path, forge: Forge) -> None:
    assert git(clone, "push", "origin", ":main").returncode != 0
    assert "refs/heads/main" in forge.git.refs(NAME)


def test_pull_request_refs_can_be_fetched_and_not_pushed(clone: Path) -> None:
    assert git(clone, "fetch", "--quiet", "origin", "refs/pull/1/head").returncode == 0
    refused = git(clone, "push", "--force", "origin", "HEAD:refs/pull/1/head")
    assert "deny updating a hidden ref" in refused.stderr


def test_a_fork_keeps_branches_and_tags_and_shares_objects(forge: Forge) -> None:
    fork = forge.git.refs("dana/payments")
    assert "refs/pull/1/head" not in fork
    assert fork["refs/tags/v1.4.0"] == forge.git.refs(NAME)["refs/tags/v1.4.0"]
    assert (forge.git.folder("dana/payments") / "objects" / "info" / "alternates").exists()


def test_an_outage_hangs_up_without_a_word(forge: Forge) -> None:
    forge.git.outage(Outage.ON)
    with pytest.raises(ConnectionError):
        urllib.request.urlopen(forge.url, timeout=PATIENCE_S)  # noqa: S310


def test_the_leak_is_in_the_history_and_not_in_the_tree(clone: Path) -> None:
    assert not (clone / "deploy" / "settings.env").exists()
    told = git(clone, "log", "-p", "--all").stdout
    assert KEY_ID in told
    assert SECRET in told


def test_there_are_about_forty_commits_by_several_people(clone: Path) -> None:
    authors = git(clone, "log", "--format=%an").stdout.split("\n")
    assert len(authors) >= 38
    assert len(set(authors) - {""}) >= 4
