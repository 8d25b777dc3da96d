from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest

from irkit.cli.leaked_text import add_secret, give_again
from irkit.config import load
from irkit.errors import UsageError
from irkit.incident.events import Mode
from irkit.runbook.shelf import taken
from irkit.wiring.incidents import session_of
from irkit.wiring.inputs import given
from irkit.wiring.session import Session, opened_session

TEXT = "the text that leaked"


@pytest.fixture
def resumed(tmp_path: Path) -> Session:
    """An incident as a second process has it: nothing that was pasted into the first is known."""
    settings = load(environment={}, flags={"data_folder": str(tmp_path)})
    runbook = taken("runtime_leak", settings.runbooks_folder)
    known = given(runbook, {"paths": ["/var/log/app"]})
    first = opened_session(settings, runbook, known, Mode.DRY_RUN)
    return session_of(settings, first.folder.incident)


def said(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_secret(parser)
    return parser.parse_args(words)


def test_a_resumed_process_knows_the_text_that_is_given_again(
    resumed: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TEXT}\n"))
    give_again(said("--secret-stdin"), resumed)
    assert [secret.reveal() for secret in resumed.outside.known_secrets.given()] == [TEXT]


def test_without_it_nothing_is_known(resumed: Session) -> None:
    give_again(said(), resumed)
    assert resumed.outside.known_secrets.given() == ()


def test_an_empty_text_is_refused(resumed: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(" "))
    with pytest.raises(UsageError, match="empty"):
        give_again(said("--secret-stdin"), resumed)
