"""A key that was seen dead is accepted again: the alarm rises, and whatever cuts it is containment, however late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from irkit.contract import Effect, Means, Plan, Seen, Sighting
from irkit.engine.contain_now import contain_now
from irkit.engine.orders import OrderRefused
from irkit.incident.events import StepId
from irkit.incident.life import Stage
from irkit.incident.state import Phase
from tests.engine.driving import KIM, Drive
from tests.engine.switchboard import Board, Switch
from tests.engine.switchboard import Seen as BoardSeen
from tests.engine.test_lives_journalled import KEY, refusing, stage

AGAIN = StepId("cut_again")
MORE = (
    "  look: {uses: board.look_alive, needs: [cut], phase: close, with: {name: a}}\n"
    "  cut_again: {uses: board.cut_b, needs: [look], phase: close, with: {name: b}}\n"
)


class Saw(BoardSeen):
    sightings: tuple[Sighting, ...]


def look(board: Board, _: Switch) -> Saw:
    """An hour after the cut, so after it has settled."""
    at = datetime.now(UTC) + timedelta(hours=1)
    alive = Sighting(credential=KEY, seen=Seen.ALIVE, by=Means.PROBE, at=at, says="accepted")
    return Saw(names=tuple(board.switches), colour="red", sightings=(alive,))


@pytest.fixture
def risen(tmp_path: Path) -> Drive:
    drive = refusing(tmp_path, MORE)
    turn, seen = drive.catalog["board.turn_on"], drive.catalog["board.look"]
    assert turn.operation is not None
    plan_turn = turn.operation.plan

    def plan(board: Board, params: Switch) -> Plan:
        return plan_turn(board, params).model_copy(update={"cuts": (KEY,)})

    drive.catalog["board.cut_b"] = replace(turn, operation=replace(turn.operation, plan=plan))
    drive.catalog["board.look_alive"] = replace(seen, result=Saw, read=look)
    drive.run()
    drive.approve("cut")
    drive.run()
    return drive


def offered(drive: Drive) -> list[StepId]:
    now = contain_now(drive.runbook, drive.journal.state(), KIM, frozenset({StepId("cut"), AGAIN}), frozenset())
    return [each.step for each in now.offered]


def test_it_is_an_alarm_and_the_later_cut_is_in_contain_now(risen: Drive) -> None:
    assert stage(risen) is Stage.ALIVE_AGAIN
    assert risen.step("cut_again").effect is Effect.REVERSIBLE
    assert offered(risen) == [AGAIN]


def test_cutting_it_anew_ends_the_alarm(risen: Drive) -> None:
    risen.approve("cut_again")
    risen.run()
    assert risen.journal.state().lives.risen() == ()
    assert offered(risen) == []


def test_a_proof_can_be_looked_at_again_when_it_is_done(risen: Drive) -> None:
    assert risen.step("look").phase is Phase.DONE
    risen.orders().retry(StepId("look"), "is it still so")
    risen.run()
    assert (risen.step("look").phase, risen.step("look").attempt) == (Phase.DONE, 2)


def test_what_cut_it_is_not_done_twice_by_a_retry(risen: Drive) -> None:
    with pytest.raises(OrderRefused, match="it is done"):
        risen.orders().retry(StepId("cut"))
