"""What is new against the days before: values that occur in the window and not in the two weeks before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from irkit.cloudtrail.identity import is_place, who
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.questions.group import failed, ids, locators, once
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.record import Record
from irkit.errors import UsageError

BEFORE = timedelta(days=14)
"""How far back what is known goes."""
_ORDER = ("who", "role", "key", "ip", "agent", "call", "region", "account")


@dataclass(frozen=True)
class News:
    """One value that was not there before."""

    what: str
    """``who``, ``role``, ``key``, ``ip``, ``agent``, ``call``, ``region``, ``account``."""
    value: str
    count: int
    errors: int
    first_at: datetime
    last_at: datetime
    who: tuple[str, ...]
    """The callers that it is seen with."""
    calls: tuple[str, ...]
    against: int
    """How many records of the time before it is compared with: of few, little can be said."""
    event_ids: tuple[str, ...]
    locators: tuple[str, ...]


def news(asked: Asked) -> tuple[News, ...]:
    """Kind by kind, in the order of the first of each."""
    known = {pair for one in asked.before for pair in _values(asked, one)}
    groups: dict[tuple[str, str], list[Record]] = {}
    for one in asked.records:
        for pair in _values(asked, one):
            if pair[1] and pair not in known:
                groups.setdefault(pair, []).append(one)
    rows = [_row(pair, several, len(asked.before)) for pair, several in groups.items()]
    return tuple(sorted(rows, key=lambda row: (_ORDER.index(row.what), row.first_at, row.value)))


def _values(asked: Asked, one: Record) -> Iterator[tuple[str, str]]:
    caller = asked.caller(one)
    if one.issuer_arn:
        # A session's own name and key are new each time; its role is what can be known.
        yield "role", one.issuer_arn
    else:
        yield "who", who(one)
        if not caller.invoked_by:
            yield "key", caller.key_id
    if is_place(caller.ip):
        yield "ip", caller.ip
    if not caller.invoked_by:
        yield "agent", caller.agent
    yield "call", one.call
    yield "region", one.region
    yield "account", one.account


def _row(pair: tuple[str, str], several: list[Record], against: int) -> News:
    return News(
        what=pair[0],
        value=pair[1],
        count=len(several),
        errors=failed(several),
        first_at=several[0].at,
        last_at=several[-1].at,
        who=once(who(one) for one in several),
        calls=once(one.call for one in several),
        against=against,
        event_ids=ids(several),
        locators=locators(several),
    )


def _needs(query: Query) -> Query:
    span = query.span
    if span is None:
        raise UsageError("what is new cannot be told without a start", hint="say since when, for example: --since -30h")
    # The whole time before is compared with, not only records of the same outcome.
    return replace(query, windows=(Window(span.start - BEFORE, span.start), *query.windows), outcome=Outcome.ANY)


def _remarks(asked: Asked) -> tuple[str, ...]:
    if asked.before or not asked.records:
        return ()
    return ("nothing matching is known of the 14 days before: everything is new, or those days are not in the source",)


NEWS = Question(
    id="news",
    title="What is new",
    says="one row a value that does not occur in the 14 days before the window",
    row=News,
    columns=("what", "value", "count", "errors", "first_at", "last_at", "who", "calls", "against"),
    needs=_needs,
    rows=news,
    remarks=_remarks,
)
