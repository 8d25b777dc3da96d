"""Service control policies: whether a text is one, and whether those that bind an account let a call pass. Pure.

A call passes when no policy on any level (root, organizational units, account) denies it and on every level one
allows it. Source: Organizations user guide, "SCP evaluation" and "SCP syntax".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from irkit.drill.world.json_shape import Json, JsonObject, items, mapping, parsed, text
from irkit.drill.world.laws.glob import glob
from irkit.drill.world.laws.scp_condition import Keys, holds, unknown

FULL_ACCESS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
"""The policy ``FullAWSAccess``, which AWS attaches to everything."""
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


class Refusal(StrEnum):
    """Why service control policies do not let a call pass."""

    EXPLICIT = "explicit"
    """One denies it."""
    IMPLICIT = "implicit"
    """On one level none allows it."""


@dataclass(frozen=True)
class Asked:
    """A call as policies see it: ``kms:Decrypt``, the resource's ARN or ``*``, and the context."""

    action: str
    resource: str
    keys: Keys


def fault(document: str) -> str:
    """What is wrong with a text as a service control policy, in words; empty when nothing is."""
    value = mapping(parsed(document))
    if value.get("Version") not in {"2012-10-17", "2008-10-17"}:
        return "a policy needs a Version"
    statements = _list(value.get("Statement"))
    if not statements or not all(isinstance(one, dict) for one in statements):
        return "a policy needs a Statement"
    return next(filter(None, map(_fault_of, map(mapping, statements))), "")


def refusal(levels: Sequence[Sequence[str]], asked: Asked) -> Refusal | None:
    """Why the policies (texts that ``fault`` finds nothing wrong with, by level) refuse the call; ``None`` if not."""
    stated = [[one for document in level for one in _statements(document)] for level in levels]
    if any(_matches(one, asked) for level in stated for one in level if one["Effect"] == "Deny"):
        return Refusal.EXPLICIT
    if all(any(_matches(one, asked) for one in level if one["Effect"] == "Allow") for level in stated):
        return None
    return Refusal.IMPLICIT


def _fault_of(statement: JsonObject) -> str:
    if strange := statement.keys() - _ELEMENTS:
        return f"a statement has no {min(strange)}"
    if statement.get("Effect") not in {"Allow", "Deny"}:
        return "a statement's Effect is Allow or Deny"
    for element in ("Action", "Resource"):
        if (element in statement) == (f"Not{element}" in statement):
            return f"a statement has either {element} or Not{element}"
        told = _list(statement.get(element, statement.get(f"Not{element}")))
        if not told or not all(isinstance(one, str) and _is_sound(element, one) for one in told):
            return f"{element} is not sound"
    strange_condition = unknown(statement.get("Condition", {}))
    return f"the rehearsal does not know {strange_condition}" if strange_condition else ""


def _is_sound(element: str, told: str) -> bool:
    parts = told.split(":")
    if element == "Action":
        return told == "*" or (len(parts) == 2 and all(parts))  # noqa: PLR2004  a service and an operation
    return told == "*" or (parts[0] == "arn" and len(parts) >= 6 and "${" not in told)  # noqa: PLR2004  an ARN's parts


@lru_cache(maxsize=256)
def _statements(document: str) -> tuple[JsonObject, ...]:
    return tuple(map(mapping, _list(mapping(parsed(document)).get("Statement"))))


def _matches(statement: JsonObject, asked: Asked) -> bool:
    action = asked.action.lower()
    return (
        _named(statement, "Action", lambda told: glob(action, told.lower()))
        and _named(statement, "Resource", lambda told: glob(asked.resource, told))
        and holds(statement.get("Condition"), asked.keys)
    )


def _named(statement: JsonObject, element: str, fits: Callable[[str], bool]) -> bool:
    if element in statement:
        return any(map(fits, _texts(statement[element])))
    return not any(map(fits, _texts(statement[f"Not{element}"])))


def _texts(value: Json) -> Iterator[str]:
    return map(text, _list(value))


def _list(value: Json) -> list[Json]:
    return items(value) if isinstance(value, list) else [value]
