"""References: reading them from text, and resolving them against what is known so far. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from irkit.runbook.finding import Place
from irkit.runbook.model import (
    InputName,
    InputRef,
    ItemRef,
    ListOf,
    Literal,
    MapOf,
    Ref,
    StepId,
    StepRef,
    Test,
    Value,
    When,
)

_NAME = r"[a-z][a-z0-9_]*"
_WHOLE = re.compile(rf"\$({_NAME})((?:\.{_NAME})*)")
_WITHIN = re.compile(rf"\$(?:{_NAME}(?:\.{_NAME})+|item\b)")


@dataclass(frozen=True)
class Missing:
    """A reference has no value: its step was left out or skipped, or the part it names is empty."""

    ref: Ref
    why: str


def ref_of(text: str, place: Place) -> Ref | None:
    """The reference that ``text`` as a whole is; None when it is not well formed."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    head, path = match[1], tuple(part for part in match[2].split(".") if part)
    if head == "item":
        return ItemRef(path, place)
    if head == "inputs":
        return InputRef(InputName(path[0]), place) if len(path) == 1 else None
    return StepRef(StepId(head), path, place) if path else None


def embedded(text: str) -> str:
    """A reference that stands within a longer text, or an empty string. References are whole values."""
    match = _WITHIN.search(text)
    return match[0] if match else ""


def refs_in(value: Value) -> Iterator[Ref]:
    """All references within a value, in file order."""
    match value:
        case ListOf():
            for member in value.members:
                yield from refs_in(member)
        case MapOf():
            for member in value.members.values():
                yield from refs_in(member)
        case InputRef() | StepRef() | ItemRef():
            yield value
        case Literal():
            return


def resolve(
    value: Value,
    results: Mapping[StepId, JsonValue],
    inputs: Mapping[InputName, JsonValue],
    item: JsonValue = None,
) -> JsonValue | Missing:
    """What ``value`` stands for now.

    ``results`` holds the result of each done step: a mapping, or of a ``for_each`` step the list of its items' results.
    A step that is not in there (left out, skipped) makes its references ``Missing``. A missing member is left out of
    its list or map; a missing whole is returned as such, and the engine falls back to the parameter's default or
    leaves the step out.
    """
    match value:
        case Literal():
            return value.value
        case ListOf():
            members = (resolve(member, results, inputs, item) for member in value.members)
            return [member for member in members if not isinstance(member, Missing)]
        case MapOf():
            pairs = ((key, resolve(member, results, inputs, item)) for key, member in value.members.items())
            return {key: member for key, member in pairs if not isinstance(member, Missing)}
        case InputRef():
            given = inputs.get(value.name)
            return Missing(value, f"the input {value.name} was not given") if given is None else given
        case ItemRef():
            return _part(item, value.path, value)
        case StepRef():
            if value.step not in results:
                return Missing(value, f"{value.step} has no result")
            return _part(results[value.step], value.path, value)


def holds(when: When, results: Mapping[StepId, JsonValue]) -> bool | Missing:
    """Whether a ``when`` holds; ``Missing`` when the step it tests has no result."""
    value = resolve(when.ref, results, {})
    if isinstance(value, Missing):
        return value
    same = type(value) is type(when.value) and value == when.value
    return same if when.test is Test.IS else not same


def _part(whole: JsonValue, path: tuple[str, ...], ref: Ref) -> JsonValue | Missing:
    """Follow a path; through a list, in each member, leaving out those where it ends early. Null is no value."""
    if whole is None:
        return Missing(ref, f"{ref} is empty")
    if not path:
        return whole
    if isinstance(whole, list):
        parts = (_part(member, path, ref) for member in whole)
        return [part for part in parts if not isinstance(part, Missing)]
    if not isinstance(whole, dict) or path[0] not in whole:
        return Missing(ref, f"{ref} is empty")
    return _part(whole[path[0]], path[1:], ref)
