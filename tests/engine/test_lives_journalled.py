"""What an action says of credentials gets into the journal, and out of it as their lives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from irkit.contract import Credential, CredentialKind, Means, Plan, Receipt, Seen, Sighting, Verdict
from irkit.engine.contain_now import contain_now
from irkit.incident.events import Actor, ActorKind, Mode, StepId
from irkit.incident.life import Stage
from tests.engine.driving import KIM, SAM, Drive
from tests.engine.switchboard import Board, Switch

KEY = Credential(kind=CredentialKind.ACCESS_KEY, id="key-1")
STEPS = "  cut: {uses: board.turn_on, phase: contain, with: {name: a}}\n"
CUT = frozenset({StepId("cut")})


def refusing(tmp_path: Path, more: str = "", mode: Mode = Mode.LIVE) -> Drive:
    """Turning the switch cuts the key, the undo gives it back, and verifying sees it refused."""
    drive = Drive(tmp_path, STEPS + more, mode)
    action = drive.catalog["board.turn_on"]
    assert action.operation is not None
    assert action.revert is not None
    operation, revert = action.operation, action.revert

    def plan(board: Board, params: Switch) -> Plan:
        return operation.plan(board, params).model_copy(update={"cuts": (KEY,)})

    def plan_revert(board: Board, receipt: Receipt) -> Plan:
        return revert.plan(board, receipt).model_copy(update={"revives": (KEY,)})

    def verify(board: Board, receipt: Receipt) -> Verdict:
        seen = Sighting(credential=KEY, seen=Seen.DENIED, by=Means.PROBE, at=datetime.now(UTC), says="refused")
        return operation.verify(board, receipt).model_copy(update={"sightings": (seen,)})

    drive.catalog["board.turn_on"] = replace(
        action, operation=replace(operation, plan=plan, verify=verify), revert=replace(revert, plan=plan_revert)
    )
    return drive


def stage(drive: Drive) -> Stage:
    life = drive.journal.state().lives.get(KEY.kind, KEY.id)
    assert life is not None
    return life.stage


def test_a_cut_is_followed_from_plan_to_refusal_and_back_by_its_undo(tmp_path: Path) -> None:
    drive = refusing(tmp_path)
    drive.run()
    stages = [stage(drive)]
    drive.approve("cut")
    drive.run()
    stages.append(stage(drive))
    drive.orders().undo(StepId("cut"))
    drive.run()
    drive.approve("cut", SAM)
    drive.approve("cut", Actor(name="pat", kind=ActorKind.HUMAN))
    drive.run()
    stages.append(stage(drive))
    assert stages == [Stage.LIVE, Stage.DENIED, Stage.LIVE]


def test_what_contain_now_offers_is_what_the_orders_take(tmp_path: Path) -> None:
    drive = refusing(tmp_path)
    drive.run()
    now = contain_now(drive.runbook, drive.journal.state(), KIM, CUT, frozenset())
    for each in now.offered:
        drive.orders().approve(each.step, each.plan_hash)
    drive.run()
    assert drive.board.acts == [("a", "on")]
    assert contain_now(drive.runbook, drive.journal.state(), KIM, CUT, frozenset()).over == ("cut",)
