"""What a file tells about itself: times, accounts and regions at some places of its text, to compare with its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.record import Record, moment

_SAMPLES = 8
_TIME = re.compile(rb'"eventTime"\s*+:\s*+"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"')
_REGION = re.compile(rb'"awsRegion"\s*+:\s*+"([a-z0-9-]{5,20})"')
_ACCOUNT = re.compile(rb'"recipientAccountId"\s*+:\s*+"(\d{12})"')
_FAR = 64 << 10
"""A sample is looked for within so many bytes."""


class Sights(NamedTuple):
    """Times are as records have them, ``2026-11-21T12:00:00Z``; empty when none was seen."""

    first: str = ""
    last: str = ""
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


NOTHING = Sights()


def sights(text: bytes) -> Sights:
    """What some places of a text, its beginning and its end among them, tell."""
    starts = [len(text) * number // _SAMPLES for number in range(_SAMPLES)]
    starts.append(max(0, text.rfind(b'"eventTime"')))
    found_at = (found[1].decode() for at in starts if (found := _TIME.search(text, at, at + _FAR)))
    times = [each for each in found_at if _is_time(each)]
    ends = (0, max(0, len(text) - _FAR))
    return Sights(
        min(times, default=""),
        max(times, default=""),
        frozenset(found[1].decode() for at in ends if (found := _ACCOUNT.search(text, at, at + _FAR))),
        frozenset(found[1].decode() for at in ends if (found := _REGION.search(text, at, at + _FAR))),
    )


def _is_time(text: str) -> bool:
    """Whether it can be an event's: in a file that is damaged, or made to harm, there may be a month 13."""
    try:
        moment(text)
    except ValueError:
        return False
    return True


def sights_of(records: Iterable[Record]) -> Sights:
    """What records tell that were read."""
    several = list(records)
    if not several:
        return NOTHING
    times = [one.at for one in several]
    return Sights(
        iso(min(times)),
        iso(max(times)),
        frozenset(one.account for one in several if one.account),
        frozenset(one.region for one in several if one.region),
    )


def joined(several: Iterable[Sights]) -> Sights:
    """Of several texts."""
    held = list(several)
    return Sights(
        min((each.first for each in held if each.first), default=""),
        max((each.last for each in held), default=""),
        frozenset().union(*(each.accounts for each in held)),
        frozenset().union(*(each.regions for each in held)),
    )
