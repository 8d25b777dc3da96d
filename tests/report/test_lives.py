from __future__ import annotations

from pathlib import Path

from pydantic import JsonValue

from irkit.contract import Change, Credential, CredentialKind, Effect, Means, Plan, Receipt, Seen, Sighting
from irkit.incident import events as ev
from irkit.incident.events import PlanHash, StepId
from irkit.incident.state import fold
from irkit.report.exposure import exposure
from irkit.report.findings import findings
from irkit.report.markdown import markdown
from irkit.report.milestone import Mark, Milestone
from irkit.report.postmortem import Postmortem, postmortem
from irkit.report.timeline import timeline
from tests.report import story as tell
from tests.report.story import ANA, KEY, Story, minutes, runbook, story

LEAKED = Credential(kind=CredentialKind.ACCESS_KEY, id=KEY, label=f"key {KEY} of svc-deploy")
_CLEAN = "the sweep found nothing that was not shut in already"
TOKEN = Credential(kind=CredentialKind.TOKEN, id="fp-12ab", label="GitHub token …a1b2 in api.log")


def cut(told: Story, at: float, *cuts: Credential) -> None:
    """Acknowledged at ``at`` minutes."""
    step, digest = StepId("deactivate_key"), PlanHash("cd" * 32)
    change = Change(target="key", before="Active", after="Inactive")
    plan = Plan(summary="cut", changes=(change,), blast="", undo="", cuts=cuts)
    told.add(ev.StepStarted(step=step, attempt=1, effect=Effect.REVERSIBLE), at)
    told.add(ev.StepPlanned(step=step, attempt=1, effect=Effect.REVERSIBLE, plans=(plan,), plan_hash=digest), at)
    told.add(ev.ApprovalGiven(step=step, plan_hash=digest), at, by=ANA)
    told.add(ev.EffectIntended(step=step, attempt=1, plan_hash=digest, runner="r"), at)
    told.add(ev.EffectDone(step=step, attempt=1, receipt=Receipt(summary="iam:UpdateAccessKey")), at)


def saw(told: Story, at: float, seen: Seen, by: Means, *credentials: Credential) -> None:
    sightings = [Sighting(credential=c, seen=seen, by=by, at=minutes(at), says=f"{seen} by {by}") for c in credentials]
    told.reads("prove_dead", at, {"sightings": [each.model_dump(mode="json") for each in sightings]})


def report(told: Story) -> Postmortem:
    return postmortem(told.records, runbook(), told.folder, minutes(60))


def death(told: Story) -> Milestone:
    window = exposure(findings(told.records, runbook()), fold(told.records))
    return next(each for each in window if each.mark is Mark.DEAD)


def test_death_lies_between_the_last_refusal_and_the_quiet_log(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        cut(told, 2, LEAKED, TOKEN)
        saw(told, 4, Seen.DENIED, Means.PROBE, LEAKED, TOKEN)
        saw(told, 20, Seen.QUIET, Means.LOG, LEAKED, TOKEN)
        dead = death(told)
        said = [each.text for each in report(told).summary]
    assert (dead.earliest, dead.latest) == (minutes(4), minutes(20))
    assert "All that was cut was proven dead 20 min 00 s after opening." in said


def test_a_later_look_at_what_is_dead_does_not_make_it_die_later(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        cut(told, 2, LEAKED)
        saw(told, 4, Seen.DENIED, Means.PROBE, LEAKED)
        saw(told, 20, Seen.QUIET, Means.LOG, LEAKED)
        saw(told, 50, Seen.DENIED, Means.PROBE, LEAKED)
        saw(told, 50, Seen.QUIET, Means.LOG, LEAKED)
        dead = death(told)
    assert (dead.earliest, dead.latest) == (minutes(4), minutes(20))


def test_an_acknowledgement_is_no_death(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        cut(told, 2, LEAKED, TOKEN)
        saw(told, 4, Seen.DENIED, Means.PROBE, LEAKED)
        saw(told, 20, Seen.QUIET, Means.LOG, LEAKED, TOKEN)
        dead = death(told)
        items = [each.text for each in report(told).action_items]
    assert (dead.earliest, dead.latest) == (None, None)
    assert dead.source == (
        "not proven: GitHub token …a1b2 in api.log is quiet (no refusal seen; the log shows no accepted call since); "
        "1 of 2 are proven dead"
    )
    assert "Prove dead: GitHub token …a1b2 in api.log" in items


def test_what_is_alive_again_stands_at_the_top_in_words(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        cut(told, 2, LEAKED)
        saw(told, 4, Seen.DENIED, Means.PROBE, LEAKED)
        saw(told, 9, Seen.ALIVE, Means.ATTEMPT, LEAKED)
        text = markdown(report(told))
        items = [each.text for each in report(told).action_items]
    top = text.split("## Summary")[0]
    assert "ALIVE AGAIN" in top
    assert KEY not in text.split("## Timeline")[0]
    assert items[0] == "Contain again: key AKIA…WXYZ of svc-deploy"


def test_an_alarm_that_was_answered_is_told_in_the_summary(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        cut(told, 2, LEAKED)
        saw(told, 4, Seen.DENIED, Means.PROBE, LEAKED)
        saw(told, 9, Seen.ALIVE, Means.ATTEMPT, LEAKED)
        cut(told, 11, LEAKED)
        saw(told, 13, Seen.DENIED, Means.PROBE, LEAKED)
        found = report(told)
    assert found.alarms == ()
    assert any(each.text.startswith("key AKIA…WXYZ of svc-deploy came to life again once") for each in found.summary)


def test_the_ledger_tells_the_life_of_every_credential_with_its_events(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        tell.identify(told)
        cut(told, 2, LEAKED, TOKEN)
        saw(told, 4, Seen.DENIED, Means.PROBE, LEAKED)
        ledger = report(told).credentials
    assert [(each.key_id, each.final.partition(" (")[0]) for each in ledger] == [
        ("AKIA…WXYZ", "denied"),
        ("GitHub token …a1b2 in api.log", "acknowledged"),
    ]
    assert [each.text.split(": ")[1] for each in ledger[0].life] == ["live", "revoke sent", "acknowledged", "denied"]
    assert all(each.events for each in ledger[0].life)
    assert ledger[0].owner == "svc-deploy in 111143211234"


def test_the_timeline_has_each_turn_with_its_clock(tmp_path: Path) -> None:
    with story(tmp_path) as told:
        cut(told, 2, LEAKED)
        saw(told, 4, Seen.DENIED, Means.PROBE, LEAKED)
        rows = [(row.clock, row.text.partition(" (")[0]) for row in timeline(told.records) if "key AKIA" in row.text]
    assert ("its provider", "key AKIA…WXYZ of svc-deploy: denied") in rows
    assert ("this machine", "key AKIA…WXYZ of svc-deploy: acknowledged") in rows


def test_what_a_sweep_found_is_told_once_and_how_each_sweep_ended(tmp_path: Path) -> None:
    user: JsonValue = {
        "by": "arn:aws:iam::111143211234:user/svc-deploy",
        "call": "iam:CreateUser",
        "user": "svc-backup2",
    }
    with story(tmp_path) as told:
        told.reads("sweep", 5, {"outcome": "found", "users": [user], "unknown": ["role/ops9"], "coverage": "all"})
        told.reads("sweep_again", 8, {"outcome": "clean", "unknown": ["role/ops9"], "not_seen": ["eu-west-1"]})
        found = report(told).intruder
    said = [each.text for each in found.left_behind]
    assert said[0].startswith("user made: iam:CreateUser svc-backup2 by arn:aws:iam")
    assert said[1:] == ["made by nobody known: role/ops9", "the sweep found what is listed here", _CLEAN]
    assert "NOT seen: eu-west-1" in [each.text for each in found.coverage]
