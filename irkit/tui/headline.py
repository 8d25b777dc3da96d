"""The header's words: which incident, mode and account, as whom, how long, how far, which phases are over. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.text import Text

from irkit.engine.view import Mark, StepView, phase_ended_at
from irkit.incident.events import Actor, Mode
from irkit.incident.state import IncidentState
from irkit.runbook.model import Runbook, RunbookPhase
from irkit.tui.printable import printable
from irkit.tui.spans import clock, since

MODE_STYLES = {Mode.LIVE: "bold white on red", Mode.DRY_RUN: "bold black on cyan", Mode.DRILL: "bold black on yellow"}
_CLOCKS = {
    RunbookPhase.CONTAIN: "contained",
    RunbookPhase.ERADICATE: "eradicated",
    RunbookPhase.RECOVER: "recovered",
}
_OVER = {Mark.DONE, Mark.SKIPPED, Mark.OMITTED, Mark.UNDONE, Mark.PREVIEWED}
_WIDE = 100
_DOT = " · "


def mode_word(mode: Mode) -> str:
    """``LIVE``, ``DRY-RUN`` or ``DRILL``."""
    return mode.value.upper()


def tally(views: Sequence[StepView]) -> str:
    """``9 done · 1 running · 1 waits for YOU · 5 to come``: only what there is, in this order."""
    count = Counter(view.mark for view in views)
    parts = [
        (count[Mark.DONE] + count[Mark.PREVIEWED], "done"),
        (count[Mark.OMITTED], "left out"),
        (count[Mark.SKIPPED], "skipped"),
        (count[Mark.UNDONE], "undone"),
        (count[Mark.RUNNING], "running"),
        (count[Mark.WAITS_FOR_YOU], "waits for YOU" if count[Mark.WAITS_FOR_YOU] == 1 else "wait for YOU"),
        (count[Mark.IN_DOUBT], "IN DOUBT"),
        (count[Mark.FAILED], "FAILED"),
        (count[Mark.POSTPONED], "undelivered"),
        (count[Mark.TODO] + count[Mark.GATE], "to come"),
    ]
    return _DOT.join(f"{number} {word}" for number, word in parts if number or word == "done")


def finished(views: Sequence[StepView]) -> str:
    """``9/16``: steps that ended, of all."""
    return f"{sum(view.mark in _OVER for view in views)}/{len(views)}"


def reached(runbook: Runbook, state: IncidentState, views: Sequence[StepView]) -> str:
    """``contained ✓ 1:16 · 53/73``, or ``not contained yet · 12/73``: what a narrow header has no room for."""
    clocks = {phase: phase_ended_at(runbook, state, phase) for phase in _CLOCKS}
    told = [
        f"{_CLOCKS[phase]} ✓ {clock(at - state.opened_at)}"
        for phase, at in clocks.items()
        if at is not None and state.opened_at is not None
    ]
    contains = any(step.phase is RunbookPhase.CONTAIN for step in runbook.steps)
    if contains and clocks[RunbookPhase.CONTAIN] is None:
        told.insert(0, "not contained yet")
    return _DOT.join([*told, finished(views)])


def is_over(view: StepView) -> bool:
    """Whether a step has ended."""
    return view.mark in _OVER


def all_over(views: Sequence[StepView]) -> bool:
    """Whether every step has ended."""
    return all(map(is_over, views))


def headline(state: IncidentState, me: Actor, now: datetime, width: int) -> Text:
    """The first line, ``width`` cells: the mode and the account are always whole; the title gives way."""
    opened = state.opened
    if opened is None or state.opened_at is None:
        return Text(" irkit  reading the journal")
    elapsed = since((state.closed_at or now) - state.opened_at)
    mode = Text(f" {mode_word(opened.mode)} ", MODE_STYLES[opened.mode])
    account = printable(opened.account)
    if width >= _WIDE:
        left = f" irkit  {opened.incident}  "
        right = f" {account}  {printable(me.name)} as {_role(opened.acting_as)}   elapsed {elapsed} "
    else:
        left, right = f" {opened.incident} ", f" {account} {printable(me.name)}   {elapsed} "
    room = max(0, width - len(left) - mode.cell_len - len(right) - 1)
    title = _alarm(state) or Text(printable(opened.title))
    title.truncate(room, overflow="ellipsis", pad=True)
    line = Text.assemble((left, "bold"), title, " ", mode, right)
    line.truncate(width, overflow="ellipsis")
    return line


def _alarm(state: IncidentState) -> Text | None:
    """In the title's place while a credential is alive again: nothing is more urgent."""
    risen = state.lives.risen()
    names = ", ".join(life.name for life in risen)
    return Text(f" ALIVE AGAIN: {printable(names)} ", "bold white on red") if risen else None


def _role(acting_as: str) -> str:
    """The last part of an ARN that says who: ``ir-responder`` of ``…:assumed-role/ir-responder/alice``."""
    parts = printable(acting_as).split("/")
    is_session = len(parts) > 2 and parts[0].endswith(":assumed-role")  # noqa: PLR2004 - kind, role, session
    return parts[1] if is_session else parts[-1]


def progress(runbook: Runbook, state: IncidentState, views: Sequence[StepView], width: int) -> Text:
    """The second line: severity, counts, and the clocks of the phases."""
    severity = state.opened.severity if state.opened else runbook.severity.value
    right = Text("    ").join(_phase_clock(runbook, state, phase, name) for phase, name in _CLOCKS.items())
    left = f" {severity}   "
    if state.aborted is not None:
        left = f" {severity}   ABORTED: {printable(state.aborted)}"
    elif state.closed is not None:
        left = f" {severity}   CLOSED: {printable(state.closed)}"
    else:
        left += _fitting(tally(views).split(_DOT), width - right.cell_len - len(left) - 2)
    line = Text(left)
    line.truncate(max(0, width - right.cell_len - 2), overflow="ellipsis", pad=True)
    return Text.assemble(line, " ", right, " ")


def _fitting(parts: list[str], room: int) -> str:
    """The counts that fit: where there is no room, what asks nothing of anybody goes first."""
    for idle in ("left out", "skipped", "undone", "done"):
        if len(_DOT.join(parts)) <= room:
            break
        parts = [part for part in parts if not part.endswith(f" {idle}")]
    return _DOT.join(parts)


def _phase_clock(runbook: Runbook, state: IncidentState, phase: RunbookPhase, name: str) -> Text:
    ended_at = phase_ended_at(runbook, state, phase)
    if ended_at is None or state.opened_at is None:
        return Text(f"{name} ·", "dim")
    return Text(f"{name} ✓ {clock(ended_at - state.opened_at)}", "green")
