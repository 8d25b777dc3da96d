"""First and last seen, and how often: each caller, key, address, agent, call, region and account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.identity import is_place, who
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.record import Record


@dataclass(frozen=True)
class Seen:
    """One value: how many records have it, and when, where from and with what. Counts are exact, not estimates."""

    what: str
    """``who``, ``key``, ``ip``, ``service address``, ``agent``, ``call``, ``region``, ``account``."""
    value: str
    count: int
    errors: int
    denied: int
    first_at: datetime
    last_at: datetime
    ips: int
    """How many different addresses, services' own left out."""
    agents: int
    """How many different user agents, services' own left out."""
    event_ids: tuple[str, ...]
    """The first and the last."""
    locators: tuple[str, ...]


KINDS = ("who", "key", "ip", "service address", "agent", "call", "region", "account")


def seen(asked: Asked) -> tuple[Seen, ...]:
    """Kind by kind; within one, the most frequent first."""
    counting = _Counting()
    counting.learn(asked)
    return tuple(row for _, row in counting.last())


class _Value:
    """What is known of one value so far."""

    __slots__ = ("agents", "count", "denied", "errors", "first", "ips", "last")

    def __init__(self, first: tuple[datetime, str, Locator]) -> None:
        self.count = self.errors = self.denied = 0
        self.first = self.last = first
        self.ips: set[str] = set()
        """With an empty text for what is none of a caller's, as ``agents``."""
        self.agents: set[str] = set()


class _Counting(Gathering[Seen]):
    """Counts value by value; the records are not held."""

    def __init__(self) -> None:
        super().__init__(rows=lambda _: (), rank=_rank)
        self._values: dict[tuple[str, str], _Value] = {}

    def learn(self, asked: Asked) -> None:
        """Count them."""
        known = self._values
        for one in asked.records:
            caller = asked.caller(one)
            place = caller.ip if is_place(caller.ip) else ""
            agent = caller.agent if not caller.invoked_by else ""
            here = (one.at, one.event_id, one.locator)
            denied = one.denied if one.error else False
            for pair in values(one, caller):
                if pair[1]:
                    found = known.get(pair)
                    if found is None:
                        found = known[pair] = _Value(here)
                    found.count += 1
                    found.last = here
                    found.ips.add(place)
                    found.agents.add(agent)
                    if one.error:
                        found.errors += 1
                        found.denied += denied

    def last(self) -> Iterator[tuple[tuple[object, ...], Seen]]:
        """All rows."""
        rows = [_row(what, value, found) for (what, value), found in self._values.items()]
        yield from sorted(((_rank(row), row) for row in rows), key=lambda pair: pair[0])


def _rank(row: Seen) -> tuple[int, int, datetime, str]:
    return KINDS.index(row.what), -row.count, row.first_at, row.value


def values(one: Record, caller: Record) -> Iterator[tuple[str, str]]:
    """What a record is counted under: key, address and agent are the caller's when a service made the call."""
    yield "who", who(one)
    yield "key", caller.key_id
    yield ("ip" if is_place(caller.ip) else "service address"), caller.ip
    if not caller.invoked_by:
        yield "agent", caller.agent
    yield "call", one.call
    yield "region", one.region
    yield "account", one.account


def _row(what: str, value: str, found: _Value) -> Seen:
    ends = (found.first,) if found.count == 1 else (found.first, found.last)
    return Seen(
        what=what,
        value=value,
        count=found.count,
        errors=found.errors,
        denied=found.denied,
        first_at=found.first[0],
        last_at=found.last[0],
        ips=len(found.ips - {""}),
        agents=len(found.agents - {""}),
        event_ids=tuple(event_id for _, event_id, _ in ends),
        locators=tuple(locator.text for _, _, locator in ends),
    )


def _all(query: Query) -> Query:
    return query


SEEN = Question(
    id="seen",
    title="First and last seen",
    says="one row a value of caller, key, address, agent, call, region or account",
    row=Seen,
    columns=("what", "value", "count", "errors", "denied", "first_at", "last_at", "ips", "agents"),
    needs=_all,
    rows=seen,
    wide=_Counting,
)
