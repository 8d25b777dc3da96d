"""What was refused for want of a permission."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.group import agents, ids, locators
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.questions.target import target, targets
from irkit.cloudtrail.record import Record


@dataclass(frozen=True)
class Denied:
    """One call on one thing, refused to one key at one address, so many times."""

    first_at: datetime
    last_at: datetime
    count: int
    call: str
    error: str
    target: str
    who: str
    key_id: str
    ip: str
    agents: tuple[str, ...]
    region: str
    account: str
    via: str
    message: str
    """AWS's own words for the first: they name the policy's kind that refused, and what for."""
    event_ids: tuple[str, ...]
    locators: tuple[str, ...]


def denied(asked: Asked) -> tuple[Denied, ...]:
    """In the order of the first refusal."""
    refused = [one for one in asked.records if one.denied]
    groups: dict[tuple[str, ...], list[Record]] = {}
    for one, done in zip(refused, targets(refused), strict=True):
        groups.setdefault(_key(asked, one, done), []).append(one)
    return tuple(_row(asked, several, key[0]) for key, several in groups.items())


def _key(asked: Asked, one: Record, done: str) -> tuple[str, ...]:
    """What one row has in common; first what the call was to be done to."""
    caller = asked.caller(one)
    return (
        *(done, one.source, one.name, one.error, who(one), caller.key_id, caller.ip),
        *(one.region, one.account, one.invoked_by),
    )


def _row(asked: Asked, several: list[Record], done: str) -> Denied:
    first, last = several[0], several[-1]
    caller = asked.caller(first)
    return Denied(
        first_at=first.at,
        last_at=last.at,
        count=len(several),
        call=first.call,
        error=first.error,
        target=done,
        who=who(first),
        key_id=caller.key_id,
        ip=caller.ip,
        agents=agents(asked, several),
        region=first.region,
        account=first.account,
        via=first.invoked_by.removesuffix(".amazonaws.com"),
        message=first.message,
        event_ids=ids(several),
        locators=locators(several),
    )


def _needs(query: Query) -> Query:
    return replace(query, outcome=Outcome.DENIED)


DENIED = Question(
    id="denied",
    title="What was refused",
    says="one row a call and target that AWS refused to a key for want of a permission; sign-ins that failed",
    row=Denied,
    columns=("first_at", "last_at", "count", "call", "error", "target", "who", "key_id", "ip", "region", "message"),
    needs=_needs,
    rows=denied,
    wide=lambda: Gathering(
        rows=denied,
        rank=lambda row: (row.first_at, row.event_ids[0]),
        shelf=lambda asked, one: "\n".join(_key(asked, one, target(one))),
    ),
)
