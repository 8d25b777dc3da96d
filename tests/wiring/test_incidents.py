from __future__ import annotations

from pathlib import Path

import pytest

from irkit.config import Config, load
from irkit.engine.executor import Until
from irkit.errors import ModeMixed
from irkit.incident.events import Mode
from irkit.runbook.load import loads
from irkit.wiring.cards import cards
from irkit.wiring.incidents import session_of
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, opened_session

ASK = loads(
    "runbook: ask\ntitle: Ask\nseverity: SEV4\nsummary: Asks.\ninputs: {}\nsteps:\n"
    "  ask: {uses: human.note, with: {prompt: What happened}}\n",
    "ask.yaml",
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "tester"))  # asks no AWS
    return load(environment={}, flags={"data_folder": str(tmp_path)})


@pytest.mark.parametrize("link", [None, "", "{", "[]", '{"elsewhere": 1}'])
def test_a_drill_that_does_not_know_its_cloud_never_acts_on_the_users_own(settings: Config, link: str | None) -> None:
    """A drill killed between its opening and the link to its cloud must not fall back to the live configuration."""
    drill = opened_session(settings, ASK, Given({}, {}), Mode.DRILL)
    if link is not None:
        (drill.folder.path / "drill.json").write_text(link)
    with pytest.raises(ModeMixed, match="rehearsal cloud"):
        session_of(settings, drill.folder.incident).run(Until.NOTHING_READY)
    assert [record.event.kind for record in drill.journal.records()] == ["incident_opened"]


def test_an_incident_that_cannot_be_read_hides_no_other(settings: Config) -> None:
    broken = opened_session(settings, ASK, Given({}, {}), Mode.DRY_RUN)
    whole = opened_session(settings, ASK, Given({}, {}), Mode.DRY_RUN)
    broken.journal.close()
    broken.folder.journal.write_bytes(b"spilled coffee" * 100)
    shown = {card.incident: card.words for card in cards(settings)}
    assert "cannot be read" in shown[broken.folder.incident]
    assert shown[whole.folder.incident].startswith("0 of 1 steps over")
