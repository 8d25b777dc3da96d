from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from irkit.config import Config, load
from irkit.contract import Effect
from irkit.engine.endings import IRKIT
from irkit.incident import events as ev
from irkit.incident.events import Mode, StepId
from irkit.incident.journal import Happened
from irkit.runbook.load import loads
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session
from irkit.wiring.usual import usual

HEAD = "title: Look\nseverity: SEV4\nsummary: Looks.\ninputs: {}\nsteps:\n  look: {uses: aws.prove_not_self}\n"
LOOK = StepId("look")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "nobody"))  # asks no AWS
    return load(environment={}, flags={"data_folder": str(tmp_path)})


def incident(settings: Config, seconds: float | None, mode: Mode = Mode.LIVE, name: str = "look") -> Session:
    """One whose step took so long; None: it never ended."""
    session = opened_session(settings, loads(f"runbook: {name}\n{HEAD}", "look.yaml"), Given({}, {}), mode)
    start = datetime(2026, 1, 7, tzinfo=UTC)
    began = ev.StepStarted(step=LOOK, attempt=1, effect=Effect.READ)
    session.journal.append(began, actor=IRKIT, happened=Happened(start))
    if seconds is not None:
        done = ev.StepDone(step=LOOK, attempt=1, results=({},), summary="")
        session.journal.append(done, actor=IRKIT, happened=Happened(start + timedelta(seconds=seconds)))
    return session


def test_the_usual_time_is_the_median_of_earlier_incidents_of_the_same_runbook(settings: Config) -> None:
    for seconds in (2, 100, 4):
        incident(settings, seconds)
    incident(settings, 50, name="other")
    assert usual(incident(settings, None)) == {LOOK: timedelta(seconds=4)}


def test_a_drill_says_nothing_of_how_long_it_takes_in_earnest(settings: Config) -> None:
    incident(settings, 2, Mode.DRILL)
    assert usual(incident(settings, None)) == {}


def test_a_journal_that_cannot_be_read_hides_no_other(settings: Config) -> None:
    broken = incident(settings, 9)
    broken.journal.close()
    broken.folder.journal.write_bytes(b"no database")
    incident(settings, 2)
    assert usual(incident(settings, None)) == {LOOK: timedelta(seconds=2)}
