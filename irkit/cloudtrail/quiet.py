"""Accounts and regions whose log files end early: nothing happened there, logging was stopped, or files are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from irkit.cloudtrail.coverage import EVER
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.layout import Kind, Named
from irkit.cloudtrail.query import Query, Window

QUIET = timedelta(hours=1)
"""So long after its last file the silence of one account and region is told."""


NO_FILE_OF_IT = "NO LOG FILE of the time asked for lies there: nothing happened, nothing was logged, or files are gone"


def is_before(span: Window | None, first: datetime | None) -> bool:
    """Whether a span of time ends before the first event that there is: what lies there tells nothing of it."""
    return span is not None and first is not None and span.end <= first


def hear(one: Named, newest_of: dict[str, datetime]) -> None:
    """Note when a file was delivered: the newest one of each account and region, by their names."""
    if one.delivered_at is not None and one.kind is not Kind.INSIGHT:
        part = f"{one.account}/{one.region}"
        known = newest_of.get(part)
        if known is None or known < one.delivered_at:
            newest_of[part] = one.delivered_at


def quiet(newest_of: Mapping[str, datetime], query: Query) -> Iterator[str]:
    """In words, those that a query asks for and that end long before the newest."""
    parts = {
        part: at
        for part, at in newest_of.items()
        if (not query.accounts or part.partition("/")[0] in query.accounts)
        and (not query.regions or part.partition("/")[2] in query.regions)
    }
    newest = max(parts.values(), default=EVER)
    until = query.span.end if query.span is not None else newest
    silent = {part: at for part, at in parts.items() if newest - at > QUIET and at < until}
    if silent:
        first = min(silent, key=lambda part: silent[part])
        others = f", and {len(silent) - 1} more accounts and regions" if len(silent) > 1 else ""
        end = f"the newest file of {first} is of {iso(silent[first])}{others}"
        yield f"{end}: it was quiet later, or files are missing"


def ended(at: datetime) -> str:
    """In words, that no file came after some time."""
    return f"NO LOG FILE came after {iso(at)}: nothing happened, or logging was stopped"


def silence(newest_of: Mapping[str, datetime], until: datetime) -> datetime | None:
    """When the newest of all files was delivered, where that was long before the end of what is asked for."""
    newest = max(newest_of.values(), default=until)
    return newest if until - newest > QUIET else None
