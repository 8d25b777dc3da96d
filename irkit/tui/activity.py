"""The Activity pane's words: each journal event as lines that one could paste into a report. Pure.

The pane is the journal, not a debug log: nothing is shown here that is not recorded, but for the live progress lines
of running steps, which are marked so and gone when the step ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import singledispatch

from irkit.contract import Effect, Proof
from irkit.counted import counted
from irkit.incident import events as ev
from irkit.incident.answer_words import answer_words
from irkit.incident.events import Direction, Recorded, StepId
from irkit.incident.refusal_words import refused
from irkit.report.narration import narration
from irkit.tui.printable import printable
from irkit.tui.spans import moment

STEP_WIDTH = 18
"""The longest step id a runbook may have."""


class Tone(StrEnum):
    """How a line is coloured; its words say the same."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    YOU = "you"
    QUIET = "quiet"


@dataclass(frozen=True)
class ActivityLine:
    """One line: when, which step (empty for the incident itself) and what happened."""

    at: datetime
    step: str
    text: str
    tone: Tone = Tone.PLAIN

    def __str__(self) -> str:
        return f"{moment(self.at)}  {printable(self.step):<{STEP_WIDTH}}  {printable(self.text)}"


def activity(record: Recorded) -> tuple[ActivityLine, ...]:
    """The lines of one recorded event; calls to the outside get a line each, with the time of the call."""
    event = record.event
    if isinstance(event, ev.CallsMade):
        return tuple(_call(event.step, call) for call in event.calls)
    step = getattr(event, "step", None)
    return tuple(ActivityLine(record.at, _row(step), text, tone) for text, tone in _words(event, record))


def _row(step: StepId | None) -> str:
    return "" if step is None else step


def _call(step: StepId, call: ev.Call) -> ActivityLine:
    text = f"{call.text}  {call.error}" if call.error else call.text
    return ActivityLine(call.at, step, text, Tone.BAD if call.error else Tone.PLAIN)


Words = Iterator[tuple[str, Tone]]


def _who(record: Recorded) -> str:
    return record.actor.name


def _undo(direction: Direction) -> str:
    return "the undo " if direction is Direction.UNDO else ""


_TONES: Mapping[type[ev.Event], Tone] = {
    ev.RunnerStarted: Tone.QUIET,
    ev.RunnerStopped: Tone.QUIET,
    ev.StepDone: Tone.GOOD,
    ev.StepPreviewed: Tone.GOOD,
    ev.StepOmitted: Tone.QUIET,
    ev.StepUndone: Tone.GOOD,
    ev.IncidentClosed: Tone.GOOD,
}


@singledispatch
def _words(event: ev.Event, record: Recorded) -> Words:  # noqa: ARG001 - the other kinds use it
    """The report's own words, where nothing more is to be said to somebody who looks on."""
    yield narration(event), _TONES.get(type(event), Tone.PLAIN)


@_words.register
def _(event: ev.IncidentOpened, record: Recorded) -> Words:
    what = f"{event.title}, {event.severity}, runbook {event.runbook}"
    yield f"{event.incident} opened by {_who(record)}: {what}", Tone.PLAIN
    yield f"mode {event.mode.upper()}, account {event.account or 'not known'}, acting as {event.acting_as}", Tone.PLAIN


@_words.register
def _(event: ev.StepStarted, record: Recorded) -> Words:  # noqa: ARG001
    of = f" for {counted(event.items, 'item')}" if event.items is not None else ""
    again = f", attempt {event.attempt}" if event.attempt > 1 else ""
    if event.effect is Effect.HUMAN:
        yield f"asks a question{again}; waits for you", Tone.YOU
    elif event.effect is Effect.READ:
        yield f"reading{of}{again}", Tone.QUIET
    else:
        what = "the undo" if event.direction is Direction.UNDO else "it"
        yield f"reading the world to plan {what}{of}{again}", Tone.QUIET


@_words.register
def _(event: ev.StepPlanned, record: Recorded) -> Words:  # noqa: ARG001
    waits = event.effect in {Effect.REVERSIBLE, Effect.IRREVERSIBLE} and any(plan.changes for plan in event.plans)
    for plan in event.plans:
        yield f"plan {_undo(event.direction)}read: {plan.summary}", Tone.PLAIN
    if waits:
        yield f"plan {event.plan_hash[:12]} waits for approval", Tone.YOU


@_words.register
def _(event: ev.ApprovalGiven, record: Recorded) -> Words:
    typed = ", phrase typed" if event.phrase_typed else ""
    yield f"{_who(record)} approved plan {event.plan_hash[:12]}{typed}", Tone.GOOD


@_words.register
def _(event: ev.OrderRefused, record: Recorded) -> Words:
    login = f" ({record.actor.login})" if record.actor.login else ""
    yield f"REFUSED: {_who(record)}{login} {refused(event)}", Tone.BAD


@_words.register
def _(event: ev.EffectIntended, record: Recorded) -> Words:  # noqa: ARG001
    yield f"applying {_undo(event.direction)}plan {event.plan_hash[:12]}{_item(event.item)}", Tone.QUIET


def _item(item: int | None) -> str:
    """Only a ``for_each`` has items."""
    return "" if item is None else f", item {item + 1}"


@_words.register
def _(event: ev.EffectFailed, record: Recorded) -> Words:  # noqa: ARG001
    stands = f"the world is {event.standing.replace('_', ' ')}" if event.standing else "not known whether it happened"
    yield f"failed{_item(event.item)}: {event.message}; {stands}", Tone.BAD


@_words.register
def _(event: ev.EffectVerified, record: Recorded) -> Words:  # noqa: ARG001
    tone = {Proof.PROVEN: Tone.GOOD, Proof.NOT_YET: Tone.PLAIN, Proof.REFUTED: Tone.BAD}[event.proof]
    yield f"{event.proof.replace('_', ' ')}{_item(event.item)}: {event.seen}", tone


@_words.register
def _(event: ev.DoubtProbed, record: Recorded) -> Words:  # noqa: ARG001
    stands = event.standing.replace("_", " ") if event.standing else "unknown"
    yield f"in doubt{_item(event.item)}; a probe saw: {stands}, {event.seen}", Tone.YOU


@_words.register
def _(event: ev.DoubtResolved, record: Recorded) -> Words:
    yield f"{_who(record)} resolved the doubt{_item(event.item)}: {event.resolution.replace('_', ' ')}", Tone.PLAIN


@_words.register
def _(event: ev.EvidenceKept, record: Recorded) -> Words:  # noqa: ARG001
    over = f"; {event.coverage}" if event.coverage else ""
    yield f"{narration(event)}, SHA-256 {event.sha256[:12]}{over}", Tone.PLAIN


@_words.register
def _(event: ev.StepFailed, record: Recorded) -> Words:  # noqa: ARG001
    hint = f" ({event.hint})" if event.hint else ""
    yield f"{_undo(event.direction)}failed: {event.message}{hint}", Tone.BAD


@_words.register
def _(event: ev.StepSkipped, record: Recorded) -> Words:
    what = "undo given up" if event.direction is Direction.UNDO else "skipped"
    yield f"{what} by {_who(record)}: {event.reason}", Tone.PLAIN


@_words.register
def _(event: ev.RetryAsked, record: Recorded) -> Words:
    yield f"{_who(record)} asked to try again{_because(event.reason)}", Tone.PLAIN


@_words.register
def _(event: ev.UndoAsked, record: Recorded) -> Words:
    yield f"{_who(record)} asked to undo it{_because(event.reason)}", Tone.PLAIN


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


@_words.register
def _(event: ev.DecisionGiven, record: Recorded) -> Words:
    yield f"{_who(record)} answered: {answer_words(event.answer)}{_because(event.reason)}", Tone.GOOD


@_words.register
def _(event: ev.NoteAdded, record: Recorded) -> Words:
    what = "note" if event.cited is None else "CloudTrail record added"
    yield f"{what} by {_who(record)}: {event.text}", Tone.PLAIN


@_words.register
def _(event: ev.IncidentAborted, record: Recorded) -> Words:
    yield f"aborted by {_who(record)}: {event.reason}", Tone.BAD
