"""First and last seen, and how often: each caller, key, address, agent, call, region and account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.identity import is_place, who
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.group import agents, failed, places
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
    groups: dict[tuple[str, str], list[Record]] = {}
    for one in asked.records:
        for what, value in values(asked, one):
            if value:
                groups.setdefault((what, value), []).append(one)
    rows = [_row(asked, what, value, several) for (what, value), several in groups.items()]
    return tuple(sorted(rows, key=lambda row: (KINDS.index(row.what), -row.count, row.first_at, row.value)))


def values(asked: Asked, one: Record) -> Iterator[tuple[str, str]]:
    """What a record is counted under: key, address and agent are the caller's when a service made the call."""
    caller = asked.caller(one)
    yield "who", who(one)
    yield "key", caller.key_id
    yield ("ip" if is_place(caller.ip) else "service address"), caller.ip
    if not caller.invoked_by:
        yield "agent", caller.agent
    yield "call", one.call
    yield "region", one.region
    yield "account", one.account


def _row(asked: Asked, what: str, value: str, several: list[Record]) -> Seen:
    ends = several[:1] if len(several) == 1 else [several[0], several[-1]]
    return Seen(
        what=what,
        value=value,
        count=len(several),
        errors=failed(several),
        denied=sum(one.denied for one in several),
        first_at=several[0].at,
        last_at=several[-1].at,
        ips=len(places(asked, several)),
        agents=len(agents(asked, several)),
        event_ids=tuple(one.event_id for one in ends),
        locators=tuple(one.locator.text for one in ends),
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
)
