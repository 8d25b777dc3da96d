"""Everything that was done: one row a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.calls import counted, in_order, told
from irkit.cloudtrail.identity import who
from irkit.cloudtrail.known_calls import Severity, Tactic
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.questions.target import targets
from irkit.cloudtrail.record import Record

_GRAVE = frozenset({Severity.HIGH, Severity.CRITICAL})
_MOST = 3


@dataclass(unsafe_hash=True)
class Activity:
    """One call. Of a call that a service made for a caller, key, address and agent are the caller's.

    Never changed; it is not frozen because that makes each of very many rows take twice as long.
    """

    at: datetime
    call: str
    tactic: str
    """What an intruder makes such a call for (MITRE ATT&CK); empty where the call alone tells nothing."""
    severity: str
    """``low``, ``medium``, ``high``, ``critical``: how grave that is; empty as ``tactic``."""
    why: str
    error: str
    who: str
    key_id: str
    ip: str
    agent: str
    region: str
    account: str
    target: str
    via: str
    """The service that made the call for the caller; empty for the caller's own."""
    caller_id: str
    """The event id of the caller's own call; empty when ``via`` is, or when it was not found."""
    event_id: str
    locator: str


def activity(asked: Asked) -> tuple[Activity, ...]:
    """One row a record, in the records' order."""
    return tuple(_row(asked, one, done) for one, done in zip(asked.records, targets(asked.records), strict=True))


def _row(asked: Asked, one: Record, target: str) -> Activity:
    caller = asked.caller(one)
    tactic, severity, why = told(one)
    return Activity(
        at=one.at,
        call=one.call,
        tactic=tactic,
        severity=severity,
        why=why,
        error=one.error,
        who=who(one),
        key_id=caller.key_id,
        ip=caller.ip,
        agent=caller.agent,
        region=one.region,
        account=one.account,
        target=target,
        via=one.invoked_by.removesuffix(".amazonaws.com"),
        caller_id=caller.event_id if caller is not one else "",
        event_id=one.event_id,
        locator=one.locator.text,
    )


def _all(query: Query) -> Query:
    return query


def _remarks(asked: Asked) -> tuple[str, ...]:
    return _told(counted(asked.records))


class _Done(Gathering[Activity]):
    """Calls, and how often each known one was made."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[Tactic, Severity, str]] = Counter()
        super().__init__(rows=activity, rank=lambda row: (row.at, row.event_id))

    def learn(self, asked: Asked) -> None:
        """Count them."""
        self._counted += counted(asked.records)

    def remarks(self) -> tuple[str, ...]:
        """As the question's."""
        return _told(self._counted)


def _told(calls: Mapping[tuple[Tactic, Severity, str], int]) -> tuple[str, ...]:
    """The tactics that the calls show, with the gravest calls of each."""
    by_tactic: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for tactic, severity, call, count in in_order(calls):
        counts[tactic] = counts.get(tactic, 0) + count
        if severity in _GRAVE:
            by_tactic.setdefault(tactic, []).append(f"{call} {count}")
    told = [
        f"{tactic} {count}" + (f" ({', '.join(by_tactic[tactic][:_MOST])})" if tactic in by_tactic else "")
        for tactic, count in counts.items()
    ]
    return (f"by tactic: {'; '.join(told)}",) if told else ()


ACTIVITY = Question(
    id="activity",
    title="What was done",
    says="one row a call, with what it was done to",
    row=Activity,
    columns=(
        *("at", "call", "who", "target", "error", "tactic", "ip", "key_id", "agent", "region", "account"),
        *("via", "locator"),
    ),
    needs=_all,
    rows=activity,
    remarks=_remarks,
    wide=_Done,
)
