"""What the responder came to believe in a drill: read from the journal and its evidence, never from the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from irkit.clients.kms import KeyState
from irkit.contract import Effect
from irkit.drill.claims import CONFIRM
from irkit.drill.score import Belief
from irkit.incident.events import (
    Actor,
    ApprovalGiven,
    DecisionGiven,
    EffectDone,
    EffectIntended,
    EvidenceKept,
    IncidentOpened,
    PlanHash,
    Recorded,
    StepPlanned,
    StepSkipped,
)
from irkit.incident.life import Life, Stage
from irkit.incident.lives import PROVIDER, lives
from irkit.report.findings import Findings, Loose, findings
from irkit.runbook.model import Runbook

OPENED = "cloudtrail.measure_opened"
"""The action whose answer lays decrypts to the intruder."""
DISABLED = "aws.disable_kms_key"
"""The action that stops innocents too, which the card that chooses it says."""


class _Measured(Loose):
    decrypts: tuple[str, ...]


class _KeyState(Loose):
    """What a receipt of ``DISABLED`` says, of its undo too."""

    key: str
    after: str
    consumers: tuple[str, ...]


class Ending(NamedTuple):
    """How a run ended, in words, and whether that is how a good one does."""

    how: str
    is_good: bool


def belief(
    records: Sequence[Recorded], runbook: Runbook, folder: Path, ending: Ending, ahead: timedelta = timedelta()
) -> Belief:
    """Read it. ``folder`` is the incident's; ``ahead`` is how far its machine's clock is ahead of the cloud's."""
    found = findings(records, runbook)
    cut = [life for life in lives(records) if life.standing]
    dead = [at for life in cut if (at := _dead_at(life, ahead)) is not None]
    return Belief(
        first_act_at=_right(_first_act(records), ahead),
        dead_at=max(dead) if dead and len(dead) == len(cut) else None,
        cut=tuple(life.credential.id for life in cut),
        undead=tuple(f"{life.name} ({life.stage})" for life in cut if life.stage is not Stage.PROVEN_DEAD)
        or (() if cut else ("nothing was cut",)),
        decrypts=_decrypts(found),
        ended=ending.is_good,
        how=ending.how,
        seen={ident: at - ahead for ident, at in _seen(records, folder).items()},
        unapproved=tuple(_unapproved(records)),
        unconfirmed=tuple(_unconfirmed(records, runbook)),
        disabled=_disabled(records, runbook),
    )


def _dead_at(life: Life, ahead: timedelta) -> datetime | None:
    """When it was proven, by the cloud's clock."""
    if life.stage is not Stage.PROVEN_DEAD:
        return None
    turn = next((turn for turn in reversed(life.turns) if turn.stage is Stage.PROVEN_DEAD), None)
    if turn is None:
        return None
    return turn.at if turn.clock == PROVIDER else turn.at - ahead


def _right(at: datetime | None, ahead: timedelta) -> datetime | None:
    return at - ahead if at is not None else None


def _first_act(records: Sequence[Recorded]) -> datetime | None:
    """When the first plan that cuts a credential was begun to be carried out."""
    cutting: set[str] = set()
    for record in records:
        event = record.event
        if isinstance(event, StepPlanned) and any(plan.cuts for plan in event.plans):
            cutting.add(event.step)
        elif isinstance(event, EffectIntended) and event.step in cutting:
            return record.at
    return None


def _decrypts(found: Findings) -> frozenset[str] | None:
    """The ids of the decrypts that the last answer of each step lays to the intruder; None when nothing asked."""
    steps = found.of(OPENED)
    if not steps:
        return None
    return frozenset(event for step in steps for told in step.read(_Measured) for event in told.decrypts)


def _unconfirmed(records: Sequence[Recorded], runbook: Runbook) -> Iterator[str]:
    """The confirming steps that were left out in the end, with the reasons."""
    steps = {step.id for step in runbook.steps if step.uses == CONFIRM}
    events = [one.event for one in records if getattr(one.event, "step", None) in steps]
    last = {event.step: event for event in events if isinstance(event, StepSkipped | DecisionGiven)}
    yield from (f"{step}: {event.reason}" for step, event in last.items() if isinstance(event, StepSkipped))


def _disabled(records: Sequence[Recorded], runbook: Runbook) -> dict[str, tuple[str, ...]]:
    """Which keys the runbook's steps left disabled, and who was named as stopping by it."""
    steps = {step.id for step in runbook.steps if step.uses == DISABLED}
    found: dict[str, tuple[str, ...]] = {}
    for record in records:
        if isinstance(record.event, EffectDone) and record.event.step in steps:
            state = _KeyState.model_validate(record.event.receipt.details)
            found.pop(state.key, None)
            if state.after == KeyState.DISABLED.value:
                found[state.key] = state.consumers
    return found


_EVENT_ID = re.compile(rb'"eventID":\s*"([0-9A-Za-z-]+)"')


def _seen(records: Sequence[Recorded], folder: Path) -> dict[str, datetime]:
    """When each event of the log first stood in the evidence. What is sealed cannot be looked into."""
    seen: dict[str, datetime] = {}
    for record in records:
        if isinstance(record.event, EvidenceKept) and (file := folder / record.event.path).is_file():
            for found in _EVENT_ID.findall(file.read_bytes()):
                seen.setdefault(found.decode(), record.at)
    return seen


def _unapproved(records: Sequence[Recorded]) -> Iterator[str]:
    """The irreversible effects that were begun before as many different people as are needed had approved the plan."""
    quorum, given = 1, dict[PlanHash, list[Actor]]()
    irreversible: set[PlanHash] = set()
    for record in records:
        match record.event:
            case IncidentOpened():
                quorum = record.event.quorum
            case StepPlanned() if record.event.effect is Effect.IRREVERSIBLE:
                irreversible.add(record.event.plan_hash)
            case ApprovalGiven():
                people = given.setdefault(record.event.plan_hash, [])
                if not any(record.actor.is_same_person(other) for other in people):
                    people.append(record.actor)
            case EffectIntended() if record.event.plan_hash in irreversible:
                people = given.get(record.event.plan_hash, [])
                if len(people) < quorum:
                    names = " and ".join(each.name for each in people) or "nobody"
                    yield f"{record.event.step}, approved by {names}"
            case _:
                continue
