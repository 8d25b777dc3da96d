"""A person's order and the runner's own event that meet: one of them holds, and the other changes nothing.

Each order is given at the worst moment: between two events of the runner, or while it looks at the world.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from irkit.contract import Action, Frozen, Plan, Probe
from irkit.engine import endings
from irkit.engine.approval import plan_hash
from irkit.engine.orders import OrderRefused
from irkit.errors import Unreachable
from irkit.incident import events as ev
from irkit.incident.events import Direction, Resolution, StepId
from irkit.incident.journal import SqliteJournal
from irkit.incident.state import Phase
from tests.engine.driving import KIM, Drive
from tests.engine.switchboard import Board, Switch

TELL = "  tell: {uses: board.announce, with: {name: a}}\n"
TELL_EACH = (
    "  look: {uses: board.look, with: {name: a}}\n"
    "  tell: {uses: board.announce, for_each: $look.names, with: {name: $item}}\n"
)
TURN = "  turn: {uses: board.turn_on, with: {name: a}}\n"
STEP = StepId("tell")


class Interrupted(SqliteJournal):
    """A journal that lets somebody order something right after an event of a kind, once."""

    kind = ""
    order: Callable[[], object] = staticmethod(lambda: None)

    def append(self, event: ev.Event, **given: object) -> ev.Recorded:
        record = super().append(event, **given)  # type: ignore[arg-type]
        if event.kind == self.kind:
            self.kind = ""
            self.order()
        return record


def interrupted(drive: Drive, after: str, order: Callable[[], object]) -> None:
    """Let ``order`` be given right after the first event of a kind."""
    journal = Interrupted(drive.path)
    journal.kind, journal.order = after, order
    drive.journal = journal


def while_looking(drive: Drive, action_id: str, order: Callable[[], object]) -> None:
    """Let ``order`` be given while an action's probe looks at the board, once."""
    action = drive.catalog[action_id]
    assert action.operation is not None
    probe, orders = action.operation.probe, [order]

    def looked(board: Board, plan: Plan) -> Probe:
        if orders:
            orders.pop()()
        return probe(board, plan)

    drive.catalog[action_id] = replace(action, operation=replace(action.operation, probe=looked))


def lose(drive: Drive, names: tuple[str, ...], item: int | None) -> None:
    """Put a notice in doubt, as a runner does that is lost after the intent."""
    announce: Action[Board, Switch, Frozen] = drive.catalog["board.announce"]
    assert announce.operation is not None
    plans = tuple(announce.operation.plan(drive.board, Switch(name=name)) for name in names)
    hash_ = plan_hash(STEP, Direction.DO, announce.effect, plans)
    for event in (
        ev.StepStarted(step=STEP, attempt=1, effect=announce.effect, items=None if item is None else len(names)),
        ev.StepPlanned(step=STEP, attempt=1, effect=announce.effect, plans=plans, plan_hash=hash_),
        ev.EffectIntended(step=STEP, attempt=1, item=item, plan_hash=hash_, runner="the lost one"),
    ):
        drive.journal.append(event, actor=KIM)


@pytest.mark.parametrize("answer", [Resolution.WAS_NOT_DONE, Resolution.PLAN_AGAIN])
def test_a_doubt_is_settled_once_when_a_person_and_irkit_answer_at_once(tmp_path: Path, answer: Resolution) -> None:
    drive = Drive(tmp_path, TELL)
    lose(drive, ("a",), None)
    interrupted(drive, "doubt_probed", lambda: drive.orders().resolve(STEP, 0, answer))
    drive.run()
    settled = [r for r in drive.journal.records() if isinstance(r.event, ev.DoubtResolved)]
    assert [(r.actor.name, r.event.kind) for r in settled] == [("kim", "doubt_resolved")]
    assert drive.step("tell").phase is Phase.DONE
    assert drive.board.acts == [("a", "announced")]


def test_an_answer_that_irkit_cannot_use_any_more_does_not_spoil_the_journal(tmp_path: Path) -> None:
    """Of the third of three: with the plan gone, there is no third item that an event could be about."""
    drive = Drive(tmp_path, TELL_EACH)
    lose(drive, ("a", "b", "c"), 2)
    interrupted(drive, "doubt_probed", lambda: drive.orders().resolve(STEP, 2, Resolution.PLAN_AGAIN))
    drive.run()
    assert drive.step("tell").phase is Phase.DONE
    assert SqliteJournal(drive.path).state() == drive.journal.state()


def test_the_second_answer_to_a_doubt_is_refused(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TELL)
    lose(drive, ("a",), None)
    drive.run()
    before = drive.journal.state().seq
    with pytest.raises(OrderRefused, match="not in doubt"):
        drive.orders().resolve(STEP, 0, Resolution.PLAN_AGAIN)
    assert drive.journal.state().seq == before


def test_a_notice_that_is_skipped_while_irkit_looks_whether_it_was_sent_stays_skipped(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TELL)
    lose(drive, ("a",), None)
    for event in (
        ev.EffectFailed(step=STEP, attempt=1, error="Unreachable", message="no answer", standing=None),
        ev.StepPostponed(step=STEP, attempt=1, message="no answer", again_at=datetime.now(UTC)),
    ):
        drive.journal.append(event, actor=KIM)
    while_looking(drive, "board.announce", lambda: drive.orders().skip(STEP, "told them myself"))
    drive.run()
    assert drive.step("tell").phase is Phase.SKIPPED
    assert drive.board.acts == []


def test_a_notice_in_doubt_that_could_not_be_looked_at_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "POSTPONED_FOR", timedelta(0))
    drive = Drive(tmp_path, TELL)
    lose(drive, ("a",), None)
    drive.board.down = True
    interrupted(drive, "step_postponed", lambda: setattr(drive.board, "down", False))
    drive.run()
    assert drive.kinds("tell").count("doubt_probed") == 2
    assert drive.step("tell").phase is Phase.DONE
    assert drive.board.acts == [("a", "announced")]


@pytest.mark.parametrize("trouble", ["none", "moved", "down"])
@pytest.mark.parametrize("was", ["off", "on"])
def test_a_step_that_is_skipped_at_the_last_look_stays_skipped(tmp_path: Path, was: str, trouble: str) -> None:
    """Whether the look finds all as planned, something else, or nothing because the service is down."""
    drive = Drive(tmp_path, TURN)
    drive.board.switches["a"] = was

    def order() -> None:
        drive.orders().skip(StepId("turn"), "not now")
        drive.board.down = trouble == "down"
        if trouble == "moved":
            drive.board.switches["a"] = "flickering"

    while_looking(drive, "board.turn_on", order)
    drive.run()
    if was == "off":
        drive.approve("turn")
        drive.run()
    assert drive.step("turn").phase is Phase.SKIPPED
    assert drive.board.acts == []


def test_a_retry_at_the_last_look_plans_again_and_is_not_turned_into_a_failure(tmp_path: Path) -> None:
    drive = Drive(tmp_path, TURN)

    def order() -> None:
        drive.orders().retry(StepId("turn"))
        raise Unreachable("the board does not answer")

    while_looking(drive, "board.turn_on", order)
    drive.run()
    drive.approve("turn")
    drive.run()
    assert drive.kinds("turn").count("step_planned") == 2
    assert drive.step("turn").phase is Phase.PLANNED
    assert drive.step("turn").error == ""
