"""``irkit scan --staged`` as git runs it: a process, a real index, and what must never go unseen in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scan import planted
from tests.scan.work_tree import WorkTree

LEAK = f"token = '{planted.GITHUB}'\n"
OTHER_TOKEN = planted.with_checksum("ghp_")
OTHER = f"token = '{OTHER_TOKEN}'\n"
HEAVY = {
    *("argparse", "boto3", "botocore", "dataclasses", "detect_secrets", "git", "pathlib", "platformdirs", "pydantic"),
    *("requests", "rich", "subprocess", "textual", "tomllib", "typer", "yaml"),
}
LOOK = (
    "import json, sys; from irkit.cli.main import main; "
    "code = main(sys.argv[1:]); print(json.dumps([code, sorted(sys.modules)]))"
)


def kinds(out: str) -> list[str]:
    return [line.partition("(")[2].partition(")")[0] for line in out.splitlines()]


def test_a_finding_is_one_line_and_what_to_do_next_is_told(tree: WorkTree) -> None:
    tree.stage("a.py", "import os\n" + LEAK)
    told = tree.scan("--staged")
    assert told.code == 1
    assert told.out.startswith("a.py:2: GitHub personal access token (github_token)  fp_")
    assert told.out.endswith(f"…{planted.GITHUB[-4:]}\n")
    assert told.out.count("\n") == 1
    assert "never pushed: take it out" in told.err
    assert "revoke it at its provider" in told.err
    assert "irkit respond" not in told.err
    assert planted.GITHUB not in told.out + told.err


def test_a_leaked_aws_key_is_handed_to_the_runbook(tree: WorkTree) -> None:
    tree.stage("a.env", f"AWS_ACCESS_KEY_ID={planted.KEY_ID}\nAWS_SECRET_ACCESS_KEY={planted.AWS_SECRET}\n")
    told = tree.scan("--staged")
    assert sorted(kinds(told.out)) == ["aws_access_key_id", "aws_secret_access_key"]
    assert "irkit respond key_leak" in told.err


def test_how_much_was_scanned_is_said(tree: WorkTree) -> None:
    tree.stage("a.py", "a = 1\n")
    tree.stage("b.py", "bb = 1\n")
    assert tree.scan("--staged") == (0, "", "irkit scan: 2 files scanned, 13 bytes; nothing found\n")


def test_nothing_staged_is_said(tree: WorkTree) -> None:
    assert tree.scan("--staged") == (0, "", "irkit scan: nothing is staged\n")
    tree.commit("a.py", LEAK)
    assert tree.scan("--staged") == (0, "", "irkit scan: nothing is staged\n")


def test_staged_means_the_index_and_never_the_work_tree(tree: WorkTree) -> None:
    tree.stage("leaks.py", LEAK)
    tree.stage("clean.py", "nothing = 1\n")
    tree.write("leaks.py", "taken_out = 1\n")
    tree.write("clean.py", LEAK)
    for names in ([], ["leaks.py", "clean.py"]):
        told = tree.scan("--staged", *names)
        assert told.code == 1
        assert told.out.startswith("leaks.py:1: GitHub personal access token (github_token)")
        assert told.out.count("\n") == 1


def test_what_head_holds_already_is_told_and_does_not_block(tree: WorkTree) -> None:
    tree.commit("a.py", LEAK)
    tree.stage("a.py", f"import os\n{LEAK}")
    told = tree.scan("--staged")
    assert told == (0, "", "irkit scan: 1 file scanned, 61 bytes; nothing found; already in HEAD: 1\n")
    tree.stage("a.py", f"import os\n{LEAK}{OTHER}")
    told = tree.scan("--staged", "a.py")
    assert told.code == 1
    assert kinds(told.out) == ["github_token"]
    assert "already in HEAD: 1" in told.err


def test_a_known_value_in_another_file_blocks(tree: WorkTree) -> None:
    tree.commit("a.py", LEAK)
    tree.stage("b.py", LEAK)
    assert tree.scan("--staged").out.startswith("b.py:1: GitHub personal access token (github_token)")


def test_files_that_are_named_and_unchanged_are_scanned_whole(tree: WorkTree) -> None:
    tree.commit("old.py", LEAK)
    tree.stage("new.py", "new = 1\n")
    assert tree.scan("--staged").code == 0
    told = tree.scan("--staged", "--", "old.py", "new.py")
    assert told.code == 1
    assert told.out.startswith("old.py:1: GitHub personal access token (github_token)")
    assert "2 files scanned" in told.err


def test_all_files_of_a_large_repository_can_be_named(tree: WorkTree) -> None:
    names = [f"d{number % 7}/f{number}.py" for number in range(300)]
    for name in names:
        tree.write(name, f"x = {name!r}\n")
    tree.write(names[123], LEAK)
    tree.git("add", "-A")
    tree.git("commit", "-q", "-m", "all")
    told = tree.scan("--staged", "--", *names)
    assert told.code == 1
    assert told.out.startswith(f"{names[123]}:1: GitHub personal access token (github_token)")
    assert "300 files scanned" in told.err
    assert tree.scan("--staged", "--", *names, "absent.py").code == 2
    assert "300 files scanned" in tree.scan("--staged", "--", *[f"d{number}" for number in range(7)]).err


def test_a_renamed_file_brings_nothing_new(tree: WorkTree) -> None:
    tree.commit("old.py", LEAK)
    tree.git("mv", "old.py", "new.py")
    told = tree.scan("--staged")
    assert told.code == 0
    assert "already in HEAD: 1" in told.err


def test_a_staged_deletion_is_nothing_to_scan(tree: WorkTree) -> None:
    tree.commit("old.py", LEAK)
    tree.git("rm", "-q", "old.py")
    told = tree.scan("--staged")
    assert told.code == 0
    assert "nothing is staged" not in told.err


def test_the_target_of_a_staged_link_is_scanned(tree: WorkTree) -> None:
    (tree.folder / "link").symlink_to(planted.GITHUB)
    tree.git("add", "link")
    assert tree.scan("--staged").out.startswith("link:1: GitHub personal access token (github_token)")


def test_a_file_that_becomes_a_link_is_scanned(tree: WorkTree) -> None:
    tree.commit("a", "plain\n")
    (tree.folder / "a").unlink()
    (tree.folder / "a").symlink_to(planted.GITHUB)
    tree.git("add", "a")
    assert tree.scan("--staged").out.startswith("a:1: GitHub personal access token (github_token)")


def test_a_merge_brings_only_what_neither_side_had(tree: WorkTree) -> None:
    tree.commit("a.py", "a = 1\n")
    tree.git("checkout", "-q", "-b", "side")
    tree.commit("theirs.py", LEAK)
    tree.git("checkout", "-q", "main")
    tree.commit("b.py", "b = 1\n")
    tree.git("merge", "-q", "--no-commit", "side")
    told = tree.scan("--staged")
    assert told.code == 0
    assert "already in HEAD: 1" in told.err
    tree.stage("theirs.py", LEAK + OTHER)
    told = tree.scan("--staged")
    assert kinds(told.out) == ["github_token"]


def test_a_submodule_is_named_as_not_looked_into(tree: WorkTree, tmp_path: Path, rules_cache: Path) -> None:
    (tmp_path / "other").mkdir()
    other = WorkTree(tmp_path / "other", rules_cache)
    other.commit("a.py", LEAK)
    tree.git("submodule", "add", "-q", str(other.folder), "sub")
    told = tree.scan("--staged")
    assert told.code == 0
    assert "1 submodule not looked into" in told.err
    assert "1 file scanned" in told.err  # .gitmodules
    assert tree.scan("--staged", "sub", ".gitmodules").code == 0


def test_an_entry_that_is_only_intended_is_nothing_to_commit(tree: WorkTree) -> None:
    tree.write("later.py", LEAK)
    tree.git("add", "-N", "later.py")
    assert tree.scan("--staged").code == 0


def test_a_sparse_index_is_read(tree: WorkTree) -> None:
    tree.commit("in/a.py", "a = 1\n")
    tree.commit("out/b.py", "b = 1\n")
    tree.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
    tree.stage("in/a.py", LEAK)
    assert tree.scan("--staged").out.startswith("in/a.py:1: GitHub personal access token (github_token)")
    assert tree.scan("--staged", "out/b.py").code == 0


def test_another_work_tree_has_its_own_index(tree: WorkTree) -> None:
    tree.commit("a.py", "a = 1\n")
    tree.git("worktree", "add", "-q", "../second")
    tree.stage("a.py", LEAK)
    second = tree.folder.parent / "second"
    (second / "b.py").write_text(OTHER)
    subprocess.run(["git", "add", "b.py"], cwd=second, env=tree.environment, check=True)
    assert tree.scan("--staged", at="../second").out.startswith("b.py:1: GitHub personal access token (github_token)")
    assert tree.scan("--staged").out.startswith("a.py:1: GitHub personal access token (github_token)")


def test_the_index_that_git_names_is_scanned(tree: WorkTree) -> None:
    tree.commit("a.py", "a = 1\n")
    other = {"GIT_INDEX_FILE": ".git/other-index"}
    tree.git("read-tree", "HEAD", more=other)
    tree.write("b.py", LEAK)
    tree.git("add", "b.py", more=other)
    (tree.folder / "sub").mkdir()
    assert tree.scan("--staged").code == 0
    assert tree.scan("--staged", more=other).out.startswith("b.py:1: GitHub personal access token (github_token)")


def test_names_and_results_fit_when_run_below_the_root(tree: WorkTree) -> None:
    tree.stage("sub/a.py", LEAK)
    tree.stage("b.py", OTHER)
    assert [line.split()[0] for line in tree.scan("--staged", at="sub").out.splitlines()] == ["b.py:1:", "sub/a.py:1:"]
    assert tree.scan("--staged", "a.py", at="sub").out.startswith("sub/a.py:1:")
    assert tree.scan("--staged", "../b.py", at="sub").out.startswith("b.py:1:")
    assert tree.scan("--staged", str(tree.folder / "b.py"), at="sub").out.startswith("b.py:1:")
    assert tree.scan("--staged", "b.py", at="sub").code == 2


def test_the_hook_writes_nothing_into_the_repository(tree: WorkTree) -> None:
    tree.commit("old.py", LEAK)
    tree.stage("old.py", LEAK + OTHER)
    tree.stage("a.py", LEAK)
    before = tree.bytes_of()
    assert tree.scan("--staged").code == 1
    assert tree.scan("--staged", "old.py").code == 1
    assert tree.bytes_of() == before
    assert (tree.data / "scan.key").stat().st_mode & 0o777 == 0o600


def test_fingerprints_are_the_same_in_the_next_scan(tree: WorkTree) -> None:
    tree.stage("a.py", LEAK)
    assert tree.scan("--staged").out == tree.scan("--staged").out


def test_a_data_folder_that_cannot_be_written_still_tells_the_finding(tree: WorkTree) -> None:
    tree.data.write_text("a file is in the way")
    tree.stage("a.py", LEAK)
    told = tree.scan("--staged")
    assert told.code == 1
    assert told.out.startswith("a.py:1: GitHub personal access token (github_token)")
    assert "good for this run only" in told.err


def test_without_a_key_the_fingerprints_of_one_run_are_alike_and_it_is_said_once(tree: WorkTree) -> None:
    tree.data.write_text("a file is in the way")
    tree.commit("a.py", LEAK)
    tree.write("b.py", LEAK)
    told = tree.scan("--format", "jsonl")
    assert len(told.out.splitlines()) == 1
    assert told.err.count("good for this run only") == 1


def test_a_value_that_a_remote_has_is_said_to_be_pushed(tree: WorkTree) -> None:
    leaked = tree.commit("a.py", LEAK)
    tree.commit("a.py", "taken = 'out'\n")
    tree.git("update-ref", "refs/remotes/origin/main", leaked)
    tree.stage("a.py", LEAK)
    told = tree.scan("--staged")
    assert told.code == 1
    assert "a.py was PUSHED with it" in told.err
    assert "never pushed" not in told.err


def test_findings_come_by_file_and_line_and_what_accepts_one_can_be_pasted(tree: WorkTree) -> None:
    tree.stage("b.env", f"AWS_SECRET_ACCESS_KEY={planted.AWS_SECRET}\n")
    tree.stage("a.py", f"one = 1\n\n{LEAK}AWS_SECRET_ACCESS_KEY = '{planted.AWS_SECRET}'\n{OTHER}")
    told = tree.scan("--staged")
    places = [line.split()[0] for line in told.out.splitlines()]
    assert places == ["a.py:3:", "a.py:4:", "a.py:5:", "b.env:1:"]
    accepts = [line.strip() for line in told.err.splitlines() if ".irkitignore" in line]
    assert len(accepts) == len(set(kinds(told.out))) + 1
    for line in accepts:
        subprocess.run(line, shell=True, cwd=tree.folder, env=tree.environment, check=True)  # noqa: S602 - as pasted
    again = tree.scan("--staged")
    assert (again.code, again.out) == (0, "")


def test_with_a_baseline_the_command_that_accepts_names_it(tree: WorkTree) -> None:
    tree.stage("a.py", LEAK)
    tree.scan("--staged", "--baseline", "known.json", "--update-baseline")
    tree.stage("a.py", LEAK + OTHER)
    told = tree.scan("--staged", "--baseline", "known.json")
    line = next(line.strip() for line in told.err.splitlines() if "--update-baseline" in line)
    assert line == "irkit scan --staged --baseline known.json --update-baseline"
    assert tree.scan(*line.split()[2:]).code == 0


def test_a_line_of_an_ignore_file_lets_its_finding_pass(tree: WorkTree) -> None:
    tree.stage("a.py", LEAK)
    tree.write(".gitleaksignore", "a.py:github-pat:1\n")
    told = tree.scan("--staged")
    assert told.code == 0
    assert "accepted by .gitleaksignore: 1" in told.err


def test_a_baseline_lets_its_findings_pass_and_no_others(tree: WorkTree) -> None:
    tree.stage("a.py", LEAK)
    assert tree.scan("--staged", "--baseline", ".secrets.baseline", "--update-baseline").code == 0
    assert tree.scan("--staged", "--baseline", ".secrets.baseline").code == 0
    tree.stage("a.py", LEAK + OTHER)
    told = tree.scan("--staged", "--baseline", ".secrets.baseline", "a.py")
    assert kinds(told.out) == ["github_token"]
    assert tree.scan("--staged").code == 1


def unmerged(tree: WorkTree) -> list[str]:
    tree.commit("a.py", "a = 1\n")
    object_id = tree.git("rev-parse", "HEAD:a.py").strip()
    rows = "".join(f"100644 {object_id} {stage}\ta.py\n" for stage in (1, 2, 3))
    words = ["git", "update-index", "--index-info"]
    lines = f"0 {'0' * len(object_id)}\ta.py\n{rows}"
    subprocess.run(words, cwd=tree.folder, env=tree.environment, input=lines, text=True, check=True)
    return []


def lost(tree: WorkTree) -> list[str]:
    tree.stage("a.py", "a = 1\n")
    object_id = tree.git("rev-parse", ":a.py").strip()
    (tree.folder / ".git" / "objects" / object_id[:2] / object_id[2:]).unlink()
    return []


def corrupt(tree: WorkTree) -> list[str]:
    tree.stage("a.py", "a = 1\n")
    tree.stage("b.py", "b = 1\n")
    object_id = tree.git("rev-parse", ":a.py").strip()
    file = tree.folder / ".git" / "objects" / object_id[:2] / object_id[2:]
    file.chmod(0o600)
    file.write_bytes(b"not an object")
    return []


def outside(tree: WorkTree) -> list[str]:
    (tree.folder / ".git").rename(tree.folder / "was.git")
    return []


def outside_by_name(tree: WorkTree) -> list[str]:
    outside(tree)
    return ["a.py"]


def not_in_the_index(tree: WorkTree) -> list[str]:
    tree.write("a.py", LEAK)
    return ["a.py"]


def broken_index(tree: WorkTree) -> list[str]:
    tree.stage("a.py", LEAK)
    (tree.folder / ".git" / "index").write_bytes(b"DIRC nonsense")
    return []


def no_git(tree: WorkTree) -> list[str]:
    tree.environment["PATH"] = str(tree.folder)
    return []


UNREAD: list[tuple[Callable[[WorkTree], list[str]], str]] = [
    (unmerged, "a.py is unmerged"),
    (lost, "a.py: git has not its content (missing)"),
    (corrupt, "a.py"),
    (outside, "not a git repository"),
    (outside_by_name, "not a git repository"),
    (not_in_the_index, "did not match any file"),
    (broken_index, "index"),
    (no_git, "git does not start"),
]


@pytest.mark.parametrize(("arrange", "says"), UNREAD)
def test_what_cannot_be_read_fails_the_hook(
    tree: WorkTree, arrange: Callable[[WorkTree], list[str]], says: str
) -> None:
    told = tree.scan("--staged", *arrange(tree))
    assert told.code == 2, told
    assert says in told.err
    assert "Traceback" not in told.err


def test_findings_are_told_even_when_something_else_cannot_be_read(tree: WorkTree) -> None:
    lost(tree)
    tree.stage("b.py", LEAK)
    told = tree.scan("--staged")
    assert told.code == 2
    assert told.out.startswith("b.py:1: GitHub personal access token (github_token)")
    assert "the scan is incomplete" in told.err


def test_a_hostile_file_name_stays_on_its_line(tree: WorkTree) -> None:
    name = os.fsdecode(b"a\nb\x1b[31m\xff *.py")
    (tree.folder / name).write_text(LEAK)
    tree.git("add", "-A")
    for words in (["--staged"], ["--staged", name]):
        assert tree.scan(*words).out.startswith(r"a\nb\x1b[31m\xff *.py:1: GitHub personal access token (github_token)")
    tree.git("commit", "-q", "-m", "hostile")
    (tree.folder / name).write_text(LEAK + OTHER)
    tree.git("add", "-A")
    assert kinds(tree.scan("--staged").out.replace(" *.py", "")) == ["github_token"]


def test_a_name_that_looks_like_an_option_is_a_name(tree: WorkTree) -> None:
    tree.stage("--staged", LEAK)
    tree.stage(":(exclude)x", OTHER)
    assert tree.scan("--staged", "--", "--staged").out.startswith(
        "--staged:1: GitHub personal access token (github_token)"
    )
    assert tree.scan("--staged", "--", ":(exclude)x").out.startswith(
        ":(exclude)x:1: GitHub personal access token (github_token)"
    )


def test_a_file_name_that_is_a_secret_is_not_shown(tree: WorkTree) -> None:
    tree.stage(f"{OTHER_TOKEN}.py", LEAK)
    told = tree.scan("--staged")
    assert told.code == 1
    assert OTHER_TOKEN not in told.out + told.err


def test_a_promised_blob_is_not_fetched(tree: WorkTree, tmp_path: Path, rules_cache: Path) -> None:
    tree.commit("a.py", LEAK)
    tree.git("config", "uploadpack.allowFilter", "true")
    (tmp_path / "clone").mkdir()
    clone = WorkTree(tmp_path / "clone", rules_cache)
    clone.git("remote", "add", "origin", f"file://{tree.folder}")
    clone.git("fetch", "-q", "--filter=blob:none", "origin", "main")
    clone.git("config", "remote.origin.promisor", "true")
    clone.git("config", "remote.origin.partialclonefilter", "blob:none")
    clone.git("read-tree", "origin/main")
    before = clone.bytes_of(".git/objects")
    told = clone.scan("--staged")
    assert told.code == 2
    assert "git has not its content" in told.err
    assert clone.bytes_of(".git/objects") == before


@pytest.mark.parametrize("words", [["--staged"], ["--staged", "a.py"], ["--staged", "--", "a.py"]])
def test_the_hook_loads_nothing_heavy_even_with_a_finding(tree: WorkTree, words: list[str]) -> None:
    tree.scan("--staged")  # the first run compiles
    for text, expected in (("def total(rows):\n    return sum(rows)  # a row's key is a token\n", 0), (LEAK, 1)):
        tree.stage("a.py", text)
        out = tree.scan(*words, start=("-c", LOOK)).out.splitlines()[-1]
        code, loaded = json.loads(out)
        assert code == expected
        assert set(loaded) & (HEAVY | {"_hashlib", "datetime", "hashlib", "typing"}) == set()


def test_the_hook_loads_next_to_nothing_when_nothing_hits(tree: WorkTree) -> None:
    tree.stage("a.txt", "nothing\n")
    tree.scan("--staged")  # the first run compiles
    look = "import sys; before = set(sys.modules); from irkit.cli.main import main; main(sys.argv[1:]); "
    loaded = tree.scan("--staged", start=("-c", look + "print(*set(sys.modules) - before)")).out.split()
    assert "irkit.scan.hook" in loaded
    assert not (HEAVY | {"contextlib", "importlib", "json", "re", "typing", "unicodedata"}) & set(loaded)


def test_a_fault_of_our_own_is_neither_clean_nor_a_finding(tree: WorkTree) -> None:
    tree.stage("a.py", LEAK)
    broken = (
        "import sys; import irkit.scan.hook as hook; hook.staged = lambda asking: {}[0];"
        "from irkit.cli.main import main; sys.exit(main())"
    )
    told = tree.scan("--staged", start=("-c", broken))
    assert told.code == 2
    assert "a fault of irkit's own (KeyError)" in told.err


def test_the_hook_that_is_offered_stops_a_commit(tree: WorkTree) -> None:
    text = (Path(__file__).resolve().parents[2] / ".pre-commit-hooks.yaml").read_text()
    entries = [line.partition(":")[2].split() for line in text.splitlines() if line.strip().startswith("entry:")]
    assert entries[0][0] == "irkit"
    line = f'exec "{sys.executable}" -m irkit.cli.main {" ".join(entries[0][1:])}'
    tree.write(".git/hooks/pre-commit", f"#!/bin/sh\n{line}\n").chmod(0o755)
    tree.stage("a.py", LEAK)
    assert "github_token" in tree.git("commit", "-q", "-m", "leak", check=False)
    tree.stage("a.py", "a = 1\n")
    tree.git("commit", "-q", "-m", "clean")
    assert tree.git("log", "--format=%s").split() == ["clean"]


@pytest.mark.parametrize("words", [["-a"], ["-o", "a.py"]])
def test_a_commit_with_an_index_of_its_own_is_stopped(tree: WorkTree, words: list[str]) -> None:
    tree.commit("a.py", "a = 1\n")
    line = f'exec "{sys.executable}" -m irkit.cli.main scan --staged'
    tree.write(".git/hooks/pre-commit", f"#!/bin/sh\n{line}\n").chmod(0o755)
    tree.write("a.py", LEAK)
    assert "github_token" in tree.git("commit", "-q", "-m", "leak", *words, check=False)
    assert tree.git("log", "--format=%s").split("\n")[0] == "write a.py"


def test_names_of_new_files_and_folders_are_looked_at(tree: WorkTree) -> None:
    tree.stage(f"k_{planted.GITHUB}.txt", "nothing\n")
    tree.stage(f"{planted.STRIPE}/deep/a", "nothing\n")
    told = tree.scan("--staged")
    assert told.code == 1
    assert [line.partition(": ")[0] for line in told.out.splitlines()] == ["[secret]", "k_[secret].txt"]
    assert planted.GITHUB not in told.out + told.err
    tree.git("commit", "-q", "--no-verify", "-m", "x")
    tree.stage(f"{planted.STRIPE}/deep/b", "nothing\n")
    assert tree.scan("--staged").code == 0
    assert tree.scan("--staged", f"k_{planted.GITHUB}.txt").code == 1


def test_a_name_that_a_merge_brings_is_known(tree: WorkTree) -> None:
    tree.commit("a", "x\n")
    tree.git("checkout", "-q", "-b", "side")
    tree.commit(f"k_{planted.GITHUB}.txt", "nothing\n")
    tree.git("checkout", "-q", "main")
    tree.commit("b", "x\n")
    tree.git("merge", "-q", "--no-commit", "side")
    assert tree.scan("--staged").code == 0
