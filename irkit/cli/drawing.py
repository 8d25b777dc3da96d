"""A runbook as text, before any incident: its head, its inputs, and its steps as lanes with what each does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from irkit.contract import Effect
from irkit.runbook.context import Catalog
from irkit.runbook.graph import decisions, graph
from irkit.runbook.model import Input, Runbook, Step
from irkit.runbook.shelf import Origin
from irkit.tui.lanes import Style, lanes


class _Mark(StrEnum):
    """What a step is, when nothing has happened yet."""

    STEP = "a step"
    DECISION = "decides the way"
    GATE = "waits for an approval"
    FINAL = "irreversible"


_GLYPHS: Mapping[Style, Mapping[_Mark, str]] = {
    Style.UNICODE: {_Mark.STEP: "·", _Mark.DECISION: "◆", _Mark.GATE: "◇", _Mark.FINAL: "!"},
    Style.ASCII: {_Mark.STEP: ".", _Mark.DECISION: "?", _Mark.GATE: "o", _Mark.FINAL: "!"},
}


def outline(runbook: Runbook, origin: Origin) -> list[str]:
    """Name, title, where it is from, what it does and what it asks for."""
    lines = [f"{runbook.name}  {runbook.severity.value}  {runbook.title}", f"{runbook.path}  ({origin.value})"]
    if runbook.summary:
        lines += ["", runbook.summary]
    if runbook.inputs:
        width = max(len(name) for name in runbook.inputs)
        lines += ["", "Inputs"]
        lines += [f"  {name:<{width}}  {_input(one)}" for name, one in runbook.inputs.items()]
    return lines


def drawing(runbook: Runbook, catalog: Catalog, style: Style) -> list[str]:
    """One row a step, in file order, and a line that explains the marks."""
    marks = {step.id: _mark(step, runbook, catalog) for step in runbook.steps}
    rows = lanes(graph(runbook), style)
    width = max(len(step.id) for step in runbook.steps)
    told = {step.id: f"{step.id:<{width}}  {step.title}{_tail(step)}" for step in runbook.steps}
    drawn = [f"  {row.drawn(_GLYPHS[style][marks[row.step]])}  {told[row.step]}" for row in rows]
    legend = "   ".join(f"{_GLYPHS[style][mark]} {mark.value}" for mark in _Mark if mark in marks.values())
    return [*drawn, "", f"  {legend}"]


def _input(one: Input) -> str:
    parts = [one.title, f"({', '.join(_conditions(one))})"]
    return " ".join([*parts, f"e.g. {one.example}"] if one.example else parts)


def _conditions(one: Input) -> Iterator[str]:
    yield " | ".join(one.options) if one.options else one.kind.value
    if one.default is not None:
        default = ", ".join(map(str, one.default)) if isinstance(one.default, list) else str(one.default)
        yield f"default {default or 'none'}"
    elif one.optional:
        yield "optional"


def _mark(step: Step, runbook: Runbook, catalog: Catalog) -> _Mark:
    action = catalog.lookup(step.uses)
    effect = action.effect if action is not None else None
    if effect is Effect.IRREVERSIBLE:
        return _Mark.FINAL
    if effect is Effect.REVERSIBLE:
        return _Mark.GATE
    return _Mark.DECISION if step.id in decisions(runbook) else _Mark.STEP


def _tail(step: Step) -> str:
    """What the lanes cannot show: the branch, the loop, a stronger gate."""
    parts = []
    if step.when is not None:
        parts.append(f"when {step.when}")
    if step.for_each is not None:
        each = str(step.for_each) if not hasattr(step.for_each, "members") else "member of a list"
        parts.append(f"for each {each}")
    if step.approve is not None:
        parts.append(f"{step.approve} must approve")
    return f"  [{'; '.join(parts)}]" if parts else ""
