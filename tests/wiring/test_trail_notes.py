from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from irkit.config import load
from irkit.incident.events import Mode, NoteAdded
from irkit.report.statement import Basis
from irkit.report.timeline import Detail, timeline
from irkit.runbook.load import loads
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session
from irkit.wiring.trail_notes import add_to_timeline
from tests.cloudtrail.made import KEY, START, made

ASK = loads(
    "runbook: ask\ntitle: Ask\nseverity: SEV4\nsummary: Asks.\ninputs: {}\nsteps:\n"
    "  ask: {uses: human.note, with: {prompt: What happened}}\n",
    "ask.yaml",
)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "tester"))  # asks no AWS
    settings = load(environment={}, flags={"data_folder": str(tmp_path)})
    return opened_session(settings, ASK, Given({}, {}), Mode.DRY_RUN)


def test_a_record_stands_in_the_timeline_at_its_own_time(session: Session) -> None:
    read = made("secretsmanager:GetSecretValue", requestParameters={"secretId": "prod/payments/db"})
    add_to_timeline(session, [read])
    first = timeline(session.journal.records(), detail=Detail.MAIN)[0]
    assert (first.at, first.clock, first.basis) == (START, "CloudTrail", Basis.OBSERVED)
    assert first.text == (
        "CloudTrail: secretsmanager:GetSecretValue by user/svc-deploy from 203.0.113.9: prod/payments/db"
    )


def test_the_journal_cites_the_raw_record_by_its_hash(session: Session) -> None:
    one = made("iam:CreateUser", errorCode="AccessDenied")
    event = add_to_timeline(session, [one], why="first try").records[0].event
    assert isinstance(event, NoteAdded)
    assert event.cited is not None
    assert event.cited.sha256 == hashlib.sha256(one.text.encode()).hexdigest()
    assert (event.cited.event_id, event.cited.key_id, event.cited.error) == (one.event_id, KEY, "AccessDenied")
    assert event.text.endswith("(AccessDenied); first try")


def test_a_record_without_its_text_is_fetched_or_said_to_have_no_hash(session: Session) -> None:
    bare, other = made("iam:CreateUser")._replace(text=""), made("iam:DeleteUser", 1)._replace(text="")
    hashes = []
    for records, raw in (([bare], lambda _: "the raw text"), ([other], None)):
        event = add_to_timeline(session, records, raw).records[0].event
        assert isinstance(event, NoteAdded)
        assert event.cited is not None
        hashes.append(event.cited.sha256)
    assert hashes == [hashlib.sha256(b"the raw text").hexdigest(), ""]


def test_a_record_is_in_the_timeline_once(session: Session) -> None:
    later, sooner = made("iam:CreateUser", 5), made("iam:GetUser", 1)
    first = add_to_timeline(session, [later, sooner, later])
    again = add_to_timeline(session, [later])
    assert [each.at for each in first.records] == [sooner.at, later.at]
    assert (first.known, again.records, again.known) == (0, (), 1)
