from __future__ import annotations

import json
from pathlib import Path

import pytest

from irkit.config import load
from irkit.errors import IrkitError, OutsideError
from irkit.incident.events import Mode, NoteAdded
from irkit.wiring.desk import HomeDesk, SessionDesk
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session
from tests.wiring.test_trail_notes import ASK

REAL = Path(__file__).parents[1] / "data" / "cloudtrail" / "invictus.jsonl"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """An incident whose CloudTrail lies in a file."""
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "tester"))  # asks no AWS
    lines = REAL.read_text(encoding="utf-8").splitlines()
    whole = json.dumps({"Records": [json.loads(line) for line in lines]})
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "all.json").write_text(whole, encoding="utf-8")
    config = tmp_path / "config.toml"
    config.write_text(f'[cloudtrail]\nsource = ["{tmp_path / "logs"}"]\n', encoding="utf-8")
    settings = load(config, environment={}, flags={"data_folder": str(tmp_path / "data")})
    return opened_session(settings, ASK, Given({}, {}), Mode.DRY_RUN)


def test_an_incident_s_trail_is_its_source_over_its_time_and_writes_into_its_timeline(session: Session) -> None:
    desk = SessionDesk(session).trail()
    assert desk.incident == session.folder.incident
    span = desk.first.query.span
    assert span is not None
    opened_at = session.journal.state().opened_at
    assert opened_at is not None
    assert span.start < opened_at <= span.end
    look = desk.source.look(desk.first.query.within(()))
    records = [one for batch in look for one in batch.records]
    assert len({one.event_id for one in records}) == 17
    assert desk.add_to_timeline is not None
    assert desk.add_to_timeline(records[:2], "the first try") == 2
    assert desk.add_to_timeline(records[:3], "") == 1
    notes = [each.event for each in session.journal.records() if isinstance(each.event, NoteAdded)]
    assert {each.cited.event_id for each in notes if each.cited} == {one.event_id for one in records[:3]}
    assert notes[0].text.endswith("; the first try")


def test_a_record_is_read_again_where_it_lies(session: Session) -> None:
    desk = SessionDesk(session).trail()
    one = next(one for batch in desk.source.look(desk.first.query.within(())) for one in batch.records)
    assert desk.raw is not None
    assert json.loads(desk.raw(one.locator))["eventID"] == one.event_id
    with pytest.raises(IrkitError):
        desk.raw(one.locator._replace(place=str(REAL.parent / "gone.json")))


def test_home_s_trail_is_the_configured_one_of_all_time_without_a_timeline(session: Session) -> None:
    desk = HomeDesk(session.config).trail()
    assert desk.first.query.windows == ()
    assert (desk.add_to_timeline, desk.incident) == (None, "")
    assert desk.source.label.endswith("logs")


def test_a_source_that_is_not_there_is_an_error_that_a_screen_can_show(session: Session) -> None:
    (Path(session.config.cloudtrail.source[0]) / "all.json").unlink()
    Path(session.config.cloudtrail.source[0]).rmdir()
    with pytest.raises(IrkitError) as caught:
        SessionDesk(session).trail()
    assert not isinstance(caught.value, OutsideError)
    assert caught.value.hint
