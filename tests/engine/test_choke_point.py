"""There is one way to an effect, and one to an approval: found in the code itself, so that a second one is noticed."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from irkit.engine.executor import Outcome
from irkit.incident import events as ev
from irkit.incident.events import Mode
from tests.engine.driving import KIM, Drive

ROOT = Path(__file__).resolve().parents[2] / "irkit"
Makers = Mapping[str, set[str]]
TURN = "  turn: {uses: board.turn_on, with: {name: a}}\n"


@pytest.fixture(scope="module")
def makers() -> Makers:
    """Which modules call something of a name: ``EffectIntended(...)``, ``operation.apply(...)``."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                found[called].add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("EffectIntended", "engine/attempt.py"),
        ("ApprovalGiven", "engine/orders.py"),
        ("DecisionGiven", "engine/orders.py"),
    ],
)
def test_an_event_that_opens_the_way_to_an_effect_is_made_in_one_place(makers: Makers, name: str, place: str) -> None:
    assert makers[name] == {place}


def test_an_operation_is_applied_in_one_place(makers: Makers) -> None:
    """Others call an ``apply`` of their own only within an executor's move."""
    assert makers["apply"] <= {"engine/attempt.py", "engine/executor.py"}


def test_the_mode_of_an_incident_cannot_change(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN, Mode.DRY_RUN)
    opened = drive.journal.state().opened
    assert opened is not None
    drive.journal.append(opened.model_copy(update={"mode": Mode.LIVE}), actor=KIM)
    assert drive.run() is Outcome.ENDED
    assert drive.board.acts == []
    assert drive.journal.state().opened == opened
    assert isinstance(drive.journal.records()[1].event, ev.IncidentOpened)
