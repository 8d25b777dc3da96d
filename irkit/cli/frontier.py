"""What matters now, in text: what waits for whom and how to answer, what runs, what is next. The accessible front."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

from irkit.cli.status_credentials import alarms
from irkit.engine.approval import OTHERS, gives_life_back
from irkit.engine.executor import Outcome
from irkit.engine.view import Mark, StepView, views
from irkit.incident.state import IncidentState, ItemPhase, StepState
from irkit.tui.desk import Question, QuestionKind
from irkit.tui.printable import printable
from irkit.wiring.session import NOBODY, Session

_TOLD = (Mark.IN_DOUBT, Mark.FAILED, Mark.UNDONE, Mark.WAITS_FOR_YOU, Mark.POSTPONED, Mark.RUNNING)


def frontier(session: Session, ended: Outcome) -> str:
    """A few lines: the outcome, then every step that needs a human, each with the command that answers it."""
    state = session.journal.state()
    shown = views(session.runbook, state, datetime.now(UTC), session.irreversible)
    lines = [*alarms(state.lives), f"{session.folder.incident}: {ended.value}; {_counts(shown)}"]
    held = {step for view in shown for step in view.waits_for}
    for mark in _TOLD:
        for view in shown:
            if view.mark is mark and (mark is not Mark.UNDONE or view.step in held):
                lines += _about(session, state, view)
    if ended is Outcome.ENDED:
        lines.append(f"  irkit report {session.folder.incident}")
    elif ended is Outcome.STOPPED:
        lines.append(f"  irkit resume {session.folder.incident}")
    return "\n".join(map(printable, lines))


def _counts(shown: tuple[StepView, ...]) -> str:
    numbers = {mark: sum(view.mark is mark for view in shown) for mark in Mark}
    return ", ".join(f"{number} {mark.value}" for mark, number in numbers.items() if number)


def _about(session: Session, state: IncidentState, view: StepView) -> Iterator[str]:
    incident, current = session.folder.incident, state.step(view.step)
    place = f"{incident} {view.step}"
    yield f"  {view.mark.value}: {view.step}  {view.words}".rstrip()
    match view.mark:
        case Mark.WAITS_FOR_YOU if current.plan_hash:
            yield from _plan(place, current)
        case Mark.WAITS_FOR_YOU:
            yield from _question(place, session.question(view.step))
        case Mark.FAILED | Mark.UNDONE:
            if view.mark is Mark.UNDONE:
                yield "    what needs it waits: do it again, or leave it so"
            elif current.hint:
                yield f"    {current.hint}"
            yield f"    irkit retry {place}   or   irkit skip {place} --reason ..."
        case Mark.RUNNING if not session.folder.is_running():
            yield f"    nobody runs it now: irkit resume {incident}"
        case Mark.IN_DOUBT:
            yield from _doubt(place, current)
        case _:
            return


def _question(place: str, asked: Question) -> Iterator[str]:
    yield from (f"    {line}" for line in asked.text.splitlines())
    if asked.kind is not QuestionKind.SEVERAL:
        yield f"    irkit decide {place} {'|'.join(asked.options) or 'TEXT'}"
        return
    proposed = " ".join(map(shlex.quote, asked.proposed))
    if proposed:
        yield f"    irkit decide {place} {proposed}   (recommended)"
    yield f"    irkit decide {place} {NOBODY} --reason ...   or some of {' '.join(asked.options) or 'nothing'}"


def _plan(place: str, current: StepState) -> Iterator[str]:
    for plan in current.plans:
        yield f"    {plan.summary}"
        for change in plan.changes:
            yield f"      {change.target}: {change.before} -> {change.after}"
    if gives_life_back(current) and current.undo_asked_by is not None:
        asker = current.undo_asked_by.name
        yield f"    asked for by {asker}; it gives life back to what was cut: {OTHERS} must approve it"
    phrase = " and ".join(plan.phrase for plan in current.plans if plan.phrase)
    typed = f" --phrase {shlex.quote(phrase)}" if phrase else ""
    yield f"    irkit approve {place} --plan {(current.plan_hash or '')[:12]}{typed}"


def _doubt(place: str, current: StepState) -> Iterator[str]:
    for index, item in enumerate(current.items):
        if item.phase is ItemPhase.IN_DOUBT:
            standing = item.standing.value.replace("_", " ") if item.standing else "unknown"
            yield f"    the probe found it {standing}: {item.seen}"
            yield f"    irkit resolve {place} --item {index} was_done|was_not_done|plan_again"
