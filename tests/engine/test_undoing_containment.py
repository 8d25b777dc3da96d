"""Undoing what took a credential's life is what an insider wants: somebody else must approve it."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.engine.approval import ApprovalAgainstRules
from irkit.engine.offers import Order, offers
from irkit.errors import ApprovalInvalid
from irkit.incident.events import Actor, ActorKind, ApprovalGiven, PlanHash, StepId
from irkit.incident.refusal_words import refusals
from irkit.incident.state import Phase
from irkit.report.narration import narration
from irkit.tui.activity import activity
from tests.engine.driving import Drive
from tests.engine.test_lives_journalled import refusing

CUTS = StepId("cut")


def person(name: str, login: str = "") -> Actor:
    return Actor(name=name, kind=ActorKind.HUMAN, login=login or f"{name}@laptop")


KIM, SAM = person("kim"), person("sam")
ALEX = person("alex", SAM.login)
"""Sam's second name."""


@pytest.fixture
def asked(tmp_path: Path) -> Drive:
    """The cut stands, and sam has asked that it be undone; the undo is planned."""
    drive = refusing(tmp_path)
    drive.run()
    drive.approve("cut", KIM)
    drive.run()
    drive.orders(SAM).undo(CUTS, "it breaks my build")
    drive.run()
    return drive


def told(drive: Drive) -> list[str]:
    return [f"{one.who} {one.record.event.kind}" for one in refusals(drive.journal.state())]


def test_who_asked_waits_for_another_person(asked: Drive) -> None:
    assert (asked.board.switches["a"], asked.step("cut").phase) == ("on", Phase.PLANNED)
    asked.approve("cut", KIM)
    asked.run()
    assert (asked.board.switches["a"], asked.step("cut").phase) == ("off", Phase.UNDONE)


@pytest.mark.parametrize("who", [SAM, ALEX])
def test_who_asked_for_it_cannot_approve_it_under_any_name(asked: Drive, who: Actor) -> None:
    with pytest.raises(ApprovalAgainstRules, match="asked for this undo"):
        asked.approve("cut", who)
    asked.run()
    assert asked.board.switches["a"] == "on"
    assert "1 other person" in offers(asked.runbook, asked.journal.state(), CUTS, SAM)[Order.APPROVE]


def test_a_forged_approval_of_who_asked_opens_nothing(asked: Drive) -> None:
    for who in (SAM, ALEX):
        asked.journal.append(ApprovalGiven(step=CUTS, plan_hash=asked.step("cut").plan_hash or PlanHash("")), actor=who)
    asked.run()
    assert asked.board.switches["a"] == "on"


def test_an_undo_that_is_only_asked_for_holds_no_other_step_up(tmp_path: Path) -> None:
    more = "  ask: {uses: human.decide, with: {question: Go on, options: [yes, no]}}\n"
    more += "  next: {uses: board.look, needs: [cut, ask], with: {name: a}}\n"
    drive = refusing(tmp_path, more)
    drive.run()
    drive.approve("cut", KIM)
    drive.run()
    drive.orders(SAM).undo(CUTS)
    drive.run()
    drive.orders(KIM).decide(StepId("ask"), {"choice": "yes"})
    drive.run()
    assert (drive.step("cut").phase, drive.step("next").phase) == (Phase.PLANNED, Phase.DONE)


def test_what_was_tried_against_the_rules_is_journalled_once_with_who_and_why(asked: Drive) -> None:
    hash_ = asked.step("cut").plan_hash or PlanHash("")
    for who, plan in ((SAM, hash_), (SAM, hash_), (ALEX, hash_), (KIM, PlanHash("f" * 64))):
        with pytest.raises(ApprovalInvalid):
            asked.orders(who).approve(CUTS, plan)
    twice = "alex is sam, by the same login sam@laptop, who asked for this undo"
    said = [str(one) for one in refusals(asked.journal.state(), CUTS)]
    assert said == [
        f"sam (sam@laptop) tried to approve plan {hash_[:12]}: refused, sam asked for this undo (step cut)",
        f"alex (sam@laptop) tried to approve plan {hash_[:12]}: refused, {twice} (step cut)",
        "kim (kim@laptop) tried to approve plan ffffffffffff: refused, that is not the current plan (step cut)",
    ]


def test_a_second_approval_by_another_name_of_one_login_is_told_as_that(tmp_path: Path) -> None:
    drive = Drive(tmp_path, "  both: {uses: board.turn_on, with: {name: c}, approve: 2}\n")
    drive.run()
    drive.approve("both", SAM)
    with pytest.raises(ApprovalAgainstRules, match="alex is sam, by the same login sam@laptop, who has approved"):
        drive.approve("both", ALEX)
    assert told(drive) == ["alex (sam@laptop) order_refused"]


def test_a_plan_that_is_under_way_already_is_no_try_against_the_rules(tmp_path: Path) -> None:
    drive = refusing(tmp_path)
    drive.run()
    hash_ = drive.step("cut").plan_hash or PlanHash("")
    drive.approve("cut", KIM)
    drive.run()
    with pytest.raises(ApprovalInvalid, match="no plan to approve"):
        drive.orders(person("pat")).approve(CUTS, hash_)
    assert told(drive) == []


def test_an_undo_that_is_given_up_is_told_as_such_and_what_was_done_stands(asked: Drive) -> None:
    asked.orders(KIM).skip(CUTS, "sam may not take this back")
    given_up = asked.journal.records()[-1]
    assert narration(given_up.event) == "undo given up: sam may not take this back"
    assert [line.text for line in activity(given_up)] == ["undo given up by kim: sam may not take this back"]
    asked.run()
    assert (asked.board.switches["a"], asked.step("cut").phase) == ("on", Phase.DONE)
