"""What every shipped runbook owes to the first minutes: nothing slow or optional stands before an act that contains."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.actions.catalog import ACTIONS
from irkit.contract import ActionId, Effect
from irkit.runbook.graph import before, graph, needed
from irkit.runbook.load import load
from irkit.runbook.model import Runbook, RunbookPhase, Step, StepId
from irkit.runbook.shelf import shipped_folder

FILES = sorted(shipped_folder().glob("*.yaml"))
CUTS = {"aws.deny_principal", "aws.deactivate_keys", "aws.revoke_sessions", "aws.block_trust"}
"""What an intruder can see and take back before it binds."""
QUARANTINE = "aws.quarantine_principals"
HOLD = "aws.hold_principals"
EVIDENCE = {"aws.snapshot_principal"}
AT_THE_CODE_HOST = {
    "github.cancel_runs",
    "github.remove_runner",
    "github.remove_branch",
    "github.remove_deploy_key",
    "github.disable_webhook",
}
"""What lets an intruder go on acting at the code host."""
LETS_ACT = {"aws.release_principals", "aws.lift_user_deny"}
"""What gives a principal back what it may do, under the same name."""
DESTROYS = {"github.delete_ci_logs", "github.delete_caches"}
"""What destroys evidence."""


def effect(step: Step) -> Effect:
    return ACTIONS[ActionId(step.uses)].effect


def containing(book: Runbook) -> list[tuple[Step, list[Step]]]:
    """Each reversible step of the containing part, with all steps that must end before it."""
    held = before(graph(book))
    return [
        (step, [book.step(StepId(each)) for each in held[step.id]])
        for step in book.steps
        if step.phase is RunbookPhase.CONTAIN and effect(step) is Effect.REVERSIBLE
    ]


@pytest.fixture(params=FILES, ids=[path.stem for path in FILES])
def book(request: pytest.FixtureRequest) -> Runbook:
    path: Path = request.param
    return load(path)


def test_nothing_that_lets_anybody_back_in_stands_before_the_end_of_the_containment(book: Runbook) -> None:
    """CONTAIN NOW starts whatever a containing step waits for, the proof too."""
    held = before(graph(book))
    needed = {each for step in book.steps if step.phase is RunbookPhase.CONTAIN for each in held[step.id]}
    acts = [step for step in book.steps if step.id in needed and effect(step) is Effect.REVERSIBLE]
    assert [step.id for step in acts if step.phase in {RunbookPhase.RECOVER, RunbookPhase.CLOSE}] == []


def test_no_containing_act_waits_for_a_snapshot_or_a_measurement(book: Runbook) -> None:
    slow = {
        step.id: [each.id for each in held if each.uses in EVIDENCE or each.phase is RunbookPhase.MEASURE]
        for step, held in containing(book)
    }
    assert {step: held for step, held in slow.items() if held} == {}


def test_no_containing_act_waits_for_slack(book: Runbook) -> None:
    told = {step.id: [each.id for each in held if effect(each) is Effect.NOTICE] for step, held in containing(book)}
    assert {step: held for step, held in told.items() if held} == {}


def test_no_containing_act_waits_for_an_irreversible_one(book: Runbook) -> None:
    final = {
        step.id: [each.id for each in held if effect(each) is Effect.IRREVERSIBLE] for step, held in containing(book)
    }
    assert {step: held for step, held in final.items() if held} == {}


def test_what_can_be_taken_back_waits_for_the_quarantine(book: Runbook) -> None:
    """By a ``needs`` on the quarantine, which its ``when`` leaves out where no SCP binds."""
    unguarded = [
        step.id
        for step, held in containing(book)
        if step.uses in CUTS and QUARANTINE not in {each.uses for each in held}
    ]
    assert unguarded == []


def test_containment_by_iam_never_waits_for_a_human_because_the_quarantine_failed(book: Runbook) -> None:
    strict = before({step.id: needed(step) for step in book.steps})
    blocked = [
        step.id
        for step, _ in containing(book)
        if step.uses != QUARANTINE and QUARANTINE in {book.step(each).uses for each in strict[step.id]}
    ]
    assert blocked == []


def test_what_can_be_taken_back_is_held_first_where_no_scp_binds(book: Runbook) -> None:
    unheld = [
        step.id for step, held in containing(book) if step.uses in CUTS and HOLD not in {each.uses for each in held}
    ]
    assert unheld == []


def test_where_no_quarantine_binds_a_person_confirms_it(book: Runbook) -> None:
    if any(step.uses == QUARANTINE for step in book.steps):
        asks = [step for step in book.steps if effect(step) is Effect.HUMAN and step.when is not None]
        reach = {step.id for step in book.steps if step.uses == "aws.find_quarantine_reach"}
        assert any(step.when is not None and step.when.ref.step in reach for step in asks)


def test_the_evidence_is_taken_beside_and_the_death_is_proven(book: Runbook) -> None:
    uses = {step.uses for step in book.steps}
    if QUARANTINE in uses:
        assert uses >= {*EVIDENCE, "aws.prove_principal_dead", "aws.sweep_window", "aws.lift_freeze"}


def test_what_stops_an_intruder_at_the_code_host_is_in_contain_now_and_what_destroys_evidence_is_not(
    book: Runbook,
) -> None:
    held = before(graph(book))
    part = {step.id for step in book.steps if step.phase is RunbookPhase.CONTAIN}
    part |= {each for step in part for each in held[step]}
    outside = [step.id for step in book.steps if step.uses in AT_THE_CODE_HOST and step.id not in part]
    assert outside == []
    assert [step.id for step in book.steps if step.uses in DESTROYS and step.id in part] == []


def test_logs_are_saved_before_they_are_deleted(book: Runbook) -> None:
    held = before(graph(book))
    for step in book.steps:
        if step.uses == "github.delete_ci_logs":
            assert "github.save_ci_logs" in {book.step(each).uses for each in held[step.id]}


def test_at_its_end_what_was_proven_dead_is_looked_at_again_and_stopped_again(book: Runbook) -> None:
    """Somebody may make a key active again once everybody is let go."""
    looks = [step for step in book.steps if step.id == StepId("still_dead")]
    assert [str(step.params["cut_at"]) for step in looks] == ["$prove_dead.since"]
    held = before(graph(book))
    assert StepId("lift_freeze") in held[StepId("still_dead")]
    assert str(book.step(StepId("stop_again")).for_each) == "$still_dead.alive_keys"
    assert str(book.step(StepId("cut_sessions")).for_each) == "$still_dead.alive_keys"
    assert {StepId("stop_again"), StepId("cut_sessions")} <= held[StepId("dead_again")]
    last = {StepId(each) for each in ("dead_again", "came_back", "not_dead_again")}
    assert last <= held[StepId("postmortem")]


def test_who_is_let_act_again_makes_no_identities_from_before_on(book: Runbook) -> None:
    """Its old key may come back: then stopping it once is enough, and what was opened since is measured."""
    held = before(graph(book))
    for step in book.steps:
        if step.uses in LETS_ACT:
            assert "aws.deny_identity_making" in {book.step(each).uses for each in held[step.id]}
            assert held[StepId("came_back")] >= {StepId("measure_again")}


def test_who_gave_it_life_is_asked_only_where_something_lives_again(book: Runbook) -> None:
    """A proof that is only not whole is looked at once more, and has words of its own."""
    asked = {step.id: str(step.when) for step in book.steps if step.when is not None}
    assert asked[StepId("dead_again")] == "$still_dead.outcome is not dead"
    assert asked[StepId("came_back")] == "$still_dead.outcome is alive"
    assert asked[StepId("not_dead_again")] == "$dead_again.outcome is not dead"
