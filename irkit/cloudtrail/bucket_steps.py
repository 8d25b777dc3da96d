"""The requests that a listing of a trail's bucket begins with: where in AWS's layout it is, and ranges of days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from irkit.cloudtrail.layout import days
from irkit.cloudtrail.query import Query

LOGS = "AWSLogs/"
ACCOUNT = re.compile(r"\d{12}")
ORGANIZATION = re.compile(r"o-[a-z0-9-]+")
TRAIL = re.compile(r"CloudTrail(-\w+)?")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_MOST_DAYS_A_RANGE = 31
_DAY = timedelta(days=1)


class Level(StrEnum):
    """What a folder is in AWS's layout."""

    ABOVE = "above"
    LOGS = "logs"
    ACCOUNT = "account"
    TRAIL = "trail"
    REGION = "region"
    DAYS = "days"


class Step(NamedTuple):
    """One request to make: a folder to look into, or (``DAYS``) a range of keys to list, up to before ``until``."""

    level: Level
    prefix: str
    after: str = ""
    until: str = ""
    depth: int = 0
    after_version: str = ""
    """Of the key ``after``, in a bucket that keeps versions."""


def start(prefix: str) -> Step:
    """Where to begin, by how much of AWS's layout a prefix holds already."""
    folder = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    above, mark, below = folder.rpartition(LOGS)
    if not mark:
        return Step(Level.ABOVE, folder)
    parts = [part for part in below.split("/") if part]
    if parts and ORGANIZATION.fullmatch(parts[0]):
        parts = parts[1:]
    levels = (Level.LOGS, Level.ACCOUNT, Level.TRAIL, Level.REGION)
    regular = all(pattern.fullmatch(part) for pattern, part in zip((ACCOUNT, TRAIL, _REGION), parts, strict=False))
    if not regular or len(parts) >= len(levels):
        return Step(Level.DAYS, f"{above}{LOGS}{below}")
    return Step(levels[len(parts)], f"{above}{LOGS}{below}")


def ranges(region: str, query: Query) -> Iterator[Step]:
    """The ranges of keys to list in a region's folder, newest first: each run of days, at most a month each."""
    asked = days(query)
    if asked is None:
        yield Step(Level.DAYS, region)
        return
    for first, last in reversed(_runs(asked)):
        # No name begins with a space: the first key of the first day comes after it.
        after, until = f"{region}{first:%Y/%m/%d}/ ", f"{region}{last + _DAY:%Y/%m/%d}/"
        yield Step(Level.DAYS, region if first != last else f"{region}{first:%Y/%m/%d}/", after, until)


def _runs(several: Sequence[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in several:
        if runs and day - runs[-1][1] <= _DAY and (day - runs[-1][0]).days < _MOST_DAYS_A_RANGE:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
