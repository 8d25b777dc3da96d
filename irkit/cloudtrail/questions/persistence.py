"""What was made or changed to come back with: identities, keys, policies, trusts and grants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.persistence import CALLS, traces
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.questions.target import target
from irkit.cloudtrail.record import Record, part, word
from irkit.cloudtrail.rights import rights


@dataclass(frozen=True)
class Left:
    """One thing left behind, or tried."""

    at: datetime
    means: str
    call: str
    target: str
    """Whom or what it is on."""
    what: str
    """The thing: a new key's id, a policy's ARN."""
    rights: str
    """Whom it gives what right, of policies, grants and ports."""
    error: str
    """Why it is not there: AWS refused the call."""
    who: str
    key_id: str
    ip: str
    agent: str
    region: str
    account: str
    via: str
    event_id: str
    locator: str


def persistence(asked: Asked) -> tuple[Left, ...]:
    """In the records' order."""
    rows = []
    by_id = {one.event_id: one for one in asked.records}
    for trace in traces(asked.records):
        one = by_id[trace.event_id]
        caller = asked.caller(one)
        # Where no name is among the usual ones, the trace is on its caller.
        on = (target(one) if trace.target == one.principal else "") or trace.target
        rows.append(
            Left(
                at=one.at,
                means=trace.means.value,
                call=one.call,
                target=on,
                what=_made(one) or (trace.what if trace.what != trace.target else on),
                rights=rights(one),
                error=one.error,
                who=who(one),
                key_id=caller.key_id,
                ip=caller.ip,
                agent=caller.agent,
                region=one.region,
                account=one.account,
                via=one.invoked_by.removesuffix(".amazonaws.com"),
                event_id=one.event_id,
                locator=one.locator.text,
            )
        )
    return tuple(rows)


def _made(one: Record) -> str:
    """Ids of instances that were started."""
    items = part(one.answer, "instancesSet", "items")
    return ", ".join(word(each, "instanceId") for each in items) if isinstance(items, list) else ""


def _needs(query: Query) -> Query:
    return query if query.calls else replace(query, calls=CALLS)


PERSISTENCE = Question(
    id="persistence",
    title="What was left behind",
    says="one row a call that makes or changes an identity, a key, a policy, a trust or a grant",
    row=Left,
    columns=(
        "at",
        "means",
        "call",
        "target",
        "what",
        "rights",
        "error",
        "who",
        "key_id",
        "ip",
        "region",
        "account",
        "locator",
    ),
    needs=_needs,
    rows=persistence,
    wide=lambda: Gathering(rows=persistence, rank=lambda row: (row.at, row.event_id)),
)
