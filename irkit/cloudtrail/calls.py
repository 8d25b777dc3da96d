"""Which calls an intruder makes after the first: tactic, why, how grave. A column and a summary, no detection. Pure.

Tactics are named as MITRE ATT&CK's cloud matrix names them. The table (``known_calls``) is our own, of the calls that
AWS's service references document as changing access, logging, data or cost, of what the techniques of Stratus Red Team
call, and of what the public rules of Elastic (detection-rules), Panther (panther-analysis) and SigmaHQ look for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from irkit.cloudtrail.known_calls import Known, Severity, Tactic, table
from irkit.cloudtrail.query import Outcome
from irkit.cloudtrail.record import Record, is_denial, word

_VERSIONED = re.compile(r"20(?:\d{6}|\d\d_\d\d_\d\d)(v\d+)?$")
"""Lambda's and CloudFront's event names end in the API's date: ``CreateFunction20150331``,
``GetDistribution2020_05_31``."""
_LOGIN_NAME = "ConsoleLogin"
_LOGIN = f"signin:{_LOGIN_NAME}"
_WITHOUT_MFA = Known(
    _LOGIN, Tactic.INITIAL_ACCESS, Severity.HIGH, "a person signed in to the console without a second factor"
)


def known(one: Record) -> Known | None:
    """What is known of a record's call; None for one that tells nothing by itself."""
    return _of_login(one) if one.name == _LOGIN_NAME else _known(one.source, one.name, one.error)


def told(one: Record) -> tuple[str, str, str]:
    """Tactic, severity and why, of what is known of a record's call; empty texts where nothing is."""
    return _words(known(one)) if one.name == _LOGIN_NAME else _told(one.source, one.name, one.error)


@lru_cache(maxsize=1 << 12)
def _told(source: str, name: str, error: str) -> tuple[str, str, str]:
    return _words(_known(source, name, error))


def _words(found: Known | None) -> tuple[str, str, str]:
    return (found.tactic.value, found.severity.value, found.why) if found is not None else ("", "", "")


@lru_cache(maxsize=1 << 12)
def _known(source: str, name: str, error: str) -> Known | None:
    return _first(plain(f"{source}:{name}"), error)


def _of_login(one: Record) -> Known | None:
    if one.source == "signin" and not one.error and "No" in {word(one.extra, "mFAUsed"), word(one.extra, "MFAUsed")}:
        return _WITHOUT_MFA
    return _first(one.call, one.error)


@lru_cache(maxsize=1 << 12)
def plain(call: str) -> str:
    """A call's name without the date of its API: ``lambda:CreateFunction``."""
    return _VERSIONED.sub("", call)


def summary(records: Iterable[Record]) -> tuple[tuple[Tactic, Severity, str, int], ...]:
    """Tactic, severity, call and count of all known calls, in the tactics' order, the gravest first."""
    return in_order(counted(records))


def counted(records: Iterable[Record]) -> Counter[tuple[Tactic, Severity, str]]:
    """How often each known call was made."""
    every = [found for one in records if (found := known(one)) is not None]
    each = {id(found): found for found in every}  # the table's own: their hashes take a microsecond each
    sums: Counter[tuple[Tactic, Severity, str]] = Counter()
    for number, count in Counter(map(id, every)).items():
        found = each[number]
        sums[found.tactic, found.severity, found.call] += count
    return sums


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


def _first(call: str, error: str) -> Known | None:
    """The first line of the table about a call that ended so."""
    ends = {Outcome.ANY, Outcome.FAILED if error else Outcome.SUCCEEDED}
    if is_denial(error):
        ends.add(Outcome.DENIED)
    return next((each for each in _by_call().get(call, ()) if each.when in ends), None)
