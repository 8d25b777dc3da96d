"""A runbook's graph as a Mermaid flowchart, for pages that draw one. Pure."""

from __future__ import annotations

from irkit.runbook.graph import decisions, graph, reduced
from irkit.runbook.model import Runbook, Step, StepId


def mermaid(runbook: Runbook) -> str:
    """``flowchart TD`` in Mermaid's syntax: decisions are diamonds, and an edge into a ``when`` tells the branch."""
    edges = reduced(graph(runbook))
    asked = decisions(runbook)
    lines = ["flowchart TD"]
    lines += [f"    {_id(step.id)}{_box(step, asked)}" for step in runbook.steps]
    for step in runbook.steps:
        for source in edges[step.id]:
            lines.append(f"    {_id(source)} -->{_label(step, source)} {_id(step.id)}")
    return "\n".join(lines) + "\n"


def _id(step: StepId) -> str:
    """Mermaid takes words such as ``end`` for its own, so every id gets a prefix."""
    return f"s_{step}"


def _box(step: Step, asked: frozenset[StepId]) -> str:
    text = _quoted(f"{step.id}: {step.title}")
    return f"{{{text}}}" if step.id in asked else f"[{text}]"


def _label(step: Step, source: StepId) -> str:
    when = step.when
    if when is None or when.ref.step != source:
        return ""
    return f"|{_quoted(str(when).partition(' ')[2])}|"


def _quoted(text: str) -> str:
    """Text in quotes; Mermaid's own characters as entities."""
    for char, code in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(char, code)
    return f'"{text}"'
