r"""A query's values as bytes to look for, so that few records are parsed. It never leaves out one that matches.

A value stands in JSON text as itself, or hidden by escapes that JSON allows and AWS does not use (``\/``,
``\u0041``): a text that holds such an escape passes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.raw.finding import places
from irkit.cloudtrail.raw.outline import hidden
from irkit.cloudtrail.record import DENIALS, FAILURE

_ESCAPE = re.compile(rb"\\[u/\\]")
_LONG = 12
_MOST_SEARCHES = 4
"""So many values are looked for one by one; of more, all values of the field are looked at."""


@dataclass(frozen=True)
class Values:
    """One condition: any of these values, as they stand in JSON text."""

    needles: tuple[bytes, ...]

    def places(self, text: bytes) -> Iterator[int]:
        """Where one stands in a text, in no order."""
        for needle in self.needles:
            yield from places(text, needle)

    def stands_in(self, text: bytes) -> bool:
        """Whether one stands in a record's text."""
        return any(needle in text for needle in self.needles)


@dataclass(frozen=True)
class Field:
    """One condition: a field's value is one of these. A pattern of lower-case values does not mind the case."""

    pattern: re.Pattern[bytes]
    values: frozenset[bytes]

    def places(self, text: bytes) -> Iterator[int]:
        """Where the field has such a value."""
        values = self.values
        return (found.start() for found in self.pattern.finditer(text) if found[1].lower() in values)

    def stands_in(self, text: bytes) -> bool:
        """Whether it has one in a record's text."""
        return next(self.places(text), -1) >= 0


@dataclass(frozen=True)
class Either:
    """Several conditions, of which one may hold."""

    conditions: tuple[Condition, ...]

    def places(self, text: bytes) -> Iterator[int]:
        """Where one of them holds in a text, in no order."""
        return chain.from_iterable(each.places(text) for each in self.conditions)

    def stands_in(self, text: bytes) -> bool:
        """Whether one of them holds in a record's text."""
        return any(each.stands_in(text) for each in self.conditions)


Condition = Values | Field | Either


@dataclass(frozen=True)
class Sieve:
    """All of a query that can be looked for in bytes.

    ``searched``, the rarest first, are worth a search through a whole file; ``checked`` stand in most records.
    """

    searched: tuple[Condition, ...]
    checked: tuple[Condition, ...] = ()

    def places(self, text: bytes) -> list[int] | None:
        """Where to look in a text, in order; None when all of it must be looked at."""
        if not self.searched:
            return None
        return sorted([*self.searched[0].places(text), *hidden(text)])

    def passes(self, text: bytes) -> bool:
        """Whether a record's text may match."""
        return self._holds(text) or _ESCAPE.search(text) is not None

    def passes_wrapped(self, text: bytes) -> bool:
        """Whether a text may hold a record that matches, be it as JSON within a text."""
        return b"\\" in text or self._holds(text)

    def _holds(self, text: bytes) -> bool:
        return all(each.stands_in(text) for each in self.searched) and all(
            each.stands_in(text) for each in self.checked
        )


def sieve(query: Query) -> Sieve:
    """The sieve of a query."""
    searched = (
        _exact(query.event_ids, b"eventID"),
        _exact(query.keys, b"accessKeyId"),
        _either(query.any_of),
        _exact(query.source_identities, b"sourceIdentity"),
        _values(query.sessions, '/{}"'),
        _exact(query.ips, b"sourceIPAddress"),
        _values(query.arns, '"{}"'),
        _values(query.users, '"{}"'),
        _values(query.mentions, "{}"),
        _exact(query.agents, b"userAgent"),
        _ended(query.outcome),
        _called(query.calls),
    )
    checked = (_values(query.accounts, "{}"), _values(query.regions, "{}"))
    return Sieve(tuple(filter(None, searched)), tuple(filter(None, checked)))


def _either(queries: tuple[Query, ...]) -> Condition | None:
    """The condition that one of some queries may hold; None when one of them has nothing to be looked for."""
    found = [next(iter(sieve(each).searched), None) for each in queries]
    known = tuple(each for each in found if each is not None)
    return Either(known) if queries and len(known) == len(found) else None


def _exact(values: tuple[str, ...], field: bytes) -> Condition | None:
    """The condition of a field that has one of many values."""
    # A long value is looked for without its quotes: there are many quotes, and each would be compared.
    found = _values(values, '"{}"' if any(len(value) < _LONG for value in values) else "{}")
    if found is None or len(found.needles) <= _MOST_SEARCHES or any(b"\\" in needle for needle in found.needles):
        return found
    return _field(field, (needle.strip(b'"') for needle in found.needles))


def _values(values: tuple[str, ...], form: str) -> Values | None:
    """The condition that one of some values stands there; None when nothing is asked, or it cannot be looked for."""
    if not values or any(not value or "\ufffd" in value for value in values):
        return None
    try:
        needles = [form.format(json.dumps(value, ensure_ascii=False)[1:-1]).encode() for value in dict.fromkeys(values)]
    except UnicodeEncodeError:
        return None
    return Values(tuple(needles))


def _field(field: bytes, values: Iterable[bytes]) -> Field:
    pattern = re.compile(rb'"' + field + rb'"\s*+:\s*+"([^"\\]*+)')
    return Field(pattern, frozenset(value.lower() for value in values))


def _called(calls: tuple[str, ...]) -> Condition | None:
    if not calls or not all(call.isascii() for call in calls):
        return None
    parts = [call.lower().rpartition(":") for call in calls]
    if all(name and name != "*" for _, _, name in parts):
        return _field(b"eventName", (name.encode() for _, _, name in parts))
    if all(colon for _, colon, _ in parts):
        sources = {source.encode() for source, _, _ in parts}
        return _field(b"eventSource", sources | {source + b".amazonaws.com" for source in sources})
    return None


def _ended(outcome: Outcome) -> Condition | None:
    match outcome:
        case Outcome.DENIED:
            return Values(tuple(word.encode() for word in (*DENIALS, FAILURE)))
        case Outcome.FAILED:
            return Values((b'"errorCode"', FAILURE.encode()))
        case Outcome.ANY | Outcome.SUCCEEDED:
            return None
