"""References: reading them from text, and resolving them against what is known so far. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

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


class Lack(StrEnum):
    """Why a value is missing."""

    RESULT = "result"
    """The step has no result: it was left out, skipped, or only previewed."""
    VALUE = "value"
    """The part is null, or an optional input was not given."""
    MEMBER = "member"
    """A map lacks a member, because a step has no result; the map would be a torn one."""


@dataclass(frozen=True)
class Missing:
    """A reference has no value, and why."""

    ref: Ref
    why: str
    lack: Lack


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
    A step that is not in there (left out, skipped, previewed) makes its references ``Missing``; so does a null. A list
    leaves its missing members out. A map keeps an empty member as null, and is missing as a whole when a member lacks
    its result (``Lack.MEMBER``). What to make of a missing whole is the engine's: a bare reference falls back to the
    parameter's default, if it has one; anything else leaves the step out.
    """
    match value:
        case Literal():
            return value.value
        case ListOf():
            members = (resolve(member, results, inputs, item) for member in value.members)
            return [member for member in members if not isinstance(member, Missing)]
        case MapOf():
            return _map({key: resolve(member, results, inputs, item) for key, member in value.members.items()})
        case InputRef():
            given = inputs.get(value.name)
            why = f"the input {value.name} was not given"
            return Missing(value, why, Lack.VALUE) if given is None else given
        case ItemRef():
            return _part(item, value.path, value)
        case StepRef():
            if value.step not in results:
                return Missing(value, f"{value.step} has no result", Lack.RESULT)
            return _part(results[value.step], value.path, value)


def _map(members: Mapping[str, JsonValue | Missing]) -> JsonValue | Missing:
    """A map of resolved members."""
    found: dict[str, JsonValue] = {}
    for key, member in members.items():
        if not isinstance(member, Missing):
            found[key] = member
        elif member.lack is Lack.VALUE:
            found[key] = None
        else:
            return Missing(member.ref, member.why, Lack.MEMBER)
    return found


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
        return Missing(ref, f"{ref} is empty", Lack.VALUE)
    if not path:
        return whole
    if isinstance(whole, list):
        parts = (_part(member, path, ref) for member in whole)
        return [part for part in parts if not isinstance(part, Missing)]
    if not isinstance(whole, dict) or path[0] not in whole:
        return Missing(ref, f"{ref} is empty", Lack.VALUE)
    return _part(whole[path[0]], path[1:], ref)
