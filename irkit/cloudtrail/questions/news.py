"""What is new against the days before: values that occur in the window and not in the two weeks before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from irkit.cloudtrail.identity import is_place, who
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.group import once
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
    comparing = _Comparing()
    comparing.learn(asked)
    return tuple(row for _, row in comparing.last())


class _Value:
    """What is known of one new value so far."""

    __slots__ = ("calls", "errors", "event_ids", "first_at", "last_at", "locators", "who")

    def __init__(self, one: Record) -> None:
        self.errors = 0
        self.first_at = self.last_at = one.at
        self.who: dict[str, None] = {}
        self.calls: dict[str, None] = {}
        self.event_ids: list[str] = []
        self.locators: dict[str, None] = {}

    def add(self, one: Record) -> None:
        """One more record, no older than those before."""
        self.errors += bool(one.error)
        self.last_at = one.at
        self.who[who(one)] = self.calls[one.call] = self.locators[one.locator.text] = None
        self.event_ids.append(one.event_id)


class _Comparing(Gathering[News]):
    """Learns what was there before, and then holds of the new values what their rows tell."""

    def __init__(self) -> None:
        super().__init__(rows=lambda _: (), rank=_rank)
        self._known: set[tuple[str, str]] = set()
        self._new: dict[tuple[str, str], _Value] = {}
        self._before = self._found = 0

    def learn(self, asked: Asked) -> None:
        """The time before comes first, as all records do."""
        self._before += len(asked.before)
        self._found += len(asked.records)
        self._known.update(pair for one in asked.before for pair in _values(asked, one))
        for one in asked.records:
            for pair in _values(asked, one):
                if pair[1] and pair not in self._known:
                    self._new.setdefault(pair, _Value(one)).add(one)

    def last(self) -> Iterator[tuple[tuple[object, ...], News]]:
        """All rows."""
        rows = [_row(pair, found, self._before) for pair, found in self._new.items()]
        yield from sorted(((_rank(row), row) for row in rows), key=lambda pair: pair[0])

    def remarks(self) -> tuple[str, ...]:
        """As the question's."""
        return _told(self._before, self._found)


def _rank(row: News) -> tuple[int, datetime, str]:
    return _ORDER.index(row.what), row.first_at, row.value


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


def _row(pair: tuple[str, str], found: _Value, against: int) -> News:
    return News(
        what=pair[0],
        value=pair[1],
        count=len(found.event_ids),
        errors=found.errors,
        first_at=found.first_at,
        last_at=found.last_at,
        who=once(found.who),
        calls=once(found.calls),
        against=against,
        event_ids=tuple(found.event_ids),
        locators=once(found.locators),
    )


def _needs(query: Query) -> Query:
    span = query.span
    if span is None:
        raise UsageError("what is new cannot be told without a start", hint="say since when, for example: --since -30h")
    # The whole time before is compared with, not only records of the same outcome.
    return replace(query, windows=(Window(span.start - BEFORE, span.start), *query.windows), outcome=Outcome.ANY)


def _remarks(asked: Asked) -> tuple[str, ...]:
    return _told(len(asked.before), len(asked.records))


def _told(before: int, found: int) -> tuple[str, ...]:
    if before or not found:
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
    wide=_Comparing,
)
