"""The postmortem as one typed document. Renderers show it; nothing in it is written by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from irkit.contract import Frozen
from irkit.errors import JournalBroken
from irkit.incident.events import IncidentOpened, Mode, Recorded
from irkit.incident.life import Stage
from irkit.incident.life_words import life_words
from irkit.incident.refusal_words import refusals
from irkit.incident.state import IncidentState, Phase, fold
from irkit.report.containment import PhaseTime, containment
from irkit.report.credentials import Credential, credentials, masked
from irkit.report.decisions import Decision, decisions
from irkit.report.evidence import Exhibit, exhibits
from irkit.report.exposure import exposure
from irkit.report.findings import Findings, findings
from irkit.report.follow_up import ActionItem, Question, action_items, questions
from irkit.report.intruder import Activity, intruder
from irkit.report.milestone import Mark, Milestone
from irkit.report.party import Party, party
from irkit.report.repositories import Repository, repositories
from irkit.report.rotation import Rotation, rotation, summed
from irkit.report.spans import interval, span, utc
from irkit.report.statement import Basis, Statement
from irkit.report.timeline import Detail, Row, timeline
from irkit.report.views import Judgement
from irkit.runbook.model import Runbook

_ENDED = {Phase.DONE, Phase.PREVIEWED, Phase.SKIPPED, Phase.OMITTED, Phase.UNDONE}


class Header(Frozen):
    """What the report is of."""

    incident: str
    title: str
    severity: str
    mode: Mode
    runbook: str
    runbook_sha256: str
    account: str
    acting_as: str
    opened_at: datetime
    ended: str
    """How it ended, or how many steps are open."""
    people: tuple[str, ...]
    written_at: datetime
    irkit_version: str


class Integrity(Frozen):
    """Up to where the journal was read: ``count`` events, the last with hash ``head``."""

    count: int
    head: str


class Postmortem(Frozen):
    """The whole report."""

    header: Header
    alarms: tuple[Statement, ...]
    """What is alive again: it stands above all else."""
    summary: tuple[Statement, ...]
    exposure: tuple[Milestone, ...]
    containment: tuple[PhaseTime, ...]
    credentials: tuple[Credential, ...]
    repositories: tuple[Repository, ...]
    party: Party
    """What the report calls whom it is about."""
    intruder: Activity
    rotation: Rotation
    timeline: tuple[Row, ...]
    moments: tuple[Row, ...]
    """The few rows of the timeline that a page has room for."""
    decisions: tuple[Decision, ...]
    evidence: tuple[Exhibit, ...]
    action_items: tuple[ActionItem, ...]
    questions: tuple[Question, ...]
    integrity: Integrity
    events: tuple[Recorded, ...]


def postmortem(records: Sequence[Recorded], runbook: Runbook, folder: Path, now: datetime) -> Postmortem:
    """The report of an incident as of its last record. Hashes the evidence in ``folder`` anew; ``now`` is aware.

    Raises:
        JournalBroken: the records do not begin with the opening of an incident.
    """
    found, state = findings(records, runbook), fold(records)
    kept = exhibits(records, folder)
    window = exposure(found, state)
    parts = containment(found, state)
    opened = rotation(found)
    return Postmortem(
        header=_header(records, runbook, state, now),
        alarms=tuple(_alarms(state)),
        summary=(*_summary(found, state, window, parts), *summed(opened), *_tally(found, state)),
        exposure=window,
        containment=parts,
        credentials=credentials(found, state.lives),
        repositories=repositories(found),
        party=party(found),
        intruder=intruder(found),
        rotation=opened,
        timeline=timeline(records, window, Detail.MAIN),
        moments=timeline(records, window, Detail.KEY),
        decisions=decisions(found),
        evidence=kept,
        action_items=action_items(found, state, kept),
        questions=questions(found, state),
        integrity=Integrity(count=len(records), head=state.head),
        events=tuple(records),
    )


def _header(records: Sequence[Recorded], runbook: Runbook, state: IncidentState, now: datetime) -> Header:
    opened = state.opened
    if opened is None or state.opened_at is None:
        raise JournalBroken("the journal does not begin with the opening of an incident")
    people = dict.fromkeys(f"{each.actor.name} ({each.actor.kind})" for each in records)
    return Header(
        incident=opened.incident,
        title=opened.title,
        severity=opened.severity,
        mode=opened.mode,
        runbook=runbook.name,
        runbook_sha256=opened.runbook_sha256,
        account=opened.account,
        acting_as=opened.acting_as,
        opened_at=state.opened_at,
        ended=_ended(runbook, state),
        people=tuple(people),
        written_at=now,
        irkit_version=opened.irkit_version,
    )


def _ended(runbook: Runbook, state: IncidentState) -> str:
    if state.aborted is not None:
        return f"aborted: {state.aborted}"
    if state.closed is not None:
        return f"closed: {state.closed}"
    phases = {str(known): each.phase for known, each in state.steps.items()}
    left = sum(1 for step in runbook.steps if phases.get(str(step.id)) not in _ENDED)
    return f"{left} of {len(runbook.steps)} steps open when this was written" if left else "every step has ended"


def _alarms(state: IncidentState) -> Iterator[Statement]:
    for life in state.lives.risen():
        text = f"ALIVE AGAIN: {life.name}: {life_words(life)}. It was denied before; contain it again."
        yield Statement(text=masked(text), events=life.events)


def _rises(state: IncidentState) -> Iterator[Statement]:
    """Alarms that were answered are told too."""
    for life in state.lives:
        if life.rises and life.stage is not Stage.ALIVE_AGAIN:
            times = "once" if len(life.rises) == 1 else f"{len(life.rises)} times"
            text = f"{life.name} came to life again {times}; now it is {life.stage} ({life_words(life)})."
            yield Statement(text=masked(text), events=(*(turn.seq for turn in life.rises), *life.events))


def _summary(
    found: Findings, state: IncidentState, window: Sequence[Milestone], parts: Sequence[PhaseTime]
) -> Iterator[Statement]:
    opened = found.opened
    if opened is not None and isinstance(opened.event, IncidentOpened):
        text = f"{opened.event.title}. Opened {utc(opened.at)} with runbook {opened.event.runbook}."
        yield Statement(text=masked(text), events=(opened.seq,))
    for step in found.of("cloudtrail.judge_use"):
        for judged in step.read(Judgement):
            strangers = f"; strangers used it from {', '.join(judged.strangers)}" if judged.strangers else ""
            text = f"Its use was judged {judged.outcome.replace('_', ' ')}{strangers}."
            yield Statement(text=text, events=(step.seq,), basis=Basis.INFERRED)
    for each in window:
        if each.events and (each.earliest or each.latest):
            text = f"{str(each.mark).capitalize()}: {interval(each.earliest, each.latest)}."
            yield Statement(text=text, events=each.events, basis=each.basis)
    yield from _rises(state)
    yield from _until_dead(state, window)
    for part in parts:
        if part.after is not None and part.events:
            yield Statement(text=f"{part.phase.capitalize()} {span(part.after)} after opening.", events=part.events)
    for one in refusals(state):
        yield Statement(text=masked(f"Refused: {one}."), events=(one.record.seq,))


def _until_dead(state: IncidentState, window: Sequence[Milestone]) -> Iterator[Statement]:
    """The time to containment is that to proven dead: an acknowledgement proves nothing."""
    for each in window:
        if each.mark is Mark.DEAD and each.events and state.opened_at is not None:
            if each.latest is None:
                yield Statement(text=f"Not all that was cut is proven dead: {each.source}.", events=each.events)
            else:
                after = span(each.latest - state.opened_at)
                yield Statement(text=f"All that was cut was proven dead {after} after opening.", events=each.events)


def _tally(found: Findings, state: IncidentState) -> Iterator[Statement]:
    by_phase: dict[Phase, list[str]] = {}
    for step in state.steps:
        by_phase.setdefault(state.steps[step].phase, []).append(step)
    if not by_phase or state.seq == 0:
        return
    ended = {Phase.DONE: "done", Phase.FAILED: "failed", Phase.SKIPPED: "skipped", Phase.OMITTED: "not needed"}
    known = sum(len(steps) for phase, steps in by_phase.items() if phase in ended)
    counted = [f"{len(by_phase[phase])} {word}" for phase, word in ended.items() if phase in by_phase]
    rest = len(found.runbook.steps) - known
    if rest:
        counted.append(f"{rest} open")
    text = f"Of {len(found.runbook.steps)} steps, {', '.join(counted)}."
    yield Statement(text=text, events=(state.seq,), basis=Basis.INFERRED)
