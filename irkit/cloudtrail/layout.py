"""How AWS lays out a trail's files: which account, region and time a path or an S3 key names.

CloudTrail user guide, "CloudTrail log file examples" and "CloudTrail digest file structure"::

    [prefix/]AWSLogs/[o-organization/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/
        ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz

The time of a name is that of the delivery, rounded to minutes. Digests and Insights have folders of their own.
"""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from irkit.cloudtrail.coverage import LAG
from irkit.cloudtrail.given_back import forgetful
from irkit.cloudtrail.query import Query, Window

SLACK = timedelta(minutes=5)
"""What clocks and roundings may add: events lie from ``LAG + SLACK`` before a name's time to ``SLACK`` after it."""
GLOBAL_REGIONS = frozenset({"us-east-1", "us-gov-west-1", "cn-north-1"})
"""Where the events of IAM, STS and other global services are said to have happened."""
GLOBAL_AT_HOME = datetime(2021, 11, 23, tzinfo=UTC)
"""Until 22 November 2021 trails delivered global events with those of their home region (user guide)."""
_DAY = timedelta(days=1)
_ACCOUNT = r"(?P<account>\d{12})"
_REGION = r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d{1,2})"
_NAME = re.compile(rf"{_ACCOUNT}_(?P<kind>CloudTrail(?:-\w+)?)_{_REGION}_(?P<rest>[^/]*)$")
_TIME = re.compile(r"(?<!\d)\d{8}T\d{4}(?:\d\d)?Z", re.ASCII)
_FOLDER = re.compile(
    rf"(?:^|/){_ACCOUNT}/(?P<kind>CloudTrail(?:-\w+)?)/{_REGION}/(?:(?P<day>\d{{4}}/\d\d/\d\d)/)?", re.ASCII
)


class Kind(StrEnum):
    """What a file is, by its name."""

    LOG = "log"
    DIGEST = "digest"
    """Hashes of log files; holds no event."""
    INSIGHT = "insight"
    """Unusual rates of calls; holds no call."""
    OTHER = "other"
    """A name that AWS did not give."""


class Named(NamedTuple):
    """What a name says; empty where it says nothing."""

    account: str
    region: str
    delivered_at: datetime | None
    day: date | None
    """Of the folder."""
    kind: Kind

    @property
    def span(self) -> Window | None:
        """When the events of the file happened, as far as its name can be believed; None when it says no time."""
        if self.delivered_at is not None:
            return Window(self.delivered_at - LAG - SLACK, self.delivered_at + SLACK)
        if self.day is not None:
            midnight = datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
            return Window(midnight - LAG - SLACK, midnight + _DAY + SLACK)
        return None


class Reason(StrEnum):
    """Why a file is left out by its name alone."""

    ACCOUNT = "account"
    REGION = "region"
    TIME = "time"
    KIND = "kind"


@forgetful
@lru_cache(maxsize=1 << 10)
def named(path: str) -> Named:
    """What a path or an S3 key says of the file; a file that was moved out of its folder still has its name."""
    folder, slash, own = path.replace("\\", "/").rpartition("/")
    return named_in(folder + slash, own)


def named_in(folder: str, own: str) -> Named:
    """As ``named``, of a file's folder, with its slash, and its own name; the name is not remembered."""
    if "\\" in own or "\\" in folder:
        return named(folder + own)
    below = _of_folder(folder)
    name = _NAME.search(own)
    if name is None:
        return below
    return Named(name["account"], name["region"], _delivered_at(name["rest"]), below.day, _kind(name["kind"]))


@forgetful
@lru_cache(maxsize=1 << 10)
def _of_folder(path: str) -> Named:
    """What a folder says of the files in it: thousands are in one."""
    folder = None
    for folder in _FOLDER.finditer(path):  # noqa: B007 - the last, nearest to the file, is meant
        pass
    if folder is None:
        return Named("", "", None, None, Kind.OTHER)
    return Named(folder["account"], folder["region"], None, _day(folder["day"]), _kind(folder["kind"]))


def may_hold(one: Named, query: Query) -> bool:
    """Whether a file so named may hold records that are asked for; what its name does not say, it may."""
    return left_out_for(one, query) is None


def left_out_for(one: Named, query: Query) -> Reason | None:
    """Why a file so named holds nothing that is asked for; None when it may hold something."""
    if one.kind in {Kind.DIGEST, Kind.INSIGHT}:
        return Reason.KIND
    if query.accounts and one.account and one.account not in query.accounts:
        return Reason.ACCOUNT
    if query.regions and one.region and one.region not in query.regions and not _may_be_global(one, query):
        return Reason.REGION
    if query.windows and (span := one.span):
        return None if any(each.start < span.end and span.start < each.end for each in query.windows) else Reason.TIME
    return None


def _may_be_global(one: Named, query: Query) -> bool:
    span = one.span
    return not GLOBAL_REGIONS.isdisjoint(query.regions) and (span is None or span.start < GLOBAL_AT_HOME)


def days(query: Query) -> tuple[date, ...] | None:
    """The days of folders that may hold a query's records, oldest first; None for all time."""
    if not query.windows:
        return None
    found: set[date] = set()
    for window in query.windows:
        day = (window.start - SLACK).date()
        last = (window.end + LAG + SLACK).date()
        while day <= last:
            found.add(day)
            day += _DAY
    return tuple(sorted(found))


def _delivered_at(rest: str) -> datetime | None:
    found = _TIME.search(rest)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[0])
    except ValueError:
        return None
    return at if _can_be_reckoned_with(at) else None


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date(*(int(each) for each in text.split("/")))
    except ValueError:
        return None
    return day if _can_be_reckoned_with(day) else None


def _can_be_reckoned_with(day: date) -> bool:
    """Whether a span of time can be added to it, and taken from it."""
    return MINYEAR < day.year < MAXYEAR


def _kind(text: str) -> Kind:
    match text:
        case "CloudTrail-Digest":
            return Kind.DIGEST
        case "CloudTrail-Insight":
            return Kind.INSIGHT
        case _:
            return Kind.LOG
