from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pydantic import JsonValue

from irkit.errors import JournalBroken
from irkit.incident import events as ev
from irkit.incident.events import StepId
from irkit.report.evidence import Condition
from irkit.report.milestone import Mark, Milestone
from irkit.report.postmortem import Postmortem, postmortem
from irkit.report.statement import Basis
from tests.report import story as tell
from tests.report.story import ANA, KEY, Story, minutes, runbook, story


def report(told: Story) -> Postmortem:
    return postmortem(told.records, runbook(), told.folder, minutes(60))


def milestone(told: Story, mark: Mark) -> Milestone:
    return next(each for each in report(told).exposure if each.mark is mark)


def test_first_exposure_lies_between_the_first_commit_and_the_first_use(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        found = tell.find_in_git(told)
        tell.measure(told)
        used = tell.judge(told)
        exposed = milestone(told, Mark.EXPOSED)
    assert (exposed.earliest, exposed.latest) == (minutes(-300), minutes(-170))
    assert exposed.events == (found.seq, used.seq)
    assert exposed.basis is Basis.INFERRED


def test_a_use_before_the_first_commit_says_that_the_key_leaked_elsewhere(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.find_in_git(told)
        tell.judge(told, first=-900)
        exposed = milestone(told, Mark.EXPOSED)
    assert (exposed.earliest, exposed.latest) == (None, minutes(-900))
    assert "leaked elsewhere first" in exposed.source


def test_without_any_step_the_exposure_ends_at_the_opening_and_begins_nowhere(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        exposed = milestone(told, Mark.EXPOSED)
        used = milestone(told, Mark.USED)
    assert (exposed.earliest, exposed.latest, exposed.events) == (None, minutes(0), (1,))
    assert (used.earliest, used.latest, used.source) == (None, None, "no step asked CloudTrail")


def test_a_later_last_use_known_to_iam_widens_the_last_success(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        tell.measure(told)
        last = milestone(told, Mark.SUCCEEDED)
    assert (last.earliest, last.latest, last.basis) == (minutes(-20), minutes(-5), Basis.INFERRED)


def test_contained_lies_between_the_receipt_and_the_proof(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.deactivate(told)
        contained = milestone(told, Mark.CONTAINED)
    assert (contained.earliest, contained.latest) == (minutes(3.5), minutes(4))


def test_a_containment_names_the_containing_steps_that_are_not_done(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        tell.deactivate(told)
        before = milestone(told, Mark.CONTAINED)
        told.add(ev.StepOmitted(step=StepId("prove_dead"), because="only when it is abused"), 8)
        not_needed = milestone(told, Mark.CONTAINED)
        tell.prove_dead(told)
        after = milestone(told, Mark.CONTAINED)
    assert not_needed.basis is Basis.OBSERVED
    assert (before.basis, before.source) == (
        Basis.INFERRED,
        "receipt and proof of deactivate_key; WITHOUT prove_dead, not done",
    )
    assert (after.basis, after.source) == (Basis.OBSERVED, "receipt and proof of deactivate_key")


def test_an_undone_containment_does_not_count(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.deactivate(told)
        told.add(ev.StepUndone(step=StepId("deactivate_key"), attempt=2), 9)
        contained = milestone(told, Mark.CONTAINED)
        items = report(told).action_items
    assert (contained.earliest, contained.latest) == (None, None)
    assert [item.text.partition(":")[0] for item in items] == ["Confirm that this may stay undone"]


def test_an_unproven_death_is_not_called_dead(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        told.reads(
            "prove_dead", 8, {"key_id": KEY, "outcome": "unproven", "how": "history", "seen": "log not complete"}
        )
        dead = milestone(told, Mark.DEAD)
        ledger = report(told).credentials
    assert dead.latest is None
    assert ledger[0].final == "not proven dead: log not complete"


def test_the_ledger_masks_the_key_and_lists_what_was_done(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        tell.deactivate(told)
        tell.find_in_git(told)
        tell.prove_dead(told)
        ledger = report(told).credentials
    assert [each.key_id for each in ledger] == ["AKIA…WXYZ"]
    assert [each.text for each in ledger[0].actions] == ["iam:UpdateAccessKey AKIA…WXYZ Inactive"]
    assert ledger[0].found_in[0].text.startswith("blob deploy/env.sh:3, since commit cccccccccc")
    assert ledger[0].final == "proven dead (probe)"


def test_without_a_look_at_cloudtrail_nothing_is_claimed_of_the_intruder(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        activity = report(told).intruder
    assert (activity.measured, activity.uses, activity.coverage) == (False, (), ())


def test_a_measure_without_coverage_warns_the_reader(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.measure(told, coverage="")
        coverage = report(told).intruder.coverage
    assert "take nothing as absent" in coverage[0].text


def test_addresses_that_were_judged_strange_come_first_and_are_named_so(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.measure(told)
        tell.judge(told)
        uses = [each.text for each in report(told).intruder.uses]
    counts = "9 calls with key AKIA…WXYZ, by anyone: 6 succeeded, 3 failed, 2 of these denied (1 trial calls"
    assert uses[0].startswith(counts)
    assert uses[1].startswith("from 203.0.113.9 (a stranger): 3 succeeded, 1 denied, ")
    assert uses[2].startswith("from 10.0.0.5 (not judged strange)")
    assert "secret read, by anyone: prod/db" in uses
    assert 'decrypted, by anyone, with alias/prod, encryption context {"app":"api"}: 6 times' in uses


def test_what_was_not_seen_is_told_with_how_long_absence_can_be_trusted(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.measure(told)
        coverage = [each.text for each in report(told).intruder.coverage]
    assert coverage[:2] == ["us-east-1, 90 days", "NOT seen: eu-west-1: denied"]
    assert coverage[2].startswith("absence can be trusted until 2026-03-01 05:51:00Z")


def test_what_was_left_behind_names_the_event_that_shows_it(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.hunt(told)
        left = [each.text for each in report(told).intruder.left_behind]
    proof = "at 2026-03-01 04:20:00Z with key AKIA…WXYZ (CloudTrail event e-1)"
    assert left == [
        f"user: svc-backup2 {proof}",
        f"rights: iam:AttachUserPolicy svc-backup2 AdministratorAccess {proof}",
        f"tried, and refused by AWS: iam:CreateRole ops2 {proof}",
    ]


def test_a_repository_tells_who_could_read_it_and_what_still_holds_the_secret(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.find_in_git(told)
        before = report(told).repositories
        refs: list[JsonValue] = [{"ref": "refs/heads/main", "outcome": "forced", "reason": ""}]
        result: dict[str, JsonValue] = {
            "repository": tell.REPOSITORY,
            "refs": refs,
            "commits": 7,
            "remaining": ["refs/pull/1/head"],
        }
        told.reads("purge", 9, result)
        after = report(told).repositories
    assert [(each.name, each.purged) for each in (*before, *after)] == [
        ("acme/payments", False),
        ("acme/payments", True),
    ]
    assert [each.text for each in after[0].remaining] == ["refs/pull/1/head"]
    assert after[0].known[-1].text == "7 commits rewritten; refs: refs/heads/main forced"


def test_a_question_of_a_step_that_was_left_out_is_not_asked(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        told.add(ev.StepOmitted(step=StepId("impact"), because="$verdict.choice is abused"), 9)
        asked = report(told).questions
    assert "What was the impact" not in {each.text for each in asked}


def test_every_statement_names_events_that_the_journal_holds(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        for part in (tell.identify, tell.deactivate, tell.find_in_git, tell.measure, tell.prove_dead):
            part(told)
        done = report(told)
    known = set(range(1, done.integrity.count + 1))
    statements = [*done.summary, *done.intruder.uses, *done.intruder.coverage]
    statements += [each for line in done.credentials for each in (*line.found_in, *line.actions)]
    assert len(statements) > 8
    assert all(each.events and set(each.events) <= known for each in statements)
    assert {row.event for row in done.timeline} <= known


def test_the_timeline_is_in_the_order_in_which_things_happened(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.find_in_git(told)
        tell.measure(told)
        tell.judge(told)
        rows = report(told).timeline
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert [row.text for row in rows][:3] == [
        "first exposed (at some time until 2026-03-01 03:10:00Z)",
        "first use by someone else",
        "last successful use, by anyone",
    ]


def test_a_decision_tells_what_was_known_then(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        seen = tell.measure(told)
        answer = ev.DecisionGiven(
            step=StepId("verdict"), answer={"choice": "abused"}, reason="foreign address", head_seen=seen.hash
        )
        given = told.add(answer, 7, by=ANA)
        decided = report(told).decisions
    assert [(each.known, each.event, each.answer, each.reason) for each in decided] == [
        (seen.seq, given.seq, "abused", "foreign address")
    ]


def test_an_answer_closes_the_question_that_its_step_asks(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        given = told.add(ev.DecisionGiven(step=StepId("impact"), answer={"text": "12 files read"}), 9, by=ANA)
        asked = report(told).questions
    assert [(each.answer, each.event) for each in asked if each.topic == "impact"] == [("12 files read", given.seq)]


def test_a_reason_given_within_an_answer_is_told_as_the_reason(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        told.add(ev.DecisionGiven(step=StepId("verdict"), answer={"choice": "leave", "reason": "dead"}), 7, by=ANA)
        decided = report(told).decisions
    assert [(each.answer, each.reason) for each in decided] == [("leave", "dead")]


def test_keys_that_the_intruder_made_stand_in_the_ledger_until_shut_in(tmp_path: Path) -> None:
    key = "AKIAINTRUDERS00QQQQ"
    with story(tmp_path) as told:
        left: JsonValue = {"call": "iam:CreateAccessKey", "target": "svc-backup2", "what": key, "event_id": "e-2"}
        told.reads("hunt", 7, {"keys": [left]})
        before = report(told).credentials
        told.reads("shut_in", 8, {"user": "svc-backup2", "keys": [key]})
        after = report(told).credentials
    assert [(each.key_id, each.owner, each.final) for each in before] == [
        ("AKIA…QQQQ", "svc-backup2, made by the intruder", "NOT SHUT IN by any step")
    ]
    assert after[0].final == "inactive: its user is shut in"


def test_a_report_says_how_many_steps_are_open(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        ended = report(told).header.ended
    assert ended == f"{len(runbook().steps) - 1} of {len(runbook().steps)} steps open when this was written"


def test_an_approval_knows_the_plan_it_is_of(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.deactivate(told)
        decided = report(told).decisions
        planned = next(each.seq for each in told.records if isinstance(each.event, ev.StepPlanned))
    assert [(each.known, each.by) for each in decided] == [(planned, "ana (human)")]


@pytest.mark.parametrize(
    ("now", "condition"),
    [(b"as kept", Condition.INTACT), (b"changed", Condition.ALTERED), (None, Condition.MISSING)],
)
def test_evidence_is_hashed_again(tmp_path: Path, now: bytes | None, condition: Condition) -> None:
    with story(tmp_path) as told:
        kept = ev.EvidenceKept(
            step=StepId("measure_use"),
            path="evidence/use.jsonl",
            sha256=hashlib.sha256(b"as kept").hexdigest(),
            size=7,
            what="records",
            count=1,
            coverage="",
        )
        told.add(kept, 6)
        if now is not None:
            (tmp_path / "evidence").mkdir()
            (tmp_path / "evidence" / "use.jsonl").write_bytes(now)
        done = report(told)
    assert [each.condition for each in done.evidence] == [condition]
    assert len(done.action_items) == (condition is not Condition.INTACT)


def test_evidence_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    inside = tmp_path / "DRILL-0001"
    inside.mkdir()
    (tmp_path / "elsewhere").write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    kept = ev.EvidenceKept(
        step=StepId("measure_use"), path="../elsewhere", sha256=digest, size=1, what="w", count=1, coverage=""
    )
    with story(inside) as told:
        told.add(kept, 6)
        done = report(told)
    assert done.evidence[0].condition is Condition.MISSING


def test_failed_skipped_and_undelivered_steps_become_action_items(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        told.add(ev.StepFailed(step=StepId("purge"), attempt=1, error="Denied", message="protected"), 9)
        told.add(ev.StepSkipped(step=StepId("prove_dead"), reason="no secret at hand"), 9, by=ANA)
        told.add(ev.StepPostponed(step=StepId("tell_slack"), attempt=1, message="outage", again_at=minutes(20)), 9)
        items = report(told).action_items
    assert [(item.text.partition(":")[0], item.because) for item in items] == [
        ("Decide whether this must still be done", "skipped: no secret at hand"),
        ("Finish by hand or try again", "protected"),
        ("Deliver", "not delivered: outage"),
    ]


def test_what_a_purge_left_becomes_an_action_item(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        told.reads("purge", 9, {"remaining": ["refs/pull/1/head", "fork bo/payments"], "unguarded": ["main"]})
        items = report(told).action_items
    assert [item.text for item in items] == [
        "Remove what the purge could not reach: refs/pull/1/head",
        "Remove what the purge could not reach: fork bo/payments",
        "Put the protection of branch main back",
    ]


def test_an_answered_question_is_closed_and_the_others_stay_open(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        answered = told.reads("impact", 9, {"text": "12 files read"})
        asked = report(told).questions
    assert [(each.answer, each.event) for each in asked if each.topic == "impact"] == [("12 files read", answered.seq)]
    assert {each.topic for each in asked if not each.answer} == {"leaked", "noticed", "lucky", "well", "told"}


def test_the_parts_of_the_response_are_timed_from_the_opening(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        tell.deactivate(told)
        before = {part.phase: part for part in report(told).containment}
        tell.prove_dead(told)
        after = {part.phase: part for part in report(told).containment}
    assert before["contained"].reached_at is None
    assert before["contained"].open_steps == ("prove_dead",)
    assert after["contained"].reached_at == minutes(8.5)
    assert after["contained"].after == minutes(8.5) - minutes(0)


def test_records_that_open_no_incident_make_no_report(tmp_path: Path) -> None:
    with pytest.raises(JournalBroken):
        postmortem((), runbook(), tmp_path, minutes(0))
