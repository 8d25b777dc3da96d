"""One event of the journal, in a sentence that could stand in a report."""

from __future__ import annotations

from irkit.contract import Proof
from irkit.counted import counted
from irkit.incident import events as ev
from irkit.incident.answer_words import answer_words
from irkit.incident.events import Direction, Event
from irkit.incident.refusal_words import refused
from irkit.report.spans import utc
from irkit.report.statement import Basis

_REPORTED = (ev.DecisionGiven, ev.NoteAdded, ev.StepSkipped, ev.IncidentAborted, ev.DoubtResolved)


def basis(event: Event) -> Basis:
    """What people say is reported; all else in the journal was seen by irkit, or by CloudTrail."""
    if isinstance(event, ev.NoteAdded) and event.cited is not None:
        return Basis.OBSERVED
    return Basis.REPORTED if isinstance(event, _REPORTED) else Basis.OBSERVED


def narration(event: Event) -> str:
    """The event in one sentence, without its time and actor."""
    for told in (_whole_incident, _plan_and_gate, _effect, _step_end, _people):
        text = told(event)
        if text:
            return text
    return event.kind.replace("_", " ")


def _whole_incident(event: Event) -> str:
    match event:
        case ev.IncidentOpened():
            return f"incident opened: {event.title} ({event.severity}, {event.mode}), runbook {event.runbook}"
        case ev.RunnerStarted():
            return f"runner started: process {event.pid} on {event.host}"
        case ev.RunnerStopped():
            return f"runner stopped: {event.reason}"
        case ev.IncidentAborted():
            return f"runbook aborted: {event.reason}"
        case ev.IncidentClosed():
            return f"incident closed: {event.outcome}"
        case ev.EvidenceKept():
            return f"kept {event.what} ({event.count}) as {event.path}"
        case ev.CallsMade():
            failed = sum(1 for call in event.calls if call.error)
            return f"made {counted(len(event.calls), 'call')}" + (
                f", {failed} of them refused or failed" if failed else ""
            )
        case _:
            return ""


def _plan_and_gate(event: Event) -> str:
    match event:
        case ev.StepStarted():
            over = f" over {counted(event.items, 'item')}" if event.items is not None else ""
            start = "undo started" if event.direction is Direction.UNDO else "started"
            return f"{start}{over}" + (f", attempt {event.attempt}" if event.attempt > 1 else "")
        case ev.StepPlanned():
            plans = "; ".join(plan.summary for plan in event.plans) or "nothing to do"
            return f"undo planned: {plans}" if event.direction is Direction.UNDO else f"planned: {plans}"
        case ev.ApprovalGiven():
            typed = ", phrase typed" if event.phrase_typed else ""
            return f"approved plan {event.plan_hash[:12]}{typed}"
        case ev.OrderRefused():
            return refused(event)
        case ev.StepPreviewed():
            return "previewed: a dry run stops at the plan"
        case _:
            return ""


def _effect(event: Event) -> str:
    match event:
        case ev.EffectIntended():
            return f"about to carry out plan {event.plan_hash[:12]}"
        case ev.EffectDone():
            return event.receipt.summary + (" (found in place by a probe after a crash)" if event.recovered else "")
        case ev.EffectFailed():
            stands = (
                f"; the world is {event.standing.replace('_', ' ')}" if event.standing else "; its outcome is unknown"
            )
            return f"effect failed ({event.error}): {event.message}{stands}"
        case ev.EffectVerified():
            word = {Proof.PROVEN: "proven", Proof.NOT_YET: "not proven", Proof.REFUTED: "refuted"}[event.proof]
            return f"{word} after {counted(event.looks, 'look')}: {event.seen}"
        case ev.DoubtProbed():
            return f"in doubt; probed: {event.seen}"
        case ev.DoubtResolved():
            return f"doubt resolved: {event.resolution.replace('_', ' ')}"
        case _:
            return ""


def _step_end(event: Event) -> str:
    match event:
        case ev.StepDone():
            return f"done: {event.summary}" if event.summary else "done"
        case ev.StepFailed():
            return f"{_verb(event.direction)} failed ({event.error}): {event.message}"
        case ev.StepPostponed():
            return f"not delivered: {event.message}; tried again from {utc(event.again_at)}"
        case ev.StepOmitted():
            return f"left out: {event.because}"
        case ev.StepUndone():
            return "undone, and the undo is proven"
        case _:
            return ""


def _people(event: Event) -> str:
    match event:
        case ev.StepSkipped():
            return f"{'undo given up' if event.direction is Direction.UNDO else 'skipped'}: {event.reason}"
        case ev.RetryAsked():
            return "asked to try again" + (f": {event.reason}" if event.reason else "")
        case ev.UndoAsked():
            return "asked to undo" + (f": {event.reason}" if event.reason else "")
        case ev.DecisionGiven():
            return f"answered: {answer_words(event.answer)}" + (f" because: {event.reason}" if event.reason else "")
        case ev.NoteAdded():
            return f"note: {event.text}" if event.cited is None else f"CloudTrail: {event.text}"
        case _:
            return ""


def _verb(direction: Direction) -> str:
    return "undo" if direction is Direction.UNDO else "step"
