from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from irkit.cli.frontier import frontier
from irkit.cli.status import headline
from irkit.config import load
from irkit.contract import Change, Effect, Plan
from irkit.engine.executor import Outcome
from irkit.incident import events as ev
from irkit.incident.events import Mode, PlanHash, StepId
from irkit.runbook.load import loads
from irkit.wiring.inputs import Given
from irkit.wiring.session import Identity, Session, opened_session

CLEARS_THE_SCREEN = "\x1b[2J\x1b]0;owned\x07\u202etxt"
PHRASE = "purge acme/'$(touch owned)'"
ASK = loads(
    "runbook: ask\ntitle: Ask\nseverity: SEV4\nsummary: Asks.\ninputs: {}\nsteps:\n"
    "  ask: {uses: human.note, with: {prompt: What happened}}\n",
    "ask.yaml",
)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", CLEARS_THE_SCREEN))  # asks no AWS
    settings = load(environment={}, flags={"data_folder": str(tmp_path)})
    session = opened_session(settings, ASK, Given({}, {}), Mode.LIVE)
    plan = Plan(
        summary=f"purge {CLEARS_THE_SCREEN}",
        changes=(Change(target=CLEARS_THE_SCREEN, before="a", after=CLEARS_THE_SCREEN),),
        blast="",
        undo="",
        phrase=PHRASE,
    )
    for event in (
        ev.StepStarted(step=StepId("ask"), attempt=1, effect=Effect.IRREVERSIBLE),
        ev.StepPlanned(
            step=StepId("ask"), attempt=1, effect=Effect.IRREVERSIBLE, plans=(plan,), plan_hash=PlanHash("ab" * 32)
        ),
    ):
        session.journal.append(event, actor=session.me)
    return session


def test_what_strangers_wrote_does_not_command_the_terminal(session: Session) -> None:
    shown = frontier(session, Outcome.WAITS) + headline(session)
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert "waits for you" in shown


def test_the_command_to_copy_holds_the_phrase_as_one_quoted_word(session: Session) -> None:
    command = next(line for line in frontier(session, Outcome.WAITS).splitlines() if "irkit approve" in line)
    assert shlex.split(command)[-1] == PHRASE


def test_a_step_that_was_undone_while_others_need_it_is_told_with_the_commands_that_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``it waits for a human`` alone leaves that human with nothing to do."""
    monkeypatch.setattr("irkit.wiring.session.identity", lambda *_: Identity("", "nobody"))
    book = loads(f"{ASK.text}  then: {{uses: human.note, needs: [ask], with: {{prompt: And then}}}}\n", "ask.yaml")
    settings = load(environment={}, flags={"data_folder": str(tmp_path)})
    session = opened_session(settings, book, Given({}, {}), Mode.LIVE)
    session.journal.append(ev.StepUndone(step=StepId("ask"), attempt=1), actor=session.me)
    told = frontier(session, Outcome.WAITS)
    place = f"{session.folder.incident} ask"
    assert "undone: ask" in told
    assert f"irkit retry {place}   or   irkit skip {place} --reason ..." in told
