from __future__ import annotations

from pathlib import Path

import pytest

from irkit.config import load
from irkit.incident.events import Mode
from irkit.runbook.load import load as load_runbook
from irkit.runbook.shelf import shipped_folder
from irkit.wiring.incidents import session_of
from irkit.wiring.inputs import given
from irkit.wiring.session import opened_session
from tests.e2e.commands import Command

QUESTION = """\
runbook: ask
title: Ask
severity: SEV4
summary: Asks one thing.
inputs: {}
steps:
  ask: {uses: human.note, with: {prompt: What happened}}
"""


@pytest.fixture
def irkit(tmp_path: Path) -> Command:
    home = Command(tmp_path)
    (tmp_path / "config" / "irkit" / "runbooks").mkdir(parents=True)
    return home


def own(irkit: Command, name: str) -> Path:
    return irkit.home / "config" / "irkit" / "runbooks" / f"{name}.yaml"


def test_an_incident_goes_on_with_the_runbook_it_began_with_and_says_how_to_see_the_difference(irkit: Command) -> None:
    own(irkit, "ask").write_text(QUESTION)
    opened = irkit.run("respond", "ask", "--display", "plain")
    assert opened.returncode == 3, opened.stderr
    assert "your own" in opened.stderr
    own(irkit, "ask").write_text(QUESTION.replace("What happened", "Who did it"))
    status = irkit.run("status", "DRY-0001")
    assert len(status.stderr.splitlines()) == 1
    assert "has changed since DRY-0001 began (+1 -1 lines)" in status.stderr
    difference = irkit.run("status", "DRY-0001", "--drift").stdout
    assert "-  ask: {uses: human.note, with: {prompt: What happened}}" in difference
    assert "+  ask: {uses: human.note, with: {prompt: Who did it}}" in difference
    assert "What happened" in status.stdout
    assert "Who did it" not in status.stdout


def test_a_runbook_of_ones_own_that_replaces_a_shipped_one_says_so(irkit: Command) -> None:
    own(irkit, "key_leak").write_text(QUESTION.replace("runbook: ask", "runbook: key_leak"))
    opened = irkit.run("respond", "key_leak", "--display", "plain")
    assert "your own, replaces the shipped one" in opened.stderr
    assert "replaces the shipped one" in irkit.run("runbook", "list").stdout


def test_a_runbook_in_the_current_folder_is_not_found(irkit: Command) -> None:
    (irkit.home / "ask.yaml").write_text(QUESTION)
    refused = irkit.run("respond", "ask")
    assert refused.returncode == 2
    assert "there is no runbook 'ask'" in refused.stderr


def test_an_incident_opens_even_when_aws_does_not_answer(tmp_path: Path) -> None:
    """It says so in the place where the identity stands; nothing is sent: the endpoint is a closed port."""
    files = {"config": "[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:9\n", "credentials": ""}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    flags = {
        "data_folder": str(tmp_path / "data"),
        "aws.config_file": str(tmp_path / "config"),
        "aws.credentials_file": str(tmp_path / "credentials"),
    }
    config = load(environment={}, flags=flags)
    book = load_runbook(shipped_folder() / "key_leak.yaml")
    words = {"key_id": "AKIAIOSFODNN7EXAMPLE", "repository": "a/b", "repository_url": "u", "secret_id": "s"}
    session = opened_session(config, book, given(book, words), Mode.DRY_RUN)
    assert session.opened.acting_as.startswith("unknown")
    assert session_of(config, "DRY-0001").opened == session.opened
