"""The scripted people at the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import JsonValue

from irkit.drill.responder import INSIDER, INSIDER_AGAIN, RESPONDER, Scripted, colleague, insider, responder
from irkit.engine.orders import Orders
from irkit.incident.events import Actor, Mode, StepId
from irkit.incident.journal import Journal
from irkit.incident.refusal_words import refusals
from irkit.incident.state import Phase
from irkit.runbook.model import Runbook
from tests.engine.driving import KIM, Drive
from tests.engine.test_lives_journalled import refusing

SMASH = "  smash: {uses: board.smash, with: {name: a}}\n"


@dataclass
class Rehearsed:
    drive: Drive

    @property
    def journal(self) -> Journal:
        return self.drive.journal

    @property
    def runbook(self) -> Runbook:
        return self.drive.runbook

    def orders_of(self, actor: Actor) -> Orders:
        return self.drive.orders(actor)

    def recommended(self, step: StepId) -> Mapping[str, JsonValue]:
        raise AssertionError(step)


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    found = Drive(tmp_path, SMASH, mode=Mode.DRILL)
    found.run()
    return found


def looks(drive: Drive, who: Callable[[Rehearsed], Scripted]) -> None:
    person = who(Rehearsed(drive))
    person.act(person, drive.journal.state(), StepId("smash"))


def approvers(drive: Drive) -> list[Actor]:
    return [given.by for given in drive.step("smash").approvals]


def test_an_insider_with_two_names_is_one_person(drive: Drive) -> None:
    looks(drive, insider)
    looks(drive, insider)
    drive.run()
    assert approvers(drive) == [INSIDER]
    assert (drive.step("smash").phase, drive.board.acts) == (Phase.PLANNED, [])


def test_an_insider_needs_somebody_else_like_anyone(drive: Drive) -> None:
    looks(drive, insider)
    looks(drive, colleague)
    drive.run()
    assert drive.board.acts == [("a", "smashed")]


def test_the_insiders_second_name_has_his_login() -> None:
    assert INSIDER.name != INSIDER_AGAIN.name
    assert INSIDER.is_same_person(INSIDER_AGAIN)


def test_the_insiders_undo_of_a_containment_is_his_alone_and_is_left_at_that(tmp_path: Path) -> None:
    drive = refusing(tmp_path, mode=Mode.DRILL)
    drive.run()
    drive.approve("cut", RESPONDER)
    drive.run()
    here = Rehearsed(drive)
    for _ in range(3):
        for person in (insider(here), colleague(here)):
            person.act(person, drive.journal.state(), StepId("cut"))
        drive.run()
    tried = [one.record.actor for one in refusals(drive.journal.state())]
    assert (tried, drive.step("cut").approvals) == ([INSIDER, INSIDER_AGAIN], ())
    person = responder(here)
    person.act(person, drive.journal.state(), StepId("cut"))
    assert drive.step("cut").phase is Phase.DONE
    person = insider(here)
    person.act(person, drive.journal.state(), StepId("cut"))
    assert not drive.step("cut").undo_asked


def test_an_undo_that_the_person_at_the_keyboard_asks_for_gets_its_other_one(tmp_path: Path) -> None:
    drive = refusing(tmp_path, mode=Mode.DRILL)
    drive.run()
    drive.approve("cut", KIM)
    drive.run()
    drive.orders(KIM).undo(StepId("cut"), "wrong key")
    drive.run()
    here = Rehearsed(drive)
    person = colleague(here)
    person.act(person, drive.journal.state(), StepId("cut"))
    drive.run()
    assert drive.step("cut").phase is Phase.UNDONE
