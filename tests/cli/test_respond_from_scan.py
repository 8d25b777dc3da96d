"""``irkit scan``, then ``irkit respond key_leak --from-scan``: as a user runs them, and against a rehearsal cloud."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from irkit.config import load
from irkit.drill.rehearsal import Rehearsal
from irkit.wiring.drills import Tempo, Terms, begin
from tests.e2e.commands import Command
from tests.scan import planted
from tests.scan.work_tree import WorkTree

ENV = f"AWS_ACCESS_KEY_ID={planted.KEY_ID}\nAWS_SECRET_ACCESS_KEY={planted.AWS_SECRET}\n"
REST = [
    *("--input", "repository=acme/payments", "--input", "secret_id=prod/aws"),
    *("--input", "repository_url=https://127.0.0.1:9/acme/payments.git", "--display", "plain"),
]


@pytest.fixture(scope="session")
def cache(rules_cache: Path) -> Path:
    return rules_cache


@pytest.fixture
def irkit(tmp_path: Path, cache: Path) -> Command:
    """With AWS at a port where nobody listens; the scan's rules are compiled once for all."""
    home = Command(tmp_path)
    (tmp_path / ".cache").symlink_to(cache)
    aws, none = tmp_path / "aws", tmp_path / "none"
    aws.write_text("[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:9\nmax_attempts = 1\n")
    none.write_text("")
    own = tmp_path / "config" / "irkit"
    own.mkdir(parents=True)
    (own / "config.toml").write_text(f'[aws]\nconfig_file = "{aws}"\ncredentials_file = "{none}"\n')
    return home


@pytest.fixture
def leaked(irkit: Command) -> Path:
    """A repository with a key, scanned; the report's file."""
    (irkit.home / "tree").mkdir()
    tree = WorkTree(irkit.home / "tree", irkit.home / ".cache")
    tree.commit("prod.env", ENV)
    report = irkit.home / "scan.json"
    told = irkit.run("scan", str(tree.folder), "--format", "json", "--output", str(report))
    assert told.returncode == 1, told.stderr
    return report


def within(folder: Path, irkit: Command, *words: str) -> subprocess.CompletedProcess[str]:
    """Run irkit in a folder."""
    command = [sys.executable, "-m", "irkit.cli.main", *words]
    return subprocess.run(command, cwd=folder, env=irkit.environment, capture_output=True, text=True, check=False)


def notes(irkit: Command, incident: str) -> list[str]:
    told = irkit.run("timeline", incident, "--format", "json").stdout
    return [line for line in told.splitlines() if "from irkit scan" in line]


def test_a_finding_begins_a_dry_run_whose_journal_says_where_it_came_from(irkit: Command, leaked: Path) -> None:
    respond = ["respond", "key_leak", "--from-scan", str(leaked), "--scanned", str(irkit.home / "tree" / "repo")]
    ended = irkit.run(*respond, *REST)
    assert f"from the scan: key_id AKIA…{planted.KEY_ID[-4:]}" in ended.stderr
    assert "DRY-0001 opened, DRY-RUN" in ended.stderr
    mark = json.loads(leaked.read_text())["findings"][1]["fingerprint"]
    (note,) = notes(irkit, "DRY-0001")
    assert mark in note
    assert "https://127.0.0.1:9/acme/payments.git#" in note
    assert f"@{ENV.index(planted.KEY_ID)}+20" in note
    assert irkit.run("verify", "DRY-0001").returncode == 0
    kept = [file.read_bytes() for file in (irkit.data / "incidents").rglob("*") if file.is_file()]
    assert any(planted.KEY_ID.encode() in each for each in kept), "it is an input"
    assert not any(planted.AWS_SECRET.encode() in each for each in kept)


def test_the_secret_of_a_key_begins_one_and_is_stored_nowhere(irkit: Command, leaked: Path) -> None:
    found = json.loads(leaked.read_text())["findings"][0]
    assert found["rule"] == "aws_secret_access_key"
    respond = ["respond", "key_leak", "--from-scan", "-", "--finding", found["fingerprint"], *REST]
    ended = irkit.run(*respond, "--scanned", str(irkit.home / "tree" / "repo"), stdin=leaked.read_text())
    assert "from the scan: credential read again (not shown, not stored)" in ended.stderr
    assert "DRY-0001 opened" in ended.stderr
    assert planted.AWS_SECRET not in ended.stdout + ended.stderr
    kept = [file.read_bytes() for file in irkit.data.rglob("*") if file.is_file()]
    assert any(planted.KEY_ID.encode() in each for each in kept)
    assert not any(planted.AWS_SECRET.encode() in each for each in kept)


def test_what_the_scan_does_not_know_is_still_asked_for(irkit: Command, leaked: Path) -> None:
    ended = irkit.run("respond", "key_leak", "--from-scan", str(leaked), "--scanned", str(irkit.home / "tree" / "repo"))
    assert ended.returncode == 2
    assert "key_leak needs repository" in ended.stderr
    assert "secret_id" in ended.stderr
    assert "key_id (" not in ended.stderr
    assert not (irkit.data / "incidents").exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--from-scan", "{report}"], 4, "cannot be read again"),
        (["--from-scan", "{report}", "--finding", "fp_f00"], 2, "no finding fp_f00"),
        (["--from-scan", "{report}", "--scanned", "absent"], 2, "there is no absent"),
        (["--from-scan", "absent.json"], 2, "cannot read absent.json"),
        (["--from-scan", "-"], 2, "is no report of a scan"),
        (["--from-scan", "-", "--secret-stdin"], 2, "not both"),
        (["--finding", "fp_f00"], 2, "--finding goes with --from-scan"),
    ],
)
def test_what_cannot_be_taken_over_opens_no_incident(
    irkit: Command, leaked: Path, words: list[str], code: int, says: str
) -> None:
    ended = irkit.run("respond", "key_leak", *[word.format(report=leaked) for word in words], *REST, stdin="no report")
    assert ended.returncode == code, ended.stderr
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (irkit.data / "incidents").exists()


@pytest.mark.parametrize("named", [[], ["{tree}"], ["prod.env"]])
def test_the_advice_of_a_scan_is_commands_that_work(irkit: Command, leaked: Path, named: list[str]) -> None:
    leaked.unlink()
    tree = irkit.home / "tree" / "repo"
    told = within(tree, irkit, "scan", *[word.format(tree=tree) for word in named]).stderr
    advised = next(line.strip() for line in told.splitlines() if "--from-scan" in line)
    assert advised.startswith("irkit scan ")
    first, second = (shlex.split(each)[1:] for each in advised.split("; "))
    assert second[:4] == ["respond", "key_leak", "--from-scan", "scan.json"]
    at = irkit.home if named == ["{tree}"] else tree
    assert within(at, irkit, *first).returncode == 1
    assert "DRY-0001 opened" in within(at, irkit, *second, *REST).stderr


@pytest.fixture
def rehearsal(irkit: Command) -> Iterator[Rehearsal]:
    own = load(environment={}, flags={"data_folder": str(irkit.data), "identity": "kim"})
    _, running = begin(own, "key_leak", 1, Terms(tempo=Tempo.QUICK))
    yield running
    running.stop()


def test_a_clone_that_was_scanned_answers_the_incident_of_its_key(irkit: Command, rehearsal: Rehearsal) -> None:
    facts = rehearsal.facts
    bare = next(folder for folder in (rehearsal.folder / "git").rglob("*.git") if folder.is_dir())
    clone = irkit.home / "clone"
    subprocess.run(["git", "clone", "-q", "--mirror", str(bare), str(clone)], check=True, env=irkit.environment)
    subprocess.run(
        ["git", "-C", str(clone), "remote", "set-url", "origin", facts.repository_url],
        check=True,
        env=irkit.environment,
    )
    irkit.run("scan", str(clone), "--format", "json", "--output", "scan.json")
    report = json.loads((irkit.home / "scan.json").read_text())
    mark = next(one["fingerprint"] for one in report["findings"] if one["last4"] == f"…{facts.key_id[-4:]}")
    respond = ["respond", "key_leak", "--from-scan", "scan.json", "--scanned", "clone", "--finding", mark]
    given = ["--input", f"secret_id={facts.secret_id}", "--config", facts.config_file, "--display", "plain"]
    ended = irkit.run(*respond, *given)
    assert "DRY-0001 opened" in ended.stderr, ended.stderr
    steps = {each["step"]: each for each in json.loads(irkit.run("status", "DRY-0001", "--json").stdout)["steps"]}
    assert steps["identify_key"]["state"] == "done", ended.stderr
    assert steps["find_in_history"]["state"] == "done", ended.stderr
    assert steps["deactivate_key"]["state"] == "previewed"
