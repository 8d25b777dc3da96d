"""What goes wrong in a drill beside the adversary: when, what it does, and what is told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from irkit.contract import Change, Effect, Means, Plan, Seen, Sighting
from irkit.drill.consequences import consequences
from irkit.drill.inject import Inject, Schedule, schedule
from irkit.drill.mishaps import Asked, Happened, Mishaps, ask, asked, is_purging
from irkit.drill.rehearsal import Rehearsal
from irkit.drill.responder import colleague
from irkit.engine.endings import IRKIT
from irkit.incident import events as ev
from irkit.incident.events import Mode, PlanHash, StepId
from irkit.incident.state import Phase
from irkit.runbook.load import loads
from tests.drill.test_responder import SMASH, Rehearsed, approvers
from tests.engine.driving import SAM, Drive
from tests.engine.test_lives_journalled import KEY, refusing
from tests.incident.biography import START, Biography
from tests.patience import PATIENCE_S

SOON = Schedule(
    slack_from=timedelta(),
    slack_for=timedelta(milliseconds=50),
    github_for=timedelta(milliseconds=50),
    asleep=timedelta(seconds=1),
    skew=timedelta(seconds=90),
    killed_at=1,
    second_after=timedelta(),
)
RUNBOOK = loads(
    "runbook: leak\ntitle: Leak\nseverity: SEV1\nsummary: A leak.\ninputs: {}\nsteps:\n"
    "  tell: {uses: slack.post_message}\n"
    "  purge: {uses: git.purge_history}\n",
    "leak.yaml",
)
TELL, PURGE = StepId("tell"), StepId("purge")


@dataclass
class Cloud:
    """What a mishap needs of a rehearsal cloud: it writes down the faults that are flipped."""

    folder: Path
    flipped: list[Mapping[str, JsonValue]] = field(default_factory=list)
    facts: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(second_key_id="key-2"))

    revived: list[str] = field(default_factory=list)
    refusing: int = 0
    """How often AWS still refuses to make a key active."""

    def revive(self, key_id: str) -> str:
        self.revived.append(key_id)
        return "ops-admin made it active" if len(self.revived) > self.refusing else ""

    def inject(self, fault: Mapping[str, JsonValue]) -> None:
        self.flipped.append(fault)


@pytest.fixture
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drive:
    monkeypatch.setattr("irkit.drill.mishaps.schedule", lambda _: SOON)
    return Drive(tmp_path, SMASH, mode=Mode.DRILL)


def mishaps(drive: Drive, folder: Path, *injects: Inject) -> tuple[Mishaps, Cloud]:
    cloud = Cloud(folder / "world")
    ask(cloud.folder, Asked(seed=1, injects=injects))
    return Mishaps(Rehearsed(drive), cast("Rehearsal", cloud)), cloud


def until_happened(folder: Path, inject: Inject) -> Asked:
    until = time.monotonic() + PATIENCE_S
    while not asked(folder).has(inject) and time.monotonic() < until:
        time.sleep(0.01)
    return asked(folder)


@given(seed=st.integers())
def test_a_seed_says_when_and_always_the_same(seed: int) -> None:
    when = schedule(seed)
    assert when == schedule(seed)
    assert abs(when.skew) == timedelta(seconds=90)
    assert when.slack_for > timedelta(seconds=10)
    assert 1 <= when.killed_at <= 3


def test_some_seeds_have_an_approver_who_never_answers_and_most_have_not() -> None:
    never = sum(schedule(seed).asleep is None for seed in range(40))
    assert 0 < never < 20


def test_slack_goes_down_and_comes_up_again(drive: Drive, tmp_path: Path) -> None:
    trouble, cloud = mishaps(drive, tmp_path, Inject.SLACK_DOWN)
    trouble.start()
    until_happened(cloud.folder, Inject.SLACK_DOWN)
    trouble.stop()
    assert cloud.flipped[0] == {"service": "slack", "outage": "on"}
    assert {"service": "slack", "outage": "off"} in cloud.flipped


def test_what_has_happened_does_not_happen_to_the_next_runner_but_comes_up(drive: Drive, tmp_path: Path) -> None:
    trouble, cloud = mishaps(drive, tmp_path, Inject.GITHUB_DOWN)
    trouble.note(Inject.GITHUB_DOWN, "github and git went down")
    trouble.start()
    trouble.stop()
    assert {fault["outage"] for fault in cloud.flipped} <= {"off"}
    assert {fault["service"] for fault in cloud.flipped} == {"github", "git"}


def test_github_goes_down_once_the_purge_has_all_its_approvals(tmp_path: Path) -> None:
    drive = Drive(tmp_path, SMASH.replace("board.", "git."), mode=Mode.DRILL)
    drive.catalog["git.smash"] = drive.catalog["board.smash"]

    def begins() -> bool:
        return is_purging(drive.runbook, drive.journal.state())

    drive.run()
    assert (drive.step("smash").phase, begins()) == (Phase.PLANNED, False)
    drive.approve("smash", phrase="smash a")
    assert not begins()
    drive.approve("smash", SAM, phrase="smash a")
    assert begins()
    drive.run()
    assert (drive.step("smash").phase, begins()) == (Phase.DONE, False)


def test_a_second_leak_is_a_note_and_whoever_answers_it_is_called_once(drive: Drive, tmp_path: Path) -> None:
    trouble, cloud = mishaps(drive, tmp_path, Inject.SECOND_LEAK)
    called: list[threading.Thread] = []

    def answer() -> threading.Thread:
        called.append(threading.Thread(target=lambda: None))
        called[-1].start()
        return called[-1]

    trouble.second_leak = answer
    trouble.start()
    until_happened(cloud.folder, Inject.SECOND_LEAK)
    until = time.monotonic() + PATIENCE_S
    while not called and time.monotonic() < until:
        time.sleep(0.01)
    trouble.stop()
    assert len(called) == 1
    notes = [r.event.text for r in drive.journal.records() if isinstance(r.event, ev.NoteAdded)]
    assert len(notes) == 1
    assert "key-2" in notes[0]


def test_without_a_request_nothing_goes_wrong(tmp_path: Path) -> None:
    assert asked(tmp_path) == Asked(seed=0)


def test_a_colleague_who_is_asleep_approves_later_and_one_who_never_wakes_does_not(drive: Drive) -> None:
    drive.run()
    drive.approve("smash", phrase="smash a")
    never, late = colleague(Rehearsed(drive), None), colleague(Rehearsed(drive), 0.2)
    for person in (never, late):
        person.act(person, drive.journal.state(), StepId("smash"))
    assert len(approvers(drive)) == 1
    until = time.monotonic() + PATIENCE_S
    while len(approvers(drive)) == 1 and time.monotonic() < until:
        for person in (never, late):
            person.act(person, drive.journal.state(), StepId("smash"))
    assert len(approvers(drive)) == 2
    assert approvers(drive)[1] == late.actor
    assert drive.step("smash").phase is Phase.PLANNED


def told(journal: Biography, *injects: Inject, happened: tuple[Inject, ...] = ()) -> list[str]:
    log = tuple(Happened(inject=each, at=START, says="went down") for each in happened)
    return list(consequences(Asked(seed=1, injects=injects, happened=log), journal.records, RUNBOOK))


def test_a_notice_that_was_late_is_told_from_one_that_was_never_sent() -> None:
    late = Biography().tell(ev.StepPostponed(step=TELL, attempt=1, message="down", again_at=START))
    assert told(late, Inject.SLACK_DOWN) == ["slack-down: 1 notices were late, never sent: tell"]
    late.tell(ev.StepDone(step=TELL, attempt=2, results=(), summary=""))
    assert told(late, Inject.SLACK_DOWN, happened=(Inject.SLACK_DOWN,)) == [
        "slack-down at 06:00:00Z: went down",
        "slack-down: 1 notices were late, all sent",
    ]


def test_a_step_that_failed_by_the_outage_is_named() -> None:
    failed = Biography().tell(ev.StepFailed(step=PURGE, attempt=1, error="Unreachable", message="no answer"))
    assert told(failed, Inject.GITHUB_DOWN, happened=(Inject.GITHUB_DOWN,))[-1].endswith(
        "purge failed and was not done"
    )
    assert told(failed, Inject.GITHUB_DOWN) == ["github-down: nothing was to be purged there"]


def test_how_long_a_plan_waited_for_its_second_approval_is_told() -> None:
    hash_ = PlanHash("b" * 64)
    plan = Plan(summary="rewrite", changes=(Change(target="t", before="a", after="b"),), blast="", undo="")
    waits = Biography().tell(
        ev.StepPlanned(step=PURGE, attempt=1, effect=Effect.IRREVERSIBLE, plans=(plan,), plan_hash=hash_)
    )
    waits.tell(ev.ApprovalGiven(step=PURGE, plan_hash=hash_), at=10)
    left = Biography(list(waits.records), 10).tell(ev.StepSkipped(step=PURGE, reason="nobody"), at=55)
    assert told(left, Inject.APPROVER_ASLEEP)[0].startswith("approver-asleep: purge was left out after 45 s")
    waits.tell(ev.EffectIntended(step=PURGE, attempt=1, plan_hash=hash_, runner="r1"), at=33)
    assert told(waits, Inject.APPROVER_ASLEEP) == ["approver-asleep: purge waited 23 s for its second approval"]


def test_doubt_after_a_kill_is_told_with_how_it_was_settled() -> None:
    killed = Biography()
    for runner in ("r1", "r2"):
        killed.tell(ev.RunnerStarted(runner=runner, pid=1, host="laptop"))
    killed.tell(ev.DoubtResolved(step=PURGE, attempt=1, resolution=ev.Resolution.WAS_NOT_DONE))
    assert told(killed, Inject.KILLED) == [
        "killed: 2 runners; purge was in doubt, a probe settled it: was not done"
    ]  # fmt: skip


def test_a_clock_that_is_off_is_told_by_how_much() -> None:
    assert "1 min 30 s" in told(Biography(), Inject.CLOCK_SKEW)[0]


def test_a_dead_key_is_revived_once_aws_allows_it(tmp_path: Path) -> None:
    drive = refusing(tmp_path, mode=Mode.DRILL)
    trouble, cloud = mishaps(drive, tmp_path, Inject.REVIVED)
    cloud.refusing = 1
    drive.run()
    drive.approve("cut")
    trouble.start()
    drive.run()
    quiet = Sighting(credential=KEY, seen=Seen.QUIET, by=Means.LOG, at=datetime.now(UTC), says="no call")
    told = {"sightings": [quiet.model_dump(mode="json")]}
    assert cloud.revived == []
    drive.journal.append(
        ev.StepDone(step=StepId("cut"), attempt=1, results=(told,), summary=""),
        actor=IRKIT,
    )
    happened = until_happened(cloud.folder, Inject.REVIVED).happened
    trouble.stop()
    assert (cloud.revived, [one.says for one in happened]) == (["key-1", "key-1"], ["ops-admin made it active"])


def test_that_nobody_noticed_a_revived_key_is_told() -> None:
    assert told(Biography(), Inject.REVIVED, happened=(Inject.REVIVED,))[-1] == "revived: nobody noticed"
    assert "no access key was proven dead" in told(Biography(), Inject.REVIVED)[0]
