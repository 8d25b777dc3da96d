"""Which calls an intruder makes after the first: tactic, why, how grave. A column and a summary, no detection. Pure.

Tactics are named as MITRE ATT&CK's cloud matrix names them. The table (``known_calls``) is our own, of the calls that
AWS's service references document as changing access, logging, data or cost, and of what the techniques of Stratus Red
Team call.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from irkit.cloudtrail.known_calls import Known, Severity, Tactic, table
from irkit.cloudtrail.query import Outcome
from irkit.cloudtrail.record import Record, word

_VERSIONED = re.compile(r"20\d{6}(v\d+)?$")
"""Lambda's and CloudFront's event names end in the API's date: ``CreateFunction20150331``."""
_LOGIN = "signin:ConsoleLogin"
_WITHOUT_MFA = Known(
    _LOGIN, Tactic.INITIAL_ACCESS, Severity.HIGH, "a person signed in to the console without a second factor"
)


def known(one: Record) -> Known | None:
    """What is known of a record's call; None for one that tells nothing by itself."""
    call = plain(one.call)
    told = _by_call().get(call)
    if told is None:
        return None
    if call == _LOGIN and _succeeded(one) and "No" in {word(one.extra, "mFAUsed"), word(one.extra, "MFAUsed")}:
        return _WITHOUT_MFA
    return next((each for each in told if _holds(each.when, one)), None)


def _succeeded(one: Record) -> bool:
    """A sign-in that failed has no error code, only a word in the answer."""
    return not one.error and "Failure" not in {one.answered("consoleLogin"), one.answered("ConsoleLogin")}


@lru_cache(maxsize=1 << 12)
def plain(call: str) -> str:
    """A call's name without the date of its API: ``lambda:CreateFunction``."""
    return _VERSIONED.sub("", call)


def summary(records: Iterable[Record]) -> tuple[tuple[Tactic, Severity, str, int], ...]:
    """Tactic, severity, call and count of all known calls, in the tactics' order, the gravest first."""
    return in_order(counted(records))


def counted(records: Iterable[Record]) -> Counter[tuple[Tactic, Severity, str]]:
    """How often each known call was made."""
    return Counter((found.tactic, found.severity, found.call) for one in records if (found := known(one)) is not None)


def in_order(counted: Mapping[tuple[Tactic, Severity, str], int]) -> tuple[tuple[Tactic, Severity, str, int], ...]:
    """The counts as ``summary`` has them."""
    tactics, severities = list(Tactic), list(Severity)
    rows = [(tactic, severity, call, count) for (tactic, severity, call), count in counted.items()]
    return tuple(sorted(rows, key=lambda row: (tactics.index(row[0]), -severities.index(row[1]), -row[3], row[2])))


@cache
def _by_call() -> dict[str, tuple[Known, ...]]:
    found: dict[str, tuple[Known, ...]] = {}
    for one in table():
        found[one.call] = (*found.get(one.call, ()), one)
    return found


def _holds(when: Outcome, one: Record) -> bool:
    match when:
        case Outcome.SUCCEEDED:
            return _succeeded(one)
        case Outcome.FAILED:
            return not _succeeded(one)
        case Outcome.DENIED:
            return one.denied
        case Outcome.ANY:
            return True
