"""Everything that was done: one row a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property, partial
from operator import attrgetter, itemgetter

from irkit.cloudtrail.calls import counted, in_order, told
from irkit.cloudtrail.identity import who
from irkit.cloudtrail.known_calls import Severity, Tactic
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.columned import Columned
from irkit.cloudtrail.questions.gathering import Gathering
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.questions.target import targets
from irkit.cloudtrail.record import Record

_GRAVE = frozenset({Severity.HIGH, Severity.CRITICAL})
_MOST = 3
_OF_CALLER = frozenset({"key_id", "ip", "agent"})
_TOLD = ("tactic", "severity", "why")


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


_FIELDS = tuple(each.name for each in fields(Activity))


def activity(asked: Asked) -> tuple[Activity, ...]:
    """One row a record, in the records' order."""
    return tuple(columned(asked))


def columned(asked: Asked) -> Columned[Activity]:
    """The same rows, as columns."""
    made = _Made(asked)
    return Columned(Activity, len(asked.records), {name: partial(_column, made, name) for name in _FIELDS})


class _Made:
    """What several columns are made of."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.records = asked.records

    @cached_property
    def callers(self) -> Sequence[Record]:
        """Whose key, address and agent are told, by record."""
        if not self.asked.causes:
            return self.records
        return list(map(self.asked.caller, self.records))

    @cached_property
    def told(self) -> Sequence[tuple[str, str, str]]:
        """What is known of the calls, by record."""
        return list(map(told, self.records))


def _column(made: _Made, name: str) -> list[object]:
    """The values of a column, by record."""
    if name in _OF_CALLER:
        return list(map(attrgetter(name), made.callers))
    if name in _TOLD:
        return list(map(itemgetter(_TOLD.index(name)), made.told))
    records = made.records
    match name:
        case "who":
            return list(map(who, records))
        case "target":
            return list(targets(records))
        case "via":
            return [one.invoked_by and one.invoked_by.removesuffix(".amazonaws.com") for one in records]
        case "caller_id":
            pairs = zip(made.callers, records, strict=True)
            return [caller.event_id if caller is not one else "" for caller, one in pairs]
        case "locator":
            return [one.locator.text for one in records]
        case _:
            return list(map(attrgetter(name), records))


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
    columned=columned,
    remarks=_remarks,
    wide=_Done,
)
