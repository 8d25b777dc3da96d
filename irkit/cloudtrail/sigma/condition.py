"""One rule's condition, compiled to a test of a record's JSON. pySigma parses; this evaluates.

Meaning: Sigma specification 2, "Sigma rules" and "Modifiers": texts do not mind their case unless a modifier says so,
``*`` and ``?`` are wildcards, a list in a record matches when one of its elements does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.query import texts
from irkit.cloudtrail.sigma.body import at, looked_at, written
from irkit.cloudtrail.sigma.value import Extent, Test, plain, value_test
from irkit.errors import UsageError

if TYPE_CHECKING:
    from sigma.types import SigmaFieldReference, SigmaType

_NAME = "eventname"


class Condition(NamedTuple):
    """A test of a record's JSON; which calls it can be true of (None: any), and which fields it looks at."""

    test: Test
    names: frozenset[str] | None
    """Names of events in small letters."""
    fields: frozenset[str]
    """Paths; ``*`` for the whole record."""


def compiled(node: object) -> Condition:
    """The condition of a parsed tree of pySigma. Raises ``UsageError`` for what is not understood here."""
    from sigma.conditions import (
        ConditionAND,
        ConditionFieldEqualsValueExpression,
        ConditionNOT,
        ConditionOR,
        ConditionValueExpression,
    )

    match node:
        case ConditionAND():
            return _all([compiled(each) for each in node.args])
        case ConditionOR():
            return _any([compiled(each) for each in node.args])
        case ConditionNOT():
            inner = compiled(node.args[0])
            return Condition(lambda body: not inner.test(body), None, inner.fields)
        case ConditionFieldEqualsValueExpression():
            return _field(node.field, node.value)
        case ConditionValueExpression():
            word = value_test(node.value, Extent.WITHIN)
            return Condition(lambda body: any(word(each) for each in texts(body)), None, frozenset({"*"}))
        case _:
            raise UsageError(f"a condition of kind {type(node).__name__} is not understood")


def _all(parts: list[Condition]) -> Condition:
    tests = [each.test for each in parts]
    named = [each.names for each in parts if each.names is not None]
    names = frozenset.intersection(*named) if named else None
    return Condition(lambda body: all(test(body) for test in tests), names, _fields(parts))


def _any(parts: list[Condition]) -> Condition:
    tests = [each.test for each in parts]
    named = [each.names for each in parts if each.names is not None]
    names = frozenset[str]().union(*named) if len(named) == len(parts) else None
    return Condition(lambda body: any(test(body) for test in tests), names, _fields(parts))


def _fields(parts: Iterable[Condition]) -> frozenset[str]:
    return frozenset(field for each in parts for field in each.fields)


def _field(field: str, value: SigmaType) -> Condition:
    from sigma.types import SigmaExists, SigmaExpansion, SigmaFieldReference, SigmaNull

    path = tuple(field.split("."))
    fields, there = frozenset({field}), frozenset({looked_at(field)})
    if isinstance(value, SigmaExpansion):
        return _any([_field(field, each) for each in value.values])
    if isinstance(value, SigmaNull):
        return Condition(lambda body: all(found is None for found in at(body, path)), None, there)
    if isinstance(value, SigmaExists):
        return Condition(lambda body: any(True for _ in at(body, path)) == value.exists, None, there)
    if isinstance(value, SigmaFieldReference):
        other = tuple(value.field.split("."))
        return Condition(_reference(path, other, value), None, fields | {value.field})
    test = value_test(value)
    name = plain(value) if field.lower() == _NAME else None
    names = None if name is None else frozenset({name.lower()})
    return Condition(lambda body: any(test(found) for found in at(body, path)), names, fields)


def _reference(path: tuple[str, ...], other: tuple[str, ...], how: SigmaFieldReference) -> Test:
    """That a field has the value of another, begins or ends with it."""

    def holds(found: str, with_: str) -> bool:
        if how.starts_with:
            return found.startswith(with_)
        return found.endswith(with_) if how.ends_with else found == with_

    return lambda body: any(
        holds(written(one).lower(), written(two).lower())
        for one in at(body, path)
        for two in at(body, other)
        if one is not None and two is not None
    )
