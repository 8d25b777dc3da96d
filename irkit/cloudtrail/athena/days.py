"""Which days' folders may hold a query's records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from irkit.cloudtrail.coverage import LAG
from irkit.cloudtrail.layout import SLACK
from irkit.cloudtrail.query import Query, Window

FIRST = date(2013, 11, 1)
"""CloudTrail began on 13 November 2013; no folder is older."""
_DAY = timedelta(days=1)


class Days(NamedTuple):
    """From ``first`` to ``last``, both within."""

    first: date
    last: date


def days(query: Query, today: date, most: int) -> tuple[Days, ...]:
    """The folders' days of a query, oldest first, at most so many spans (near ones are then joined).

    A record is filed under the day of its delivery, which comes up to ``LAG`` after the call: of the next day, a call
    shortly before midnight. ``SLACK`` stands on both sides, for clocks that are off. A query of all time gets
    every day that there is, so that no query is ever without a predicate.
    """
    if not query.windows:
        return (Days(FIRST, today + _DAY),)
    spans = joined(query.windows, most)
    found: list[Days] = []
    for each in sorted(Days(max(FIRST, _minus(each.start).date()), _plus(each.end).date()) for each in spans):
        if found and each.first <= found[-1].last + _DAY:
            found[-1] = Days(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return tuple(found)


def joined(windows: Iterable[Window], most: int) -> tuple[Window, ...]:
    """The same moments and maybe more between, in at most so many spans: the smallest gaps are closed."""
    spans: list[Window] = []
    for each in sorted(windows):
        if spans and each.start <= spans[-1].end:
            spans[-1] = Window(spans[-1].start, max(spans[-1].end, each.end))
        else:
            spans.append(each)
    if len(spans) <= most:
        return tuple(spans)
    gaps = sorted(later.start - earlier.end for earlier, later in pairwise(spans))
    widest = gaps[len(spans) - most - 1]
    wide = [spans[0]]
    for each in spans[1:]:
        if each.start - wide[-1].end <= widest:
            wide[-1] = Window(wide[-1].start, each.end)
        else:
            wide.append(each)
    return tuple(wide)


def _minus(at: datetime) -> datetime:
    return at - SLACK if at.date() > FIRST else at


def _plus(at: datetime) -> datetime:
    return at + LAG + SLACK if at.year < date.max.year else at
