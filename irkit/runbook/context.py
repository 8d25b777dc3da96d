"""What every reference of a runbook stands for, by type: the results of its steps, its inputs, the item of a loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from irkit.contract import ActionId, AnyAction
from irkit.runbook.model import (
    Input,
    InputKind,
    InputRef,
    ItemRef,
    ListOf,
    Literal,
    Ref,
    Runbook,
    Step,
    StepId,
    StepRef,
    Value,
)
from irkit.runbook.shapes import Choice, Either, Many, NoSuchPart, Plain, Record, Shape, either, follow


class Catalog(Protocol):
    """The actions there are; ``irkit.actions.catalog`` is one."""

    def lookup(self, action_id: str, /) -> AnyAction | None:
        """The action of that id, or None."""

    def ids(self) -> Sequence[ActionId]:
        """The ids of all actions."""


_INPUT_SHAPES: Mapping[InputKind, Shape] = {
    InputKind.TEXT: Plain.TEXT,
    InputKind.LIST: Many(Plain.TEXT),
    InputKind.NUMBER: Plain.NUMBER,
    InputKind.FLAG: Plain.TRUTH,
    InputKind.SECRET: Plain.NOTHING,
}


@dataclass(frozen=True)
class Context:
    """Results by step; a step whose action is not known gives anything, so that one finding is not told twice."""

    results: Mapping[StepId, Shape]
    inputs: Mapping[str, Shape]
    item: Shape = Plain.ANYTHING

    def of(self, ref: Ref) -> Shape:
        """The type a reference has; raises ``NoSuchPart``."""
        match ref:
            case InputRef():
                return self.inputs[ref.name]
            case ItemRef():
                return follow(self.item, ref.path)
            case _:
                return follow(self.results[ref.step], ref.path)

    def within(self, step: Step) -> Context:
        """The context inside a step: with its ``$item``, when it has a ``for_each``."""
        if step.for_each is None:
            return self
        return Context(self.results, self.inputs, self._members(step.for_each))

    def _members(self, each: Value) -> Shape:
        """The type of a list's members; anything when it is no list, which ``check`` tells."""
        match each:
            case ListOf():
                return either(self._literal(member) for member in each.members) if each.members else Plain.ANYTHING
            case InputRef() | ItemRef() | StepRef():
                try:
                    return _member(self.of(each))
                except NoSuchPart:
                    return Plain.ANYTHING
            case _:
                return Plain.ANYTHING

    def _literal(self, value: Value) -> Shape:
        match value:
            case Literal():
                return literal_shape(value)
            case InputRef() | ItemRef() | StepRef():
                try:
                    return self.of(value)
                except NoSuchPart:
                    return Plain.ANYTHING
            case _:
                return Plain.ANYTHING


def context(runbook: Runbook, catalog: Catalog) -> Context:
    """The context outside of any ``for_each``."""
    results: dict[StepId, Shape] = {}
    for step in runbook.steps:
        action = catalog.lookup(step.uses)
        one: Shape = Plain.ANYTHING if action is None else Record(action.result, _narrowed(step, action))
        results[step.id] = one if step.for_each is None else Many(one)
    return Context(results, {name: _input_shape(given) for name, given in runbook.inputs.items()})


def literal_shape(literal: Literal) -> Shape:
    """The type of a scalar written out; a text is the choice of just itself, so that it can fit an enum."""
    match literal.value:
        case bool():
            return Plain.TRUTH
        case int():
            return Plain.NUMBER
        case float():
            return Plain.DECIMAL
        case str():
            return Choice((literal.value,))
        case None:
            return Plain.NOTHING


def _input_shape(given: Input) -> Shape:
    return Choice(given.options) if given.kind is InputKind.CHOICE else _INPUT_SHAPES[given.kind]


def _member(whole: Shape) -> Shape:
    match whole:
        case Many():
            return whole.member
        case Either():
            return either(_member(one) for one in whole.shapes if one is not Plain.NOTHING)
        case _:
            return Plain.ANYTHING


def _narrowed(step: Step, action: AnyAction) -> tuple[tuple[str, Shape], ...]:
    """The result fields whose values the step's own ``with`` lists (``Action.dynamic``)."""
    found: dict[str, Shape] = {}
    for result_field, param in action.dynamic.items():
        listed = step.params.get(param)
        members = listed.members if isinstance(listed, ListOf) else ()
        texts = [m.value for m in members if isinstance(m, Literal) and isinstance(m.value, str)]
        if texts and len(texts) == len(members):
            found[result_field] = Choice(tuple(texts))
    return tuple(found.items())
