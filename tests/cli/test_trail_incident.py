"""``irkit trail`` in an incident's name: its span of time, its key, its store, its timeline."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from irkit.cli.main import main
from irkit.cloudtrail.places import store_folder
from irkit.config import load
from irkit.incident.events import Mode
from irkit.runbook.load import loads
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session
from irkit.wiring.trail_scope import scope_of
from tests.cli.test_trail import log
from tests.cloudtrail.made import KEY, body

LEAK = loads(
    "runbook: leak\ntitle: Leak\nseverity: SEV1\nsummary: Asks.\n"
    "inputs: {key_id: {type: text, title: Key}, lookback_hours: {type: number, title: Hours}}\nsteps:\n"
    "  ask: {uses: human.note, with: {prompt: $inputs.key_id}}\n",
    "leak.yaml",
)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("IRKIT_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "tester"))  # asks no AWS
    return opened_session(load(), LEAK, Given({"key_id": KEY, "lookback_hours": 48}, {}), Mode.LIVE)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    now = datetime.now(UTC)
    times = [now - timedelta(hours=hours) for hours in (1, 5, 72)]
    written = [body("iam:GetUser", eventTime=f"{each:%Y-%m-%dT%H:%M:%SZ}") for each in times]
    stranger = {"type": "IAMUser", "accessKeyId": "AKIAQ3EGUZ7LMNOTHERS", "userName": "bob"}
    log(tmp_path / "logs", *written, body("iam:ListUsers", eventTime=written[0]["eventTime"], userIdentity=stranger))
    return tmp_path / "logs"


def test_the_incidents_key_and_span_go_without_saying_and_are_told(
    session: Session, logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    incident = session.folder.incident
    words = ["trail", "activity", "--incident", incident, "--from", str(logs), "--format", "json"]
    assert main(words) == 0
    told = capsys.readouterr()
    assert [row["call"] for row in json.loads(told.out)["rows"]] == ["iam:GetUser", "iam:GetUser"]
    assert f"the span is that of {incident}" in told.err
    assert f"the key of {incident}, {KEY}" in told.err
    assert main([*words, "--user", "bob", "--since", "9d"]) == 0
    told = capsys.readouterr()
    assert [row["call"] for row in json.loads(told.out)["rows"]] == ["iam:ListUsers"]
    assert incident not in told.err


def test_an_incident_keeps_its_stores_in_its_own_folder(session: Session, logs: Path) -> None:
    scope = scope_of(load(), session.folder.incident)
    assert scope.stores == session.folder.path / "cloudtrail"
    assert store_folder([str(logs)], scope.stores) == store_folder([f"{logs}/", str(logs)], scope.stores)
    assert store_folder([str(logs)], scope.stores) != store_folder(["s3://acme-trail"], scope.stores)


def test_a_record_is_put_into_the_timeline_by_its_id_or_its_locator(
    session: Session, logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    incident = session.folder.incident
    main(["trail", "activity", "--from", str(logs), "--since", "2h", "--format", "json"])
    first, second = json.loads(capsys.readouterr().out)["rows"]
    place = ["--incident", incident, "--from", str(logs)]
    assert main(["trail", "add", first["event_id"], "--why", "first use", *place]) == 0
    assert main(["trail", "add", second["locator"], first["locator"], *place]) == 0
    assert "1 of them stood in the timeline already" in capsys.readouterr().err
    assert main(["timeline", incident, "--format", "json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    cited = [row for row in rows if row["clock"] == "CloudTrail"]
    assert [row["at"][:19] for row in cited] == [first["at"][:19]] * 2
    assert sum("first use" in row["text"] for row in cited) == 1


def test_adding_wants_an_incident_and_an_incident_that_there_is(
    session: Session, logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trail", "add", "e-1", "--from", str(logs)]) == 2
    assert "--incident" in capsys.readouterr().err
    assert main(["trail", "activity", "--incident", "INC-9999", "--from", str(logs)]) == 2
    assert session.folder.incident in capsys.readouterr().err
