from __future__ import annotations

from irkit.contract import Effect, Standing
from irkit.engine.contain_now import ContainNow, contain_now
from irkit.incident import events as ev
from irkit.incident.events import Actor, Direction, Mode, StepId
from irkit.incident.state import fold
from irkit.runbook.load import loads
from irkit.tui.contain_page import contain_title
from tests.tui.story import ALICE, BOB, Story, runbook

REVERSIBLE = frozenset(map(StepId, ("deactivate_key", "deny_policy", "update_consumers")))
FINAL = frozenset({StepId("purge_history")})


def now(story: Story, actor: Actor = ALICE) -> ContainNow:
    return contain_now(runbook(), fold(story.records), actor, REVERSIBLE, FINAL)


def begun(mode: Mode = Mode.LIVE) -> Story:
    return Story(mode).opened().read("identify_key")


def test_only_reversible_plans_of_the_containing_part_are_offered() -> None:
    story = begun().planned("deactivate_key").planned("update_consumers")
    story.planned("purge_history", Effect.IRREVERSIBLE, phrase="purge")
    assert [each.step for each in now(story).offered] == ["deactivate_key"]


def test_a_step_without_a_plan_says_what_it_waits_for() -> None:
    waits = {each.step: each.why for each in now(Story().opened()).coming}
    assert waits == {"deactivate_key": "waits for identify_key", "deny_policy": "waits for identify_key"}
    assert [each.why for each in now(begun().started("deny_policy", Effect.REVERSIBLE)).coming] == [
        "its plan is about to be made",
        "its plan is being made",
    ]


def test_an_approved_plan_is_under_way_and_not_offered_again() -> None:
    found = now(begun().planned("deactivate_key").approved("deactivate_key"))
    assert (found.offered, found.shut, found.under_way) == ((), (), ("deactivate_key",))


def test_an_undo_is_never_offered() -> None:
    story = begun().carried_out("deactivate_key", "done").planned("deactivate_key", direction=Direction.UNDO)
    assert now(story).offered == ()


def test_an_undo_that_somebody_asked_for_is_named_and_not_taken_for_work_under_way() -> None:
    story = begun().carried_out("deactivate_key", "done").planned("deny_policy", count=0)
    story.tell(ev.UndoAsked(step=StepId("deactivate_key"), reason="it breaks my build"), BOB)
    found = now(story.planned("deactivate_key", direction=Direction.UNDO))
    assert [(each.step, each.why) for each in found.undoing] == [
        ("deactivate_key", "its UNDO was asked for by bob"),
    ]
    assert "deactivate_key" not in found.under_way
    assert now(story.approved("deactivate_key")).under_way == ("deactivate_key", "deny_policy")


def test_a_plan_that_changes_nothing_is_not_asked_for() -> None:
    assert now(begun().planned("deactivate_key", count=0)).offered == ()


def test_what_was_left_out_or_had_nothing_to_change_is_told_apart_from_what_was_done() -> None:
    story = begun().carried_out("deactivate_key", "done").planned("deny_policy", count=0)
    story.tell(ev.StepDone(step=StepId("deny_policy"), attempt=1, results=(), summary="nothing to do"))
    assert (now(story).over, now(story).idle) == (("deactivate_key",), ("deny_policy",))
    none_found = begun().tell(ev.StepDone(step=StepId("deny_policy"), attempt=1, results=(), summary="none found"))
    assert (now(none_found).over, now(none_found).idle) == ((), ("deny_policy",))
    left_out = begun().tell(ev.StepOmitted(step=StepId("deny_policy"), because="it was not needed"))
    assert (now(left_out).over, now(left_out).idle) == ((), ("deny_policy",))


def test_a_dry_run_offers_nothing_and_gives_the_reason() -> None:
    found = now(begun(Mode.DRY_RUN).planned("deactivate_key"))
    assert found.offered == ()
    assert [each.why_not for each in found.shut] == ["a dry run carries nothing out"]


def test_another_person_is_offered_what_one_has_not_approved() -> None:
    story = begun().planned("deactivate_key").planned("deny_policy").approved("deny_policy", BOB)
    assert [each.step for each in now(story, BOB).offered] == ["deactivate_key"]


def test_what_a_reading_of_the_part_says_is_out_of_reach_is_told_once() -> None:
    story = begun().limits("verify_dead", ["service-linked roles", "service-linked roles", "outsiders"])
    assert now(story).limits == ("service-linked roles", "outsiders")


def test_what_a_containing_act_waits_for_is_offered_whatever_its_part() -> None:
    """Here: a containing act after the services were updated, which is of the recovering part."""
    text = runbook().text.replace("    phase: close\n", "    phase: contain\n")
    last = StepId("postmortem")
    story = begun().planned("update_consumers")
    found = contain_now(loads(text, "x.yaml"), fold(story.records), ALICE, REVERSIBLE | {last}, FINAL)
    assert [each.step for each in found.offered] == ["update_consumers"]
    assert last in {each.step for each in found.coming}


def test_what_the_proof_of_the_containment_waits_for_is_offered_too() -> None:
    """Here: a reading step of the containing part, after the services were updated."""
    text = runbook().text.replace("    phase: close\n", "    phase: contain\n")
    story = begun().planned("update_consumers")
    found = contain_now(loads(text, "x.yaml"), fold(story.records), ALICE, REVERSIBLE, FINAL)
    assert [each.step for each in found.offered] == ["update_consumers"]


def test_what_is_in_doubt_says_so_and_what_a_probe_saw() -> None:
    story = begun().planned("deactivate_key").approved("deactivate_key").intended("deactivate_key")
    story.tell(ev.RunnerStarted(runner="r2", pid=4343, host="war-room"))
    assert [each.why for each in now(story).troubled] == ["in doubt; irkit has not looked yet"]
    story.tell(ev.DoubtProbed(step=StepId("deactivate_key"), attempt=1, standing=Standing.UNTOUCHED, seen="Active"))
    assert [each.why for each in now(story).troubled] == ["in doubt; a probe saw: Active"]
    assert contain_title(now(story)) == "CONTAIN NOW: deactivate_key holds it up: answer that first"
