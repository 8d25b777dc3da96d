"""A query as a condition of SQL with bound values. It narrows; ``Query.matches`` decides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.record import DENIALS, FAILURE
from irkit.cloudtrail.store.columns import microseconds

Value = str | int | datetime
Held = tuple[tuple[str, tuple[str, ...]], ...]
"""Columns, or what is made of them, and values."""
CALL = "lower(name)"
"""A call's name, whose case does not count."""


class Condition(NamedTuple):
    """A condition, and the values of its ``?``. ``exact`` says that it holds for just the rows that match."""

    text: str
    values: tuple[Value, ...]
    exact: bool
    held: Held = ()
    """It holds for no row but where each of these columns holds one of its values."""


def narrowing(query: Query) -> tuple[Condition, ...]:
    """Conditions that no row fulfils twice, and all rows of the query one of.

    An ARN may be the caller's or its role's: as two conditions, each leaves out row groups; as one with OR, none. So
    it is with ``any_of``. Rows whose columns do not tell all (``odd``) are not judged by them.
    """
    every = _by_fields(query)
    if not query.any_of:
        return every
    alternatives = [narrowing(each) for each in query.any_of]
    if not all(each.exact for several in alternatives for each in several):
        return tuple(each._replace(exact=False) for each in every)
    found: list[Condition] = []
    before: list[Condition] = []
    for several in alternatives:
        found += [_joined([each, *before, common]) for each in several for common in every]
        before += [each._replace(text=f"NOT ({each.text})", held=()) for each in several]
    return tuple(found)


def _by_fields(query: Query) -> tuple[Condition, ...]:
    common = [
        _windows(query),
        *_equal(query),
        _calls(query.calls),
        _outcome(query.outcome),
        _mentions(query.mentions),
        *((_UNTOLD,) if query.given_to else ()),
    ]
    if not query.arns:
        return (_joined(common),)
    caller = _among(query.arns, "principal_arn")
    role = _among(query.arns, "issuer_arn")
    other = caller._replace(text=f"NOT ({caller.text})", held=())
    return _joined([caller, *common]), _joined([role, other, *common])


def _joined(every: Iterable[Condition]) -> Condition:
    held = [each for each in every if each.text]
    return Condition(
        " AND ".join(f"({each.text})" for each in held) or "true",
        tuple(value for each in held for value in each.values),
        all(each.exact for each in held),
        tuple(one for each in held for one in each.held),
    )


_ALL = Condition("", (), exact=True)
_UNTOLD = Condition("true", (), exact=False)
"""No column tells it."""


def _equal(query: Query) -> Iterable[Condition]:
    return (
        _among(query.keys, "key_id"),
        _among(query.users, "principal"),
        _among(query.sessions, SESSION),
        _among(query.source_identities, "source_identity"),
        _among(query.ips, "ip"),
        _among(query.agents, "agent"),
        _among(query.accounts, "account"),
        _among(query.regions, "region"),
        _among(query.event_ids, "event_id"),
    )


SESSION = "CASE WHEN contains(principal_arn, ':assumed-role/') THEN string_split(principal_arn, '/')[-1] ELSE '' END"
"""A session's name, as ``Record.session`` has it."""


def _windows(query: Query) -> Condition:
    if not query.windows:
        return _ALL
    first, *others = (query.span, *query.windows) if query.span and len(query.windows) > 1 else query.windows
    span = Condition("time >= ? AND time < ?", tuple(_naive(at) for at in first), exact=True)
    if not others:
        return span
    # The whole span leaves out row groups, which alternatives do not; these take a fifth of the time as numbers.
    near = " OR ".join(["epoch_us(time) >= ? AND epoch_us(time) < ?"] * len(others))
    times = tuple(microseconds(at) for one in others for at in one)
    return Condition(f"{span.text} AND ({near})", (*span.values, *times), exact=True)


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _among(values: tuple[str, ...], column: str) -> Condition:
    """A column is one of the values. One that is no Unicode equals no column of a row that is not odd."""
    if not values:
        return _ALL
    known = tuple(value for value in values if is_unicode(value))
    if not known:
        return Condition("false", (), exact=True, held=((column, ()),))
    marks = ", ".join("?" * len(known))
    return Condition(f"{column} IN ({marks})", known, exact=True, held=((column, known),))


def is_unicode(value: str) -> bool:
    """Whether the engine can be given a text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _calls(calls: tuple[str, ...]) -> Condition:
    """Names do not mind the case; what is not ASCII has another idea of case here than in Python."""
    if not calls:
        return _ALL
    if not all(call.isascii() for call in calls):
        return Condition("true", (), exact=False)
    names: dict[str, list[str]] = {}
    anywhere: list[str] = []
    for call in calls:
        source, colon, name = call.lower().rpartition(":")
        (names.setdefault(source, []) if colon else anywhere).append(name)
    if "*" in anywhere:
        return _ALL
    whole = tuple(source for source, several in names.items() if "*" in several)
    each = [
        _among(whole, "lower(source)"),
        _among(tuple(anywhere), CALL),
        *(
            _joined([_among((source,), "lower(source)"), _among(tuple(several), CALL)])
            for source, several in names.items()
            if source not in whole
        ),
    ]
    some = [one for one in each if one.text]
    named = tuple(name for several in names.values() for name in several)
    return Condition(
        " OR ".join(f"({one.text})" for one in some),
        tuple(value for one in some for value in one.values),
        exact=True,
        held=() if whole else ((CALL, (*anywhere, *named)),),
    )


def _outcome(outcome: Outcome) -> Condition:
    match outcome:
        case Outcome.ANY:
            return _ALL
        case Outcome.SUCCEEDED:
            return Condition("error = ''", (), exact=True)
        case Outcome.FAILED:
            return Condition("error <> ''", (), exact=True)
        case Outcome.DENIED:
            return Condition(DENIED, (), exact=True)


DENIED = " OR ".join((f"error = '{FAILURE}'", *(f"contains(error, '{word}')" for word in DENIALS)))
"""As ``Record.denied`` has it."""


_SIGNS = re.compile(r"[ -/:-@\[-^`{-~]")
"""What an expression of RE2 may mean something by; it takes no backslash before a character beyond ASCII."""
_MANY = 8
"""So many texts are looked for by one expression, which goes through a row once; fewer one by one, in less time."""
_LONGEST_EXPRESSION = 20_000
"""RE2 refuses what takes more than its memory."""


def _mentions(mentions: tuple[str, ...]) -> Condition:
    r"""In JSON a text stands as it is, but for quotes, backslashes and controls; ``\u`` and ``\/`` may hide any."""
    if not mentions:
        return _ALL
    needles = {json.dumps(text, ensure_ascii=False)[1:-1] for text in mentions}
    if not all(map(is_unicode, needles)) or "" in needles:
        return Condition("true", (), exact=False)
    every = (*sorted(needles), "\\u", "\\/")
    columns = ("params", "answer", "extra", "resources")
    either = "|".join(_SIGNS.sub(r"\\\g<0>", each) for each in every)
    if len(every) < _MANY or len(either) > _LONGEST_EXPRESSION:
        text = " OR ".join(f"contains({column}, ?)" for column in columns for _ in every)
        return Condition(text, every * len(columns), exact=False)
    text = " OR ".join(f"regexp_matches({column}, ?)" for column in columns)
    return Condition(text, (either,) * len(columns), exact=False)
