"""Reading the values of ``with``, ``for_each`` and ``when``: literals and references, told apart and placed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from irkit.runbook import nodes, refs
from irkit.runbook.finding import Findings, Place, nearest, quoted
from irkit.runbook.model import (
    Input,
    InputKind,
    InputName,
    InputRef,
    ItemRef,
    ListOf,
    Literal,
    MapOf,
    StepId,
    StepRef,
    Test,
    Value,
    When,
)

_WHEN = re.compile(r"(\$\S+)\s+(is\s+not|is)\s+(\S+)")


class Loop(Enum):
    """Whether ``$item`` means something here."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Scope:
    """What a reference may name at one place of the file."""

    inputs: Mapping[InputName, Input]
    above: Collection[StepId]
    every: Collection[StepId]
    loop: Loop


def read_value(node: nodes.Node, scope: Scope, findings: Findings) -> Value:
    """The value of a node. A reference that is off is noted, and stands as its text."""
    match node:
        case nodes.Sequence():
            return ListOf(tuple(read_value(member, scope, findings) for member in node.members), node.place)
        case nodes.Mapping():
            members = {key: read_value(member, scope, findings) for key, member in node.members.items()}
            return MapOf(members, node.place)
        case nodes.Scalar():
            return _scalar(node, scope, findings)


def _scalar(node: nodes.Scalar, scope: Scope, findings: Findings) -> Value:
    value = node.value
    if not isinstance(value, str) or "$" not in value:
        return Literal(value, node.place)
    if value.startswith("$$"):
        return Literal(value[1:], node.place)
    if not value.startswith("$"):
        if inner := refs.embedded(value):
            findings.add(node.place, f"{inner} stands within a longer text; a reference is always the whole value")
        return Literal(value, node.place)
    return _reference(value, node.place, scope, findings) or Literal(value, node.place)


def _reference(text: str, place: Place, scope: Scope, findings: Findings) -> InputRef | StepRef | ItemRef | None:
    ref = refs.ref_of(text, place)
    if ref is None:
        findings.add(
            place, f"{quoted(text)} is no reference: $inputs.name, $step.field or $item ($$ writes a dollar sign)"
        )
        return None
    wrong = _wrong(ref, scope)
    if wrong is not None:
        findings.add(place, *wrong)
        return None
    return ref


def _wrong(ref: InputRef | StepRef | ItemRef, scope: Scope) -> tuple[str, str] | None:
    """What is wrong with where a reference points, and the nearest right one."""
    match ref:
        case ItemRef():
            return ("$item means something only in a step with for_each", "") if scope.loop is Loop.OUTSIDE else None
        case InputRef():
            given = scope.inputs.get(ref.name)
            if given is None:
                near = nearest(ref.name, scope.inputs)
                return f"there is no input {quoted(ref.name)}", f"$inputs.{near}" if near else ""
            secret = given.kind is InputKind.SECRET
            return (f"{ref} is a secret, and no step may refer to it", "") if secret else None
        case StepRef():
            if ref.step in scope.above:
                return None
            if ref.step in scope.every:
                return f"{ref.step} does not stand above this step", ""
            near = nearest(ref.step, (*scope.above, "inputs", "item"))
            return f"there is no step {quoted(ref.step)} above", f"${near}" if near else ""


def read_when(node: nodes.Node | None, scope: Scope, findings: Findings) -> When | None:
    """``$step.field is value`` or ``is not``; None without one, or with a finding."""
    if node is None:
        return None
    text = node.value if isinstance(node, nodes.Scalar) else None
    match = _WHEN.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        findings.add(node.place, "when must read: $step.field is value, or: $step.field is not value")
        return None
    ref = _reference(match[1], node.place, scope, findings)
    if ref is None:
        return None
    if not isinstance(ref, StepRef):
        findings.add(node.place, "when tests the result of a step: $step.field")
        return None
    test = Test.IS if match[2] == "is" else Test.IS_NOT
    word = match[3]
    value = word == "true" if word in {"true", "false"} else word
    return When(ref, test, value, node.place)
