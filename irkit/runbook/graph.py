"""The shape of a runbook: what needs what. Pure; steps in file order, and a step needs only steps above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from irkit.runbook.model import Ref, Runbook, Step, StepId, StepRef
from irkit.runbook.refs import refs_in

Graph = Mapping[StepId, tuple[StepId, ...]]
"""Each step, in file order, with the steps it needs."""


def refs_of(step: Step) -> Iterator[Ref]:
    """Every reference a step makes: in ``when``, ``for_each`` and ``with``."""
    if step.when is not None:
        yield step.when.ref
    if step.for_each is not None:
        yield from refs_in(step.for_each)
    for value in step.params.values():
        yield from refs_in(value)


def needs(step: Step) -> tuple[StepId, ...]:
    """The steps that must have ended before this one: those it lists and those it refers to, each once."""
    return tuple(dict.fromkeys((*needed(step), *step.after)))


def needed(step: Step) -> tuple[StepId, ...]:
    """Of these, the ones that must not have failed."""
    referred = (ref.step for ref in refs_of(step) if isinstance(ref, StepRef))
    return tuple(dict.fromkeys((*step.needs, *referred)))


def graph(runbook: Runbook) -> Graph:
    """All steps with their needs, both in file order."""
    order = {step.id: at for at, step in enumerate(runbook.steps)}
    return {step.id: tuple(sorted(needs(step), key=order.__getitem__)) for step in runbook.steps}


def decisions(runbook: Runbook) -> frozenset[StepId]:
    """The steps whose result a ``when`` tests."""
    return frozenset(step.when.ref.step for step in runbook.steps if step.when is not None)


def before(whole: Graph) -> Mapping[StepId, frozenset[StepId]]:
    """For each step all steps that must have ended before it, through any number of others."""
    found: dict[StepId, frozenset[StepId]] = {}
    for step, needed in whole.items():
        found[step] = frozenset(needed).union(*(found[n] for n in needed))
    return found


def reduced(whole: Graph) -> Graph:
    """The same graph without the edges that others imply: what is drawn."""
    far = before(whole)
    return {
        step: tuple(n for n in needed if not any(n in far[other] for other in needed)) for step, needed in whole.items()
    }
