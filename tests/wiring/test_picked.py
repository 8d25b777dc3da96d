"""Picking from a list: by an option or its end, one, several or none, and when a reason is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.cli.frontier import frontier
from irkit.config import load
from irkit.contract import Effect
from irkit.engine.endings import IRKIT
from irkit.engine.executor import Outcome
from irkit.errors import UsageError
from irkit.incident import events as ev
from irkit.incident.events import Mode, StepId
from irkit.runbook.load import loads
from irkit.tui.desk import QuestionKind
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session

ACCOUNT = "arn:aws:iam::111122223333"
SVC, BOT, ROLE = f"{ACCOUNT}:user/svc", f"{ACCOUNT}:user/bot", f"{ACCOUNT}:role/bot"
PICK, ASK = StepId("pick"), StepId("ask")
RUNBOOK = loads(
    "runbook: whom\ntitle: Whom\nseverity: SEV4\nsummary: Asks.\ninputs: {}\nsteps:\n"
    "  pick:\n    uses: human.pick\n"
    f"    with: {{question: Whom, options: ['{SVC}', '{BOT}', '{ROLE}'], recommended: ['{SVC}']}}\n"
    "  ask: {uses: human.decide, with: {question: Which, options: [a, b]}}\n",
    "whom.yaml",
)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "nobody"))  # asks no AWS
    settings = load(environment={}, flags={"data_folder": str(tmp_path)})
    session = opened_session(settings, RUNBOOK, Given({}, {}), Mode.LIVE)
    for step in (PICK, ASK):
        session.journal.append(ev.StepStarted(step=step, attempt=1, effect=Effect.HUMAN), actor=IRKIT)
    return session


def test_what_is_recommended_needs_no_reason_and_is_what_a_script_answers(session: Session) -> None:
    assert session.question(PICK).kind is QuestionKind.SEVERAL
    assert session.answer(PICK, "svc") == {"picked": [SVC], "reason": ""}
    assert session.recommended(PICK)["picked"] == [SVC]


def test_several_can_be_picked_each_once_with_a_reason(session: Session) -> None:
    answer = session.answer(PICK, "user/bot", SVC, "svc", reason="both were seen")
    assert answer == {"picked": [BOT, SVC], "reason": "both were seen"}


def test_none_picks_nobody_and_needs_a_reason(session: Session) -> None:
    assert session.answer(PICK, "none", reason="a test of ours")["picked"] == []
    with pytest.raises(UsageError, match="say why"):
        session.answer(PICK, "none")


@pytest.mark.parametrize(("word", "why"), [("bot", "several options end so"), ("kim", "it is no option")])
def test_a_word_that_names_no_option_or_two_is_refused(session: Session, word: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        session.answer(PICK, word, reason="so")


def test_a_choice_takes_one_answer(session: Session) -> None:
    with pytest.raises(UsageError, match="one answer"):
        session.answer(ASK, "a", "b")


def test_the_command_line_shows_how_to_answer(session: Session) -> None:
    shown = frontier(session, Outcome.WAITS)
    assert f"pick {SVC}   (recommended)" in shown
    assert "pick none --reason ..." in shown
