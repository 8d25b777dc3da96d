"""An effect of several calls whose process was lost in between: a second plan does the rest, and knows of the first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from irkit.contract import Credential, CredentialKind, Plan, Probe, Receipt, Standing
from irkit.engine.executor import Outcome
from irkit.engine.orders import OrderRefused
from irkit.incident import events as ev
from irkit.incident.events import Resolution, StepId
from irkit.incident.life import Stage
from tests.engine.driving import KIM, Drive
from tests.engine.switchboard import Board, Switch

TURN = StepId("turn")
FIRST, SECOND = (Credential(kind=CredentialKind.GRANT, id=name) for name in ("first", "second"))


def in_parts(drive: Drive) -> None:
    """Make turning on an effect of two calls, off - half - on, each of which cuts a credential."""
    whole = drive.catalog["board.turn_on"]
    assert whole.operation is not None
    plan_whole, probe_whole = whole.operation.plan, whole.operation.probe

    def plan(board: Board, params: Switch) -> Plan:
        cuts = {"off": (FIRST, SECOND), "half": (SECOND,)}
        return plan_whole(board, params).model_copy(update={"cuts": cuts[board.switches["a"]]})

    def probe(board: Board, plan: Plan) -> Probe:
        if board.switches["a"] == "half" != plan.details["was"]:
            part = Receipt(summary="a on", result={"name": "a", "was": "off"}, details=plan.details)
            return Probe(standing=Standing.BETWEEN, seen="half", receipt=part)
        return probe_whole(board, plan)

    def joined(part: Receipt, last: Receipt) -> Receipt:
        return last.model_copy(update={"result": {**last.result, "was": f"{part.details['was']}, then half"}})

    parted = replace(whole.operation, plan=plan, probe=probe, joined=joined)
    drive.catalog["board.turn_on"] = replace(whole, operation=parted)


@pytest.fixture
def half_done(tmp_path: Path) -> Drive:
    """The intent is on disk, the first call was made, the process was lost; irkit has looked."""
    drive = Drive(tmp_path, "  turn: {uses: board.turn_on, with: {name: a}}\n")
    in_parts(drive)
    drive.run()
    drive.approve("turn")
    plan_hash = drive.step("turn").plan_hash
    assert plan_hash is not None
    intended = ev.EffectIntended(step=TURN, attempt=1, plan_hash=plan_hash, runner="the lost one")
    drive.journal.append(intended, actor=KIM)
    drive.board.switches["a"] = "half"
    assert drive.run() is Outcome.IN_DOUBT
    return drive


def finish(drive: Drive) -> None:
    drive.orders().resolve(TURN, 0, Resolution.PLAN_AGAIN)
    drive.run()
    drive.approve("turn")
    assert drive.run() is Outcome.ENDED


def test_what_is_half_done_cannot_be_taken_for_done(half_done: Drive) -> None:
    with pytest.raises(OrderRefused, match="did not find it in place"):
        half_done.orders().resolve(TURN, 0, Resolution.WAS_DONE)


def test_its_undo_goes_back_to_what_stood_before_the_first_plan(half_done: Drive) -> None:
    finish(half_done)
    assert [receipt.details["was"] for receipt in half_done.step("turn").receipts] == ["off"]


def test_its_result_tells_of_both_parts(half_done: Drive) -> None:
    finish(half_done)
    assert half_done.step("turn").results == ({"name": "a", "was": "off, then half"},)


def test_what_the_first_part_cut_is_sent_until_the_rest_is_done_and_acknowledged_then(half_done: Drive) -> None:
    def stages() -> list[Stage | None]:
        lives = half_done.journal.state().lives
        both = (lives.get(one.kind, one.id) for one in (FIRST, SECOND))
        return [life.stage if life else None for life in both]

    assert stages() == [Stage.REVOKE_SENT, Stage.REVOKE_SENT]
    half_done.orders().resolve(TURN, 0, Resolution.PLAN_AGAIN)
    half_done.run()
    assert stages() == [Stage.REVOKE_SENT, Stage.REVOKE_SENT]
    half_done.approve("turn")
    half_done.run()
    assert stages() == [Stage.ACKNOWLEDGED, Stage.ACKNOWLEDGED]
