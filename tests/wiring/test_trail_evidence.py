"""A trail's log files kept in an incident: one event in the journal, whose hash is the bundle's manifest."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from irkit.cloudtrail.integrity.bundle import Bundle
from irkit.cloudtrail.integrity.finding import Verdict
from irkit.cloudtrail.integrity.holding import holding
from irkit.cloudtrail.integrity.s3_objects import S3Objects
from irkit.cloudtrail.integrity.verify import verify
from irkit.cloudtrail.kept import Keep
from irkit.config import load
from irkit.drill.world import estate
from irkit.errors import UsageError
from irkit.incident.events import EvidenceKept, Mode
from irkit.report.evidence import Condition, exhibits
from irkit.runbook.load import loads
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session
from irkit.wiring.trail_evidence import keep_in_incident
from irkit.wiring.trail_scope import Scope

if TYPE_CHECKING:
    from irkit.drill.world.world import World

RUNBOOK = loads(
    "runbook: leak\ntitle: Leak\nseverity: SEV1\nsummary: Asks.\ninputs: {}\nsteps:\n"
    "  ask: {uses: human.note, with: {prompt: Say it.}}\n",
    "leak.yaml",
)


@pytest.fixture
def session(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "tester"))
    config = replace(load(Path(world.facts.config_file), environment={}), data_folder=tmp_path / "data")
    return opened_session(config, RUNBOOK, Given({}, {}), Mode.LIVE)


def source(session: Session) -> S3Objects:
    found = holding(f"s3://{estate.TRAIL_BUCKET}/AWSLogs", lambda: session.outside.clients("trail"))
    assert isinstance(found, S3Objects)
    return found


def test_the_journal_has_one_event_with_the_hash_of_the_manifest(world: World, session: Session) -> None:
    world.aws.deliver()
    scope = Scope(session.config, session.folder.path / "cloudtrail", session)
    folder = keep_in_incident(scope, source(session), Keep.WHOLE, lambda _: None)
    (event,) = [one.event for one in session.journal.records() if isinstance(one.event, EvidenceKept)]
    assert folder.is_relative_to(session.folder.evidence)
    assert event.sha256 == hashlib.sha256((folder / "manifest.jsonl").read_bytes()).hexdigest()
    assert event.count == len(Bundle(folder).manifest.rows)
    assert [one.condition for one in exhibits(session.journal.records(), session.folder.path)] == [Condition.INTACT]
    assert verify(Bundle(folder)).verdict is Verdict.INTACT


def test_without_an_incident_nothing_is_kept_in_one(session: Session) -> None:
    with pytest.raises(UsageError, match="no incident"):
        keep_in_incident(Scope(session.config, Path()), source(session), Keep.WHOLE, lambda _: None)
