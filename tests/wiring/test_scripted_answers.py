"""What a drill's scripted responder answers, and the terms that a drill refuses before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import JsonValue

from irkit.cli import drill
from irkit.config import load
from irkit.errors import UsageError
from irkit.incident.events import StepId
from irkit.wiring.drills import Terms, begin
from irkit.wiring.scripted_answers import Answering, answers_of, keep_answers
from irkit.wiring.session import Session
from tests.cli.test_drill_matrix import arguments


class Asked(Session):
    def __init__(self) -> None:
        """No incident: what is answered is looked at alone."""

    def answer(self, step_id: StepId, text: str, *more: str, reason: str = "") -> Mapping[str, JsonValue]:
        return {"step": step_id, "answers": [text, *more], "reason": reason}

    def recommended(self, step_id: StepId) -> Mapping[str, JsonValue]:
        return {"step": step_id, "answers": ["as recommended"]}


def test_answers_outlive_the_irkit_that_was_told_them(tmp_path: Path) -> None:
    assert answers_of(tmp_path) == {}
    keep_answers(tmp_path, {"decide_key": ("disable",)})
    assert answers_of(tmp_path) == {"decide_key": ("disable",)}


def test_a_step_that_an_answer_was_given_for_gets_it_and_others_what_is_recommended() -> None:
    seen = Answering(Asked(), {"pick_suspects": ("svc-a", "svc-b")})
    assert seen.recommended(StepId("pick_suspects"))["answers"] == ["svc-a", "svc-b"]
    assert seen.recommended(StepId("decide_key"))["answers"] == ["as recommended"]


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (Terms(unknown=("kms_key",)), "needs or has no input kms_key"),
        (Terms(unknown=("nonsense",)), "needs or has no input nonsense"),
        (Terms(answers={"quarantine": ("yes",)}), "has no human step quarantine"),
    ],
)
def test_terms_that_are_not_the_runbooks_are_refused_before_a_cloud_starts(
    tmp_path: Path, terms: Terms, why: str
) -> None:
    settings = load(None, environment={"IRKIT_DATA_FOLDER": str(tmp_path)}, flags={})
    with pytest.raises(UsageError, match=why):
        begin(settings, "kms_misuse", 1, terms)
    assert not list(tmp_path.rglob("world.log"))


def test_answers_are_for_the_scripted_responder_alone() -> None:
    with pytest.raises(UsageError, match="for the scripted responder"):
        drill.run(arguments("kms_misuse", "--answer", "decide_key=leave"))


def test_an_answer_names_its_step() -> None:
    with pytest.raises(SystemExit):
        arguments("kms_misuse", "--answer", "leave")
