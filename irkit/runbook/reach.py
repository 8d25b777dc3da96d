"""Steps that can never run, because what they need holds only when what they ask for does not. Pure.

A step is left out when its ``when`` does not hold, or when something it cannot do without comes from a step that was
left out: what its ``when`` tests, what its ``for_each`` goes through, a required parameter, a member of a map. So each
step stands under its own condition and those of the steps it cannot do without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from irkit.runbook.context import Catalog, Context
from irkit.runbook.model import MapOf, Runbook, Step, StepId, StepRef, Test, Value, When
from irkit.runbook.shapes import Choice, NoSuchPart, Plain

Guards = Mapping[str, frozenset[str | int | bool]]
"""For each tested reference, the values of it under which a step can run."""


def unreachable(runbook: Runbook, known: Context, catalog: Catalog) -> Iterator[tuple[Step, str]]:
    """Each step that can never run though all it needs can, with the reference that would have to be two things."""
    guards: dict[StepId, Guards] = {}
    for step in runbook.steps:
        inherited = [guards[source] for source in _indispensable(step, catalog) if source in guards]
        own = [_guard(step.when, known)] if step.when is not None else []
        guards[step.id] = _all_of([*inherited, *own])
        for ref, values in guards[step.id].items():
            if not values and all(one.get(ref, {0}) for one in inherited):
                yield step, ref


def _indispensable(step: Step, catalog: Catalog) -> Iterator[StepId]:
    """The steps without whose result this one is left out."""
    action = catalog.lookup(step.uses)
    fields = action.params.model_fields if action is not None else {}
    for name, value in step.params.items():
        if isinstance(value, MapOf) or (name in fields and fields[name].is_required()):
            yield from _within(value)
    if step.for_each is not None:
        yield from _within(step.for_each)
    if step.when is not None:
        yield step.when.ref.step


def _within(value: Value) -> Iterator[StepId]:
    """The steps whose results a value cannot do without: a list can do without any member, a map without none."""
    if isinstance(value, StepRef):
        yield value.step
    elif isinstance(value, MapOf):
        for member in value.members.values():
            yield from _within(member)


def _guard(when: When, known: Context) -> Guards:
    try:
        tested = known.of(when.ref)
    except NoSuchPart:
        return {}
    if isinstance(tested, Choice):
        every: frozenset[str | int | bool] = frozenset(tested.values)
    elif tested is Plain.TRUTH:
        every = frozenset({True, False})
    else:
        return {}
    named = frozenset({when.value})
    return {str(when.ref): every & named if when.test is Test.IS else every - named}


def _all_of(many: list[Guards]) -> Guards:
    found: dict[str, frozenset[str | int | bool]] = {}
    for one in many:
        for ref, values in one.items():
            found[ref] = found[ref] & values if ref in found else values
    return found
