"""What a scripted person confirms, and what not."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.actions.human import confirm
from irkit.drill.claims import unproven
from irkit.drill.responder import responder
from irkit.drill.world.scenarios.shelf import SCENARIOS
from irkit.engine.endings import IRKIT
from irkit.incident import events as ev
from irkit.incident.events import Mode, StepId
from irkit.incident.state import Phase, fold
from irkit.runbook.shelf import taken
from tests.drill.test_responder import Rehearsed
from tests.engine.driving import Drive
from tests.incident.biography import Biography

STEPS = """\
  still_dead: {uses: aws.prove_principal_dead, with: {principals: []}}
  dead_again:
    uses: aws.prove_principal_dead
    with: {principals: []}
    when: $still_dead.outcome is not dead
  came_back:
    uses: human.confirm
    needs: [dead_again]
    when: $still_dead.outcome is not dead
    with: {statement: It is dead}
"""
CAME_BACK = StepId("came_back")


def proven(folder: Path, still: str, again: str) -> Drive:
    """An incident in which the last question is asked."""
    drive = Drive(folder, STEPS, mode=Mode.DRILL)
    drive.catalog["human.confirm"] = confirm.ACTION
    for step, outcome in (("still_dead", still), ("dead_again", again)):
        event = ev.StepDone(step=StepId(step), attempt=1, results=({"outcome": outcome},), summary="")
        drive.journal.append(event, actor=IRKIT)
    drive.run()
    return drive


@pytest.mark.parametrize("again", ["alive", "unproven"])
def test_that_something_is_stopped_is_not_confirmed_while_the_last_proof_says_otherwise(
    tmp_path: Path, again: str
) -> None:
    drive = proven(tmp_path, "alive", again)
    person = responder(Rehearsed(drive))
    person.act(person, drive.journal.state(), CAME_BACK)
    step = drive.step("came_back")
    assert step.phase is Phase.SKIPPED
    assert f"dead_again says {again}" in step.reason


def test_it_is_confirmed_once_it_is_proven_anew(tmp_path: Path) -> None:
    drive = proven(tmp_path, "alive", "dead")
    assert unproven(drive.runbook, drive.journal.state(), CAME_BACK) == ""


@pytest.mark.parametrize("name", [*SCENARIOS])
def test_no_runbook_has_it_confirmed_that_what_lives_again_is_stopped(name: str, tmp_path: Path) -> None:
    runbook = taken(name, tmp_path)
    for says in ("alive", "unproven"):
        event = ev.StepDone(step=StepId("dead_again"), attempt=1, results=({"outcome": says},), summary="")
        told = fold(Biography().tell(event).records)
        for step in ("came_back", "not_dead_again"):
            assert f"dead_again says {says}" in unproven(runbook, told, StepId(step))
