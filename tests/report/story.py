"""A key leak in few events, in a real journal, for the report's tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import JsonValue

from irkit.contract import Change, Effect, Plan, Proof, Receipt
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, Event, IncidentId, Mode, PlanHash, Recorded, StepId
from irkit.incident.journal import Happened, SqliteJournal
from irkit.runbook.load import loads
from irkit.runbook.model import Runbook

REPOSITORY = "https://git.example/acme/payments.git"
STRANGER = "203.0.113.9"
KEY = "AKIAEXAMPLEKEY00WXYZ"
T0 = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
IRKIT = Actor(name="irkit", kind=ActorKind.IRKIT)
ANA = Actor(name="ana", kind=ActorKind.HUMAN)
RUNBOOK = """
runbook: key_leak
title: AWS access key leaked
severity: SEV1
summary: A key is public.
inputs:
  key_id: {type: text, title: The key}
steps:
  identify_key: {uses: aws.identify_principal, title: Who owns the key, phase: contain, with: {key_id: $inputs.key_id}}
  deactivate_key: {uses: aws.deactivate_keys, title: Make the key inactive, phase: contain, with: {key_id: x}}
  measure_use: {uses: cloudtrail.measure_key_use, title: What was it used for, phase: measure, with: {key_id: x}}
  judge_use: {uses: cloudtrail.judge_use, title: Was it abused, phase: measure, with: {sources: []}}
  hunt: {uses: cloudtrail.hunt_persistence, title: What is left, phase: eradicate, with: {key_id: x}}
  shut_in: {uses: aws.quarantine_user, title: Shut in, phase: eradicate, with: {user: x}}
  sweep: {uses: aws.sweep_window, title: What was made, phase: eradicate, with: {principals: []}}
  sweep_again: {uses: aws.sweep_window, title: What was made since, phase: eradicate, with: {principals: []}}
  find_in_git: {uses: git.find_secret, title: Where is it, phase: measure, with: {key_id: x}}
  verdict: {uses: human.decide, title: What now, with: {question: q}}
  prove_dead: {uses: aws.prove_principal_dead, title: Is it dead, phase: contain, with: {key_id: x}}
  purge: {uses: git.purge_history, title: Purge the history, phase: eradicate, with: {key_id: x}}
  tell_slack: {uses: slack.post_message, title: Tell the team, with: {text: x}}
  impact: {uses: human.note, title: What was the impact, with: {prompt: p}}
"""


def minutes(count: float) -> datetime:
    return T0 + timedelta(minutes=count)


def runbook() -> Runbook:
    return loads(RUNBOOK, "key_leak.yaml")


class Story:
    """Writes events one after another; ``at`` is in minutes after the opening."""

    def __init__(self, folder: Path, mode: Mode = Mode.DRILL, title: str = "AWS access key leaked") -> None:
        self.folder = folder
        self.journal = SqliteJournal(folder / "journal.db")
        opened = ev.IncidentOpened(
            incident=IncidentId("DRILL-0001"),
            title=title,
            severity="SEV1",
            mode=mode,
            runbook="key_leak",
            runbook_text=RUNBOOK,
            runbook_path="key_leak.yaml",
            runbook_sha256=runbook().sha256,
            inputs={"key_id": KEY},
            account="prod 111143211234",
            acting_as="irkit-break-glass",
            quorum=2,
            irkit_version="0.1.0",
        )
        self.add(opened, 0, by=ANA)

    def add(self, event: Event, at: float, by: Actor = IRKIT) -> Recorded:
        return self.journal.append(event, actor=by, happened=Happened(minutes(at), "this machine", 0))

    def reads(self, step: str, at: float, result: Mapping[str, JsonValue], summary: str = "") -> Recorded:
        self.add(ev.StepStarted(step=StepId(step), attempt=1, effect=Effect.READ), at)
        return self.add(ev.StepDone(step=StepId(step), attempt=1, results=(result,), summary=summary), at + 0.5)

    def acts(self, step: str, at: float, receipt: Receipt) -> Recorded:
        """Planned, approved a minute later, done and proven half a minute each after that."""
        place = StepId(step)
        digest = PlanHash("ab" * 32)
        change = Change(target=KEY, before="Active", after="Inactive")
        plan = Plan(summary=receipt.summary, changes=(change,), blast="3 services", undo="activate it")
        self.add(ev.StepStarted(step=place, attempt=1, effect=Effect.REVERSIBLE), at)
        self.add(ev.StepPlanned(step=place, attempt=1, effect=Effect.REVERSIBLE, plans=(plan,), plan_hash=digest), at)
        self.add(ev.ApprovalGiven(step=place, plan_hash=digest), at + 1, by=ANA)
        self.add(ev.EffectIntended(step=place, attempt=1, plan_hash=digest, runner="r"), at + 1)
        self.add(ev.EffectDone(step=place, attempt=1, receipt=receipt), at + 1.5)
        self.add(
            ev.EffectVerified(step=place, attempt=1, proof=Proof.PROVEN, seen="a call is refused", looks=2), at + 2
        )
        return self.add(ev.StepDone(step=place, attempt=1, results=(receipt.result,), summary=receipt.summary), at + 2)

    @property
    def records(self) -> tuple[Recorded, ...]:
        return tuple(self.journal.records())


@contextmanager
def story(folder: Path, mode: Mode = Mode.DRILL, title: str = "AWS access key leaked") -> Iterator[Story]:
    told = Story(folder, mode, title)
    try:
        yield told
    finally:
        told.journal.close()


def identify(told: Story) -> Recorded:
    return told.reads(
        "identify_key",
        1,
        {
            "key_id": KEY,
            "account": "111143211234",
            "user": "svc-deploy",
            "status": "Active",
            "created_at": minutes(-60 * 24 * 400).isoformat(),
            "last_used_at": minutes(-5).isoformat(),
            "a_field_of_the_future": 1,
        },
        "svc-deploy",
    )


def deactivate(told: Story) -> Recorded:
    receipt = Receipt(
        summary=f"iam:UpdateAccessKey {KEY} Inactive",
        result={"user": "svc-deploy", "key_id": KEY},
        request_ids=("r-1",),
    )
    return told.acts("deactivate_key", 2, receipt)


def find_in_git(told: Story) -> Recorded:
    place: dict[str, JsonValue] = {
        "held": "pair",
        "object_id": "b" * 40,
        "kind": "blob",
        "path": "deploy/env.sh",
        "commit": "c" * 40,
        "author": "Bo",
        "at": minutes(-300).isoformat(),
        "refs": ["refs/heads/main"],
        "line": 3,
    }
    return told.reads(
        "find_in_git",
        5,
        {"repository": REPOSITORY, "places": [place], "refs": ["refs/heads/main"], "coverage": "all refs"},
    )


def measure(told: Story, **more: JsonValue) -> Recorded:
    result: dict[str, JsonValue] = {
        "key_id": KEY,
        "total": 9,
        "succeeded": 6,
        "denied": 2,
        "failed": 3,
        "own_probes": 1,
        "first_at": minutes(-400).isoformat(),
        "last_at": minutes(-10).isoformat(),
        "last_success_at": minutes(-20).isoformat(),
        "sources": [source("10.0.0.5"), source(STRANGER)],
        "calls": {"sts:GetCallerIdentity": 3, "kms:Decrypt": 6},
        "denied_calls": {"iam:ListUsers": 2},
        "secrets_read": ["prod/db"],
        "decrypts": [{"key": "alias/prod", "context": '{"app":"api"}', "count": 6}],
        "roles": ["arn:aws:iam::111143211234:role/ops"],
        "sessions": [],
        "not_seen": ["eu-west-1: denied"],
        "trusted_until": minutes(-9).isoformat(),
        "coverage": "us-east-1, 90 days",
    }
    return told.reads("measure_use", 6, {**result, **more})


def source(address: str) -> dict[str, JsonValue]:
    return {
        "ip": address,
        "succeeded": 3,
        "denied": 1,
        "first_at": minutes(-170).isoformat(),
        "last_at": minutes(-20).isoformat(),
        "agents": ["aws-cli/2.0"],
    }


def judge(told: Story, first: float = -170) -> Recorded:
    result: dict[str, JsonValue] = {
        "outcome": "abused",
        "reasons": ["an address that is not ours"],
        "strangers": [STRANGER],
        "first_stranger_at": minutes(first).isoformat(),
        "last_stranger_at": minutes(-20).isoformat(),
    }
    return told.reads("judge_use", 7, result)


def hunt(told: Story) -> Recorded:
    left: dict[str, JsonValue] = {"event_id": "e-1", "at": minutes(-100).isoformat(), "by": KEY}
    user = {**left, "user": "svc-backup2"}
    right = {**left, "call": "iam:AttachUserPolicy", "target": "svc-backup2", "what": "AdministratorAccess"}
    tried = {**left, "call": "iam:CreateRole", "target": "ops2", "what": ""}
    return told.reads("hunt", 7, {"users": [user], "rights": [right], "tried": [tried], "coverage": "us-east-1"})


def prove_dead(told: Story) -> Recorded:
    trusted = minutes(8).isoformat()
    result: dict[str, JsonValue] = {
        "key_id": KEY,
        "outcome": "dead",
        "how": "probe",
        "seen": "3 of 3 signed calls refused",
        "trusted_until": trusted,
    }
    return told.reads("prove_dead", 8, result)
