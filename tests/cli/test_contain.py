from __future__ import annotations

import json
from pathlib import Path

import pytest

from irkit.cli import contain
from irkit.cli.dispatch import dispatch
from irkit.cli.main import COMMANDS
from irkit.cli.status_credentials import alarms, status_credentials
from irkit.config import load
from irkit.contract import Change, Effect, Plan, Seen
from irkit.engine.approval import plan_hash
from irkit.incident import events as ev
from irkit.incident.events import Direction, Mode, StepId
from irkit.incident.lives import lives
from irkit.runbook.load import loads
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session
from tests.incident.biography import Biography, sighting

ACTION = "github.disable_webhook"  # any reversible one
BOOK = loads(
    "runbook: cut\ntitle: Cut\nseverity: SEV1\nsummary: Cuts.\ninputs: {}\nsteps:\n"
    f"  deny: {{uses: {ACTION}, phase: contain}}\n"
    f"  deactivate: {{uses: {ACTION}, phase: contain, needs: [deny]}}\n",
    "cut.yaml",
)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "nobody"))  # asks no AWS
    settings = load(environment={}, flags={"data_folder": str(tmp_path)})
    return planned(opened_session(settings, BOOK, Given({}, {}), Mode.LIVE), "deny")


def planned(session: Session, step: str) -> Session:
    plan = Plan(
        summary=f"{step} svc-deploy",
        changes=(Change(target="user svc-deploy", before="free", after="denied"),),
        blast="svc-deploy stops",
        undo="take it away again",
    )
    digest = plan_hash(StepId(step), Direction.DO, Effect.REVERSIBLE, [plan])
    for event in (
        ev.StepStarted(step=StepId(step), attempt=1, effect=Effect.REVERSIBLE),
        ev.StepPlanned(step=StepId(step), attempt=1, effect=Effect.REVERSIBLE, plans=(plan,), plan_hash=digest),
    ):
        session.journal.append(event, actor=session.me)
    return session


def irkit(session: Session, *words: str) -> int:
    data = str(session.config.data_folder)
    return dispatch(["contain", session.folder.incident, "--data", data, *words], COMMANDS)


def hash_of(session: Session, step: str) -> str:
    return session.journal.state().step(StepId(step)).plan_hash or ""


def test_without_a_terminal_it_lists_and_says_how_to_start(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert irkit(session) == contain.WAITS
    out, err = capsys.readouterr()
    assert "user svc-deploy: free -> denied" in out
    assert "no plan yet: deactivate: waits for deny" in out
    assert f"--yes {hash_of(session, 'deny')[:12]}" in err
    assert session.journal.state().step(StepId("deny")).approvals == ()


def test_the_hashes_that_were_seen_start_their_plans(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    planned(session, "deactivate")
    assert irkit(session, "--yes", hash_of(session, "deny")[:8], hash_of(session, "deactivate")) == 0
    steps = session.journal.state().steps
    assert {step: len(now.approvals) for step, now in steps.items()} == {"deny": 1, "deactivate": 1}
    assert "no runner is at work" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["00000000", "ab", ""])
def test_one_hash_that_is_of_no_plan_starts_none(
    session: Session, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert irkit(session, "--yes", hash_of(session, "deny"), wrong) == 4
    assert "nothing was started" in capsys.readouterr().err
    assert session.journal.state().step(StepId("deny")).approvals == ()


def test_what_is_asked_at_a_terminal_is_no_by_default(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for answer, approvals in (("\n", 0), ("y\n", 1)):
        monkeypatch.setattr("sys.stdin", _Terminal(answer))
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        irkit(session)
        assert "Start these 1 plans" in capsys.readouterr().err
        assert len(session.journal.state().step(StepId("deny")).approvals) == approvals


class _Terminal:
    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._answer


def test_programs_get_the_plans_and_start_nothing(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert irkit(session, "--json") == contain.WAITS
    told = json.loads(capsys.readouterr().out)
    assert [each["plan"] for each in told["offered"]] == [hash_of(session, "deny")]
    assert session.journal.state().step(StepId("deny")).approvals == ()


def test_the_status_names_what_is_alive_again_and_never_calls_a_cut_a_proof() -> None:
    story = Biography().cut()
    assert "acknowledged  key …WXYZ of svc-deploy  no refusal seen yet" in status_credentials(lives(story.records))
    assert alarms(lives(story.records)) == []
    risen = lives(story.looked(sighting(Seen.DENIED, 30)).looked(sighting(Seen.ALIVE, 40)).records)
    assert alarms(risen)[0].startswith("ALIVE AGAIN: key …WXYZ of svc-deploy: accepted at 06:00:40Z")
