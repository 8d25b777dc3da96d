"""`irkit drill score`: told when a drill is over, and not a moment before."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from irkit.cli.drill_score import show
from irkit.cli.main import main
from irkit.config import Config, load
from irkit.drill.judgement import NAME, PAGE, Judgement
from irkit.drill.score import Score
from irkit.errors import IrkitError, Refused
from irkit.incident.events import Mode
from irkit.wiring.incidents import link_world
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session
from tests.drill.verdicts import BELIEF, TRIES, TRUTH, at, score
from tests.wiring.test_incidents import ASK


@pytest.fixture
def drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "tester"))  # asks no AWS
    settings: Config = load(environment={}, flags={"data_folder": str(tmp_path)})
    session = opened_session(settings, ASK, Given({}, {}), Mode.DRILL)
    link_world(session.folder, tmp_path / "world")
    return session


def arguments(*, json: bool = False) -> argparse.Namespace:
    return argparse.Namespace(json=json)


def judged(session: Session) -> None:
    judgement = Judgement(
        incident=session.folder.incident, judged_at=at(100), score=score(), truth=TRUTH, tries=TRIES, belief=BELIEF
    )
    (session.folder.path / NAME).write_text(judgement.model_dump_json())
    (session.folder.path / PAGE).write_text("# The page\n")


def test_a_drill_that_runs_tells_nothing(drill: Session) -> None:
    with pytest.raises(Refused, match="not over") as refusal:
        show(drill, arguments())
    assert f"irkit abort {drill.folder.incident}" in refusal.value.hint
    assert not (drill.folder.path / NAME).exists()


def test_an_aborted_drill_whose_cloud_is_gone_says_that_it_was_not_judged(drill: Session) -> None:
    drill.orders.abort("enough")
    with pytest.raises(IrkitError, match="was not judged before"):
        show(drill, arguments())


def test_a_judged_drill_is_told_again(drill: Session, capsys: pytest.CaptureFixture[str]) -> None:
    judged(drill)
    assert show(drill, arguments()) == 0
    assert capsys.readouterr().out == "# The page\n"
    assert show(drill, arguments(json=True)) == 0
    assert Score.model_validate_json(capsys.readouterr().out) == score()


def test_what_is_no_drill_has_no_score(drill: Session) -> None:
    (drill.folder.path / "drill.json").unlink()
    with pytest.raises(IrkitError, match="no drill"):
        show(drill, arguments())


@pytest.mark.parametrize("word", ["stop", "score", "second"])
def test_which_drill_is_asked_for_where_none_is_named(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", word]) == 2
    assert "irkit list" in capsys.readouterr().err
