"""``irkit scan`` as it is run: a process, in and beside repositories."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.scan import planted
from tests.scan.work_tree import WorkTree

LEAK = f"token = '{planted.GITHUB}'\n"
OTHER_TOKEN = planted.with_checksum("ghs_")
OTHER = f"token = '{OTHER_TOKEN}'\n"
LOOK = (
    "import json, sys; from irkit.cli.main import main; code = main(sys.argv[1:]); "
    "print(json.dumps([code, sorted(sys.modules)]))"
)
LOOK_AT_FORK = (
    "import os, sys; from irkit.cli.main import main; fork = os.fork; "
    "os.fork = lambda: (print(*sorted(sys.modules), file=sys.stderr), fork())[1]; main(sys.argv[1:])"
)
HEAVY = {
    "boto3",
    "botocore",
    "detect_secrets",
    "git",
    "github",
    "kingfisher_sdk",
    "pydantic",
    "rich",
    "textual",
    "yaml",
}


def rows(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def places(out: str) -> set[tuple[str, str]]:
    """Last four characters and path of everything found."""
    found = set()
    for row in rows(out):
        stands = row["places"]
        assert isinstance(stands, list)
        found |= {(str(row["last4"]), str(place["path"])) for place in stands}
    return found


def tail(token: str) -> str:
    return f"…{token[-4:]}"


def test_files_are_scanned_by_name(tree: WorkTree) -> None:
    tree.write("a.py", LEAK)
    tree.write("b.py", OTHER)
    told = tree.scan("a.py", "--format", "jsonl")
    assert told.code == 1
    assert places(told.out) == {(tail(planted.GITHUB), "a.py")}
    assert planted.GITHUB not in told.out + told.err


def test_what_is_not_looked_into_is_told_with_its_path_in_head(tree: WorkTree) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n"
    tree.commit("media/a.bin", pointer.format("1" * 64))
    tree.commit("media/a.bin", pointer.format("2" * 64))
    tree.commit(f"media/{planted.GITHUB}.bin", pointer.format("3" * 64))
    ids = [
        tree.git("rev-parse", f"HEAD~{back}:{name}").strip() for back, name in ((2, "media/a.bin"), (0, "media/a.bin"))
    ]
    for _ in range(2):  # the second time from memory
        told = json.loads(tree.scan("--history", "--format", "json").out)["summary"]["skipped"]
        assert {one["reason"] for one in told} == {"its content is not in the repository"}
        what = {one["what"] for one in told}
        assert {f"object {ids[0]}: Git LFS pointer", f"media/a.bin, object {ids[1]}: Git LFS pointer"} < what
        assert sum(one.startswith("media/[secret].bin, object ") for one in what) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", ""), "is a variable empty?"),
        (("--range", ""), "is a variable empty?"),
        (("--format", "sarif", "--show-secrets"), "irkit: values are never written as sarif"),
        (
            ("--format", "json", "--output", "no/such/x.json"),
            "irkit: cannot write no/such/x.json: there is no such folder",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_scanned(
    tree: WorkTree, words: tuple[str, ...], said: str
) -> None:
    tree.commit("a.py", LEAK)
    told = tree.scan(*words)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert "found" not in told.err
    assert "shows the secrets" not in told.err


def test_each_kind_of_finding_is_told_with_its_own_file_that_was_pushed(tree: WorkTree, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    tree.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    tree.commit("key.env", f"AWS_ACCESS_KEY_ID={planted.KEY_ID}\n")
    tree.git("push", "-q", "origin", "main")
    tree.commit("token.py", LEAK)
    err = tree.scan("--history").err
    assert "  key.env was PUSHED with it: others know it" in err
    assert "  pushed already, even once, and no AWS key: revoke it" in err


def test_a_folder_is_scanned_as_files(tree: WorkTree) -> None:
    tree.commit("sub/old.py", LEAK)
    tree.stage("sub/old.py", "taken = 'out'\n")
    tree.write("sub/deep/a.py", OTHER)
    told = tree.scan("sub", "--format", "jsonl")
    assert places(told.out) == {(tail(OTHER_TOKEN), "sub/deep/a.py")}


def test_a_clean_scan_says_how_much_it_saw(tree: WorkTree) -> None:
    tree.write("a.py", "a = 1\n")
    told = tree.scan("a.py")
    assert told.code == 0
    assert told.out == ""
    assert "6 bytes" in told.err


@pytest.mark.parametrize("words", [[], ["."], ["{root}"]])
def test_a_repository_is_its_history_and_what_git_has_not_got(tree: WorkTree, words: list[str]) -> None:
    tree.commit("old.py", LEAK)
    tree.commit("old.py", "taken = 'out'\n")
    staged, modified = planted.with_checksum("ghs_"), planted.with_checksum("gho_")
    tree.stage("staged.py", f"token = '{staged}'\n")
    tree.write("old.py", f"token = '{modified}'\n")
    tree.write("new/untracked.py", OTHER)
    tree.write(".gitignore", "*.log\n")
    tree.write("ignored.log", f"token = '{planted.with_checksum('ghp_')}'\n")
    told = tree.scan(*[word.format(root=tree.folder) for word in words], "--format", "jsonl")
    assert told.code == 1, told.err
    assert places(told.out) == {
        (tail(planted.GITHUB), "old.py"),
        (tail(staged), "staged.py"),
        (tail(modified), "old.py"),
        (tail(OTHER_TOKEN), "new/untracked.py"),
    }


def test_what_git_ignores_in_a_repository_is_counted_and_scanned_when_asked(tree: WorkTree) -> None:
    tree.commit(".gitignore", "*.log\nbuild/\n")
    tree.write("ignored.log", LEAK)
    tree.write("build/a/out.py", OTHER)
    told = tree.scan("--format", "json")
    assert told.code == 0
    assert json.loads(told.out)["summary"]["skipped"] == [
        {"what": "2 files and folders", "reason": "git ignores them (--no-ignore scans them)"}
    ]
    told = tree.scan("--no-ignore", "--format", "jsonl")
    assert places(told.out) == {(tail(planted.GITHUB), "ignored.log"), (tail(OTHER_TOKEN), "build/a/out.py")}


def test_the_repository_here_is_meant_from_any_folder_of_it(tree: WorkTree) -> None:
    tree.commit("sub/a.py", LEAK)
    tree.write("new.py", OTHER)
    told = tree.scan("--format", "jsonl", at="sub")
    assert places(told.out) == {(tail(planted.GITHUB), "sub/a.py"), (tail(OTHER_TOKEN), "new.py")}


def test_history_and_files_can_be_asked_for_alone(tree: WorkTree) -> None:
    tree.commit("old.py", LEAK)
    tree.commit("old.py", "taken = 'out'\n")
    tree.write("new.py", OTHER)
    assert places(tree.scan("--history", "--format", "jsonl").out) == {(tail(planted.GITHUB), "old.py")}
    assert places(tree.scan("--files", "--format", "jsonl").out) == {(tail(OTHER_TOKEN), "new.py")}


def test_a_bare_repository_is_its_history(tree: WorkTree, tmp_path: Path) -> None:
    tree.commit("a.py", LEAK)
    tree.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    told = tree.scan("../bare.git", "--format", "jsonl")
    assert places(told.out) == {(tail(planted.GITHUB), "a.py")}
    assert tree.scan("../bare.git", "--files").code == 2


def test_what_commits_brought_can_be_asked_for(tree: WorkTree) -> None:
    first = tree.commit("a.py", LEAK)
    tree.commit("b.py", OTHER)
    tree.commit("b.py", "taken = 'out'\n")
    for words in (["--since", first], ["--range", f"{first}..HEAD"], ["--range", "HEAD~2..HEAD~1"]):
        told = tree.scan(*words, "--format", "jsonl")
        assert told.code == 1, told.err
        assert places(told.out) == {(tail(OTHER_TOKEN), "b.py")}
    assert tree.scan("--range", "HEAD~1..HEAD").code == 0
    assert tree.scan("--since", "no-such-revision").code == 2


def test_several_repositories_and_files_make_one_report(tree: WorkTree, tmp_path: Path, rules_cache: Path) -> None:
    (tmp_path / "second").mkdir()
    second = WorkTree(tmp_path / "second", rules_cache)
    second.commit("theirs.py", OTHER)
    tree.commit("mine.py", LEAK)
    (tmp_path / "loose.py").write_text(f"token = '{planted.with_checksum('ghp_')}'\n")
    told = tree.scan(".", str(second.folder), "../loose.py", "--format", "jsonl")
    assert {path for _, path in places(told.out)} == {"mine.py", "theirs.py", "../loose.py"}


def test_a_second_scan_of_the_same_repository_finds_the_same(tree: WorkTree) -> None:
    tree.commit("a.py", LEAK)
    first = tree.scan("--history", "--format", "jsonl")
    assert tree.scan("--history", "--format", "jsonl").out == first.out
    assert tree.scan("--history", "--format", "jsonl", "--no-cache").out == first.out
    tree.commit("b.py", OTHER)
    assert len(rows(tree.scan("--history", "--format", "jsonl").out)) == 2


def test_a_scan_writes_nothing_into_the_repository(tree: WorkTree) -> None:
    tree.commit("a.py", LEAK)
    tree.stage("b.py", OTHER)
    before = tree.bytes_of()
    for words in ([], ["--files"], ["--since", "HEAD"], ["a.py"]):
        tree.scan(*words)
    assert tree.bytes_of() == before


def test_findings_that_no_ref_leads_to_are_counted_or_shown(tree: WorkTree) -> None:
    tree.commit("a.py", "a = 1\n")
    tree.git("hash-object", "-w", str(tree.write("lost.py", LEAK)))
    (tree.folder / "lost.py").unlink()
    told = tree.scan()
    assert told.code == 0
    assert "--unreachable shows them" in told.err
    assert tree.scan("--unreachable").code == 1


def test_where_a_history_cannot_be_read_nothing_counts_as_what_no_ref_leads_to(tree: WorkTree) -> None:
    tree.commit("a.py", LEAK)
    commit = tree.git("rev-parse", "HEAD").strip()
    (tree.folder / ".git/objects" / commit[:2] / commit[2:]).unlink()
    told = tree.scan("--history")
    assert told.code == 2
    assert "aws_access_key_id" in told.out or "github" in told.out
    assert "--unreachable" not in told.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["absent.py"], "No such file"),
        (["--range", "HEAD", "a.py"], "is not a repository"),
        (["--staged", "--show-secrets"], "--show-secrets is refused with --staged"),
        (["--pre-push", "--show-secrets"], "--show-secrets is refused with --pre-push"),
        (["--update-baseline"], "wants --baseline"),
        (["--jobs", "0"], "--jobs must be 1 or more"),
        (["--history", "--files"], "not allowed with"),
        (["--format", "xml"], "invalid choice"),
        (["--rules", "absent.toml", "a.py"], "absent.toml"),
        (["a.py", "--baseline", "absent.baseline"], "absent.baseline"),
        (["a.py", "--output", "absent/out.json"], "cannot write"),
    ],
)
def test_what_is_asked_wrongly_ends_with_2(tree: WorkTree, words: list[str], says: str) -> None:
    tree.write("a.py", "a = 1\n")
    told = tree.scan(*words)
    assert told.code == 2
    assert says in told.out + told.err
    assert "Traceback" not in told.err


def test_without_a_repository_something_must_be_named(tree: WorkTree, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    told = tree.scan(at="../plain")
    assert told.code == 2
    assert "irkit scan FILE" in told.err


def test_a_broken_repository_is_not_taken_for_a_folder(tree: WorkTree) -> None:
    tree.commit("a.py", LEAK)
    (tree.folder / ".git" / "HEAD").unlink()
    assert tree.scan(".").code == 2


def test_findings_are_told_even_when_something_else_cannot_be_read(tree: WorkTree) -> None:
    tree.write("a.py", LEAK)
    told = tree.scan("a.py", "absent.py", "--format", "jsonl")
    assert told.code == 2
    assert len(rows(told.out)) == 1


def test_a_file_named_like_a_command_is_scanned_by_its_path(tree: WorkTree) -> None:
    tree.write("org", LEAK)
    assert tree.scan("./org").code == 1


def test_values_are_shown_only_when_asked_with_a_warning(tree: WorkTree) -> None:
    tree.write("a.py", LEAK)
    told = tree.scan("a.py", "--show-secrets")
    assert planted.GITHUB in told.out
    assert "keep it out of logs" in told.err
    assert tree.scan("a.py", "--show-secrets", "--format", "sarif").code == 2


def test_a_report_can_be_written_to_a_file(tree: WorkTree) -> None:
    tree.write("a.py", LEAK)
    told = tree.scan("a.py", "--format", "json", "--output", "report.json")
    assert (told.code, told.out) == (1, "")
    report = json.loads((tree.folder / "report.json").read_text())
    assert len(report["findings"]) == 1
    assert tree.scan("a.py", "--show-secrets", "--format", "json", "--output", "secret.json").code == 1
    assert (tree.folder / "secret.json").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tree.folder.iterdir()) == [".git", "a.py", "report.json", "secret.json"]


def test_a_report_to_a_pipe_does_not_replace_the_pipe(tree: WorkTree) -> None:
    tree.write("a.py", LEAK)
    os.mkfifo(tree.folder / "pipe")
    reading = subprocess.Popen(["cat", str(tree.folder / "pipe")], stdout=subprocess.PIPE)
    assert tree.scan("a.py", "--format", "json", "--output", "pipe").code == 1
    assert len(json.loads(reading.communicate()[0])["findings"]) == 1
    assert (tree.folder / "pipe").is_fifo()


@pytest.mark.parametrize("form", ["human", "json", "jsonl", "csv", "sarif", "junit", "github"])
def test_every_format_is_written_for_every_mode(tree: WorkTree, form: str) -> None:
    tree.commit("a.py", LEAK)
    tree.stage("a.py", LEAK + OTHER)
    for words in ([], ["a.py"], ["--staged"], ["--files"]):
        told = tree.scan(*words, "--format", form)
        assert told.code == 1, told.err
        assert "a.py" in told.out
        assert planted.GITHUB not in told.out + told.err


def test_findings_below_the_confidence_asked_for_are_counted(tree: WorkTree) -> None:
    tree.write("a.env", f"{LEAK}DB_PASSWORD={planted.PASSWORD}\n")
    every = len(rows(tree.scan("a.env", "--format", "jsonl").out))
    sure = tree.scan("a.env", "--confidence", "high", "--format", "json")
    report = json.loads(sure.out)
    assert len(report["findings"]) == 1
    assert report["summary"]["confidence"] == "high"
    assert report["summary"]["below_confidence"] == every - 1 > 0


def test_a_users_rule_finds_what_ours_do_not(tree: WorkTree) -> None:
    tree.write(
        "mine.toml",
        '[[rule]]\nid = "acme_key"\ntitle = "Acme key"\nseverity = "high"\nconfidence = "high"\n'
        "pattern = '(?P<value>acme_[0-9]{12})'\nmatches = ['acme_${digits:12}']\n",
    )
    number = planted.SLACK.split("-")[1]
    tree.write("a.py", f"key = 'acme_{number}'\n")
    assert tree.scan("a.py").code == 0
    told = tree.scan("a.py", "--rules", "mine.toml", "--format", "jsonl")
    assert [row["rule"] for row in rows(told.out)] == ["acme_key"], told.err


def test_a_baseline_takes_out_what_it_accepts(tree: WorkTree) -> None:
    tree.commit("a.py", LEAK)
    assert tree.scan("--baseline", ".secrets.baseline", "--update-baseline").code == 0
    assert tree.scan("--baseline", ".secrets.baseline").code == 0
    tree.write("b.py", OTHER)
    told = tree.scan("--baseline", ".secrets.baseline", "--format", "jsonl")
    assert places(told.out) == {(tail(OTHER_TOKEN), "b.py")}


@pytest.mark.parametrize("words", [["a.py"], ["--files"], ["--history"], []])
def test_a_scan_loads_nothing_of_the_outside(tree: WorkTree, words: list[str]) -> None:
    tree.commit("a.py", LEAK)
    out = tree.scan(*words, "--format", "csv", start=("-c", LOOK)).out.splitlines()[-1]
    code, loaded = json.loads(out)
    assert code == 1
    assert set(loaded) & HEAVY == set()


def test_what_is_not_needed_is_not_loaded_before_other_processes_look_at_the_objects(tree: WorkTree) -> None:
    tree.commit("a.py", LEAK)
    ran = tree.scan("--history", "--no-cache", start=("-c", LOOK_AT_FORK))
    loaded = ran.err.splitlines()[0].split()
    assert "irkit.scan.objects.families" in loaded
    assert not {"json", "shutil", "typing"} & set(loaded)
