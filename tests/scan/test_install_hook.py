"""``irkit scan install-hook``: hooks that git runs, beside those that are there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from irkit.scan.install_hook import Change, Foreign, Hook, HookForeign, hooks_folder, install, remove
from tests.scan import planted
from tests.scan.work_tree import WorkTree

LEAK = f"token = '{planted.GITHUB}'\n"
FOREIGN = "#!/bin/sh\n# runs the tests\necho tests ran\n"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """An irkit at a place with a blank in its name."""
    file = tmp_path / "my tools" / "irkit"
    file.parent.mkdir()
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m irkit.cli.main "$@"\n')
    file.chmod(0o755)
    return file


def folder(tree: WorkTree) -> Path:
    return tree.folder / ".git" / "hooks"


def test_the_hook_stops_a_commit_and_lets_a_clean_one_pass(tree: WorkTree, program: Path) -> None:
    file, change = install(Hook.PRE_COMMIT, folder(tree), program)
    assert change is Change.WRITTEN
    assert os.access(file, os.X_OK)
    tree.stage("a.py", LEAK)
    said = tree.git("commit", "-q", "-m", "leak", check=False)
    assert "github_token" in said
    assert "take it out" in said
    tree.stage("a.py", "a = 1\n")
    tree.git("commit", "-q", "-m", "clean")
    assert tree.git("log", "--format=%s") == "clean\n"


def test_writing_it_again_changes_nothing(tree: WorkTree, program: Path) -> None:
    file, _ = install(Hook.PRE_COMMIT, folder(tree), program)
    before = file.read_bytes(), file.stat().st_mtime_ns
    assert install(Hook.PRE_COMMIT, folder(tree), program).change is Change.UNCHANGED
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_a_hook_of_an_irkit_that_moved_is_brought_up_to_date(tree: WorkTree, program: Path) -> None:
    file, _ = install(Hook.PRE_COMMIT, folder(tree), Path("/gone/irkit"))
    assert install(Hook.PRE_COMMIT, folder(tree), program).change is Change.WRITTEN
    assert "/gone/irkit" not in file.read_text()
    assert file.read_text().count(">>> irkit") == 1


def test_without_an_irkit_the_commit_is_stopped_and_not_waved_through(tree: WorkTree) -> None:
    install(Hook.PRE_COMMIT, folder(tree), Path("/gone/irkit"))
    tree.stage("a.py", "a = 1\n")
    tree.environment["PATH"] = os.pathsep.join(
        part for part in tree.environment["PATH"].split(os.pathsep) if not (Path(part) / "irkit").exists()
    )
    said = tree.git("commit", "-q", "-m", "clean", check=False)
    assert "irkit is not installed" in said
    assert "nothing was scanned" in said


def test_a_hook_of_others_is_never_overwritten(tree: WorkTree, program: Path) -> None:
    file = folder(tree) / "pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text(FOREIGN)
    with pytest.raises(HookForeign) as refused:
        install(Hook.PRE_COMMIT, folder(tree), program)
    assert "--append" in refused.value.hint
    assert file.read_text() == FOREIGN


def test_both_hooks_run_when_it_is_added_to_that_of_others(tree: WorkTree, program: Path) -> None:
    file = folder(tree) / "pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text(FOREIGN)
    file.chmod(0o755)
    assert install(Hook.PRE_COMMIT, folder(tree), program, Foreign.APPENDED).change is Change.APPENDED
    tree.stage("a.py", LEAK)
    said = tree.git("commit", "-q", "-m", "leak", check=False)
    assert "github_token" in said
    assert "tests ran" not in said
    tree.stage("a.py", "a = 1\n")
    assert "tests ran" in tree.git("commit", "-m", "clean", check=False)
    assert remove(Hook.PRE_COMMIT, folder(tree)).change is Change.REMOVED
    assert file.read_text() == FOREIGN


def test_a_hook_that_is_no_shell_script_is_left_alone(tree: WorkTree, program: Path) -> None:
    file = folder(tree) / "pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/usr/bin/env python3\nprint('mine')\n")
    with pytest.raises(HookForeign) as refused:
        install(Hook.PRE_COMMIT, folder(tree), program, Foreign.APPENDED)
    assert "no shell script" in refused.value.hint


def test_removing_takes_away_only_what_was_written(tree: WorkTree, program: Path) -> None:
    file, _ = install(Hook.PRE_COMMIT, folder(tree), program)
    assert remove(Hook.PRE_PUSH, folder(tree)).change is Change.ABSENT
    assert remove(Hook.PRE_COMMIT, folder(tree)).change is Change.REMOVED
    assert not file.exists()


def test_the_folder_is_the_one_that_git_looks_into(tree: WorkTree, program: Path) -> None:
    tree.git("config", "core.hooksPath", "my-hooks")
    assert hooks_folder(tree.folder) == tree.folder / "my-hooks"
    tree.commit("a.py", "a = 1\n")
    install(Hook.PRE_COMMIT, hooks_folder(tree.folder), program)
    tree.stage("a.py", LEAK)
    assert "github_token" in tree.git("commit", "-q", "-m", "leak", check=False)


def test_with_husky_the_hook_is_where_husky_looks_for_it(tree: WorkTree, program: Path) -> None:
    run = tree.folder / ".husky" / "_" / "pre-commit"
    run.parent.mkdir(parents=True)
    run.write_text('#!/usr/bin/env sh\nexec sh -e "$(dirname "$(dirname "$0")")/pre-commit"\n')
    run.chmod(0o755)
    tree.git("config", "core.hooksPath", ".husky/_")
    assert install(Hook.PRE_COMMIT, hooks_folder(tree.folder), program).file == tree.folder / ".husky" / "pre-commit"
    tree.stage("a.py", LEAK)
    assert "github_token" in tree.git("commit", "-q", "-m", "leak", check=False)


def test_a_work_tree_shares_the_hooks_of_its_repository(tree: WorkTree, program: Path) -> None:
    tree.commit("a.py", "a = 1\n")
    tree.git("worktree", "add", "-q", "../second")
    assert hooks_folder(tree.folder.parent / "second") == folder(tree)
    install(Hook.PRE_COMMIT, folder(tree), program)
    second = tree.folder.parent / "second"
    (second / "b.py").write_text(LEAK)
    words = ["git", "-c", "user.name=Ada", "-c", "user.email=a@example.org", "commit", "-qm", "leak"]
    subprocess.run(["git", "add", "b.py"], cwd=second, env=tree.environment, check=True)
    ran = subprocess.run(words, cwd=second, env=tree.environment, capture_output=True, check=False, text=True)
    assert ran.returncode != 0
    assert "b.py:1: GitHub personal access token (github_token)" in ran.stdout + ran.stderr


def test_the_pre_push_hook_stops_what_the_remote_has_not_got(tree: WorkTree, program: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    tree.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    tree.commit("a.py", LEAK)
    tree.git("push", "-q", "--no-verify", "origin", "main")
    install(Hook.PRE_PUSH, folder(tree), program)
    tree.commit("b.py", "b = 1\n")
    tree.git("push", "-q", "origin", "main")
    tree.commit("b.py", f"token = '{planted.with_checksum('ghs_')}'\n")
    tree.commit("b.py", "taken = 'out'\n")
    said = tree.git("push", "-q", "origin", "main", check=False)
    assert "b.py" in said
    assert "git rebase" in said
    assert "a.py" not in said
    tree.git("push", "-q", "origin", "main~2:refs/heads/older")


def test_a_new_branch_is_scanned_from_where_the_remote_ends(tree: WorkTree, program: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    tree.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    install(Hook.PRE_PUSH, folder(tree), program)
    tree.commit("a.py", LEAK)
    said = tree.git("push", "-q", "origin", "main", check=False)
    assert "a.py" in said
    tree.git("push", "-q", "--no-verify", "origin", "main")
    tree.git("checkout", "-q", "-b", "topic")
    tree.commit("b.py", "b = 1\n")
    tree.git("push", "-q", "origin", "topic")
    tree.git("push", "-q", "origin", ":topic")


def test_the_name_of_a_branch_or_tag_that_a_push_makes_is_looked_at(
    tree: WorkTree, program: Path, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    tree.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    tree.commit("a.py", "a = 1\n")
    tree.git("push", "-q", "origin", "main")
    install(Hook.PRE_PUSH, folder(tree), program)
    for name in (f"refs/heads/fix-{planted.GITHUB}", f"refs/tags/v1-{planted.GITHUB}"):
        said = tree.git("push", "-q", "origin", f"main:{name}", check=False)
        told = name.replace(planted.GITHUB, "[secret]").removeprefix("refs/heads/").removeprefix("refs/")
        assert f"  name of a ref\n      refs   {told}\n" in said
        assert "git branch -m OLD NEW" in said
        assert "git rebase" not in said
        assert planted.GITHUB not in tree.git("ls-remote", "origin")
    name = f"refs/heads/old-{planted.GITHUB}"
    tree.git("push", "-q", "--no-verify", "origin", f"main:{name}")
    tree.commit("a.py", "a = 2\n")
    tree.git("push", "-q", "origin", f"main:{name}")  # what is there already is brought by nobody
    tree.git("push", "-q", "origin", f":{name}")


def test_pre_commit_tells_the_name_of_the_branch_that_a_push_makes(
    tree: WorkTree, program: Path, tmp_path: Path
) -> None:
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    tree.git("remote", "add", "origin", str(remote))
    tree.commit("a.py", "a = 1\n")
    name = f"fix-{planted.GITHUB}"
    words = [str(program), "scan", "--pre-push"]
    said = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_REMOTE_BRANCH": f"refs/heads/{name}"}

    def code() -> int:
        environment = tree.environment | said
        return subprocess.run(words, cwd=tree.folder, env=environment, stdin=subprocess.DEVNULL, check=False).returncode

    assert code() == 1
    tree.git("push", "-q", "origin", f"main:refs/heads/{name}")
    assert code() == 0


def test_what_git_tells_the_pre_push_hook_reaches_the_hook_of_others(
    tree: WorkTree, program: Path, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    tree.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    file = folder(tree) / "pre-push"
    file.parent.mkdir(exist_ok=True)
    file.write_text('#!/bin/sh\nwhile read line; do echo "seen $line for $1"; done\n')
    file.chmod(0o755)
    install(Hook.PRE_PUSH, folder(tree), program, Foreign.APPENDED)
    commit = tree.commit("a.py", "a = 1\n")
    said = tree.git("push", "-q", "origin", "main", check=False)
    assert f"seen refs/heads/main {commit} refs/heads/main {'0' * 40} for origin" in said


def test_the_command_installs_and_removes(tree: WorkTree) -> None:
    told = tree.scan("install-hook", "--pre-push")
    assert told.code == 0
    assert sorted(path.name for path in folder(tree).iterdir() if path.suffix != ".sample") == [
        "pre-commit",
        "pre-push",
    ]
    assert tree.scan("install-hook", "--remove").code == 0
    assert [path for path in folder(tree).iterdir() if path.suffix != ".sample"] == []
    assert tree.scan("install-hook", "..").code == 2


def test_the_hook_lies_where_the_users_own_settings_say(tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "settings").write_text(f"[core]\n\thooksPath = {tmp_path / 'hooks of mine'}\n")
    tree.environment["GIT_CONFIG_GLOBAL"] = str(tmp_path / "settings")
    told = tree.scan("install-hook")
    assert told.out.startswith(str(tmp_path / "hooks of mine" / "pre-commit"))
    tree.stage("a.py", LEAK)
    assert "github_token" in tree.git("commit", "-q", "-m", "leak", check=False)


def test_something_else_in_the_hooks_place_is_told(tree: WorkTree) -> None:
    (folder(tree) / "pre-commit").mkdir(parents=True)
    told = tree.scan("install-hook")
    assert told.code == 2
    assert "Is a directory" in told.err
    assert "pre-commit" in told.err
    assert "journal" not in told.err


def test_a_push_from_a_repository_beside_its_work_tree_is_scanned(
    tree: WorkTree, program: Path, tmp_path: Path
) -> None:
    """As people keep their dotfiles: the folder above is another repository, or none."""
    beside, remote = str(tmp_path / "dotfiles.git"), str(tmp_path / "remote.git")
    for bare in (beside, remote):
        subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    install(Hook.PRE_PUSH, tmp_path / "dotfiles.git" / "hooks", program)
    with_it = (f"--git-dir={beside}", f"--work-tree={tree.folder}")
    tree.write(".netrc", LEAK)
    tree.git(*with_it, "add", ".netrc")
    tree.git(*with_it, "commit", "-q", "-m", "leak")
    said = tree.git(*with_it, "push", "-q", remote, "HEAD:refs/heads/main", check=False)
    assert "github_token" in said
    tree.write(".gitleaksignore", ".netrc:github-pat:1\n")
    said = tree.git(*with_it, "push", "-q", remote, "HEAD:refs/heads/main", check=False)
    assert ".gitleaksignore" in said
    assert "error" not in said


def test_what_is_pushed_may_be_named_in_words(tree: WorkTree, program: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    tree.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    install(Hook.PRE_PUSH, folder(tree), program)
    tree.commit("a.py", "a = 1\n")
    tree.git("push", "-q", "origin", "HEAD^{/write a}:refs/heads/main")
    tree.commit("b.py", LEAK)
    assert "b.py" in tree.git("push", "-q", "origin", "HEAD^{/write b}:refs/heads/main", check=False)


def test_a_tag_of_a_blob_is_told_as_what_it_is_when_it_is_pushed(tree: WorkTree, program: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    tree.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    tree.commit("a.py", "a = 1\n")
    install(Hook.PRE_PUSH, folder(tree), program)
    tree.git("tag", "key", "HEAD:a.py")
    assert "is a blob, and only commits are scanned" in tree.git("push", "-q", "origin", "key", check=False)
