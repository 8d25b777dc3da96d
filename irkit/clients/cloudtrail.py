"""AWS CloudTrail's event history: LookupEvents within its limits.

LookupEvents answers for one region, 90 days back, management events only, with one attribute (a second is silently
ignored), 50 events a page, 2 requests a second for an account and region (CloudTrail API reference).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from irkit.clients.aws import Aws, Noted
from irkit.clients.page_tokens import PageTokens
from irkit.config import LOOKUPS_PER_SECOND
from irkit.errors import Throttled

_MARGIN = 1.1
"""Calls a little further apart than AWS demands: they arrive less evenly than they are sent."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8))
"""How long to wait each time AWS still says to slow down, after the client's own tries."""
PAGE = 50
_A_SECOND = timedelta(seconds=1)
"""Times are asked for, and told, in whole seconds."""


class Attribute(StrEnum):
    """What LookupEvents can be asked by; one a call."""

    EVENT_ID = "EventId"
    ACCESS_KEY_ID = "AccessKeyId"
    USERNAME = "Username"
    """A user's name, the name of a role's session, ``root``."""
    RESOURCE_NAME = "ResourceName"
    EVENT_NAME = "EventName"
    EVENT_SOURCE = "EventSource"
    """``kms.amazonaws.com``."""


class Asked(NamedTuple):
    """What a region is asked for: one attribute's value (None: everything) from ``start`` to ``end``, both within."""

    attribute: Attribute | None
    value: str
    start: datetime
    end: datetime


class Page(NamedTuple):
    """One page of a history, newest first: the records as CloudTrail keeps them, and the times of its events."""

    texts: tuple[str, ...]
    """Empty where an event came without its record."""
    newest_at: datetime | None = None
    oldest_at: datetime | None = None
    """How far back all was told; None when it tells nothing of that: no event, or not in order, or not what was asked
    for."""
    ids: tuple[str, ...] = ()
    """Of the events, as far as they are told beside the records."""


class Pace:
    """Lets calls through at a steady rate for each region; shared by all steps of a process, for one account."""

    def __init__(self, per_second: float = LOOKUPS_PER_SECOND) -> None:
        self._gap = _MARGIN / per_second
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def wait(self, region: str, over: threading.Event | None = None) -> None:
        """Return when the next call to a region may go out, or at once when ``over`` is set."""
        with self._lock:
            now = time.monotonic()
            slot = max(now, self._free_at.get(region, now))
            self._free_at[region] = slot + self._gap
        if slot > now:
            (over or threading.Event()).wait(slot - now)


class CloudTrail:
    """CloudTrail as one step sees it."""

    def __init__(self, aws: Aws, pace: Pace) -> None:
        self._aws = aws
        self._pace = pace

    def lookup(self, region: str, attribute: Attribute, value: str, start: datetime, end: datetime) -> Iterator[str]:
        """The records of one region, newest first, each the JSON text that CloudTrail keeps.

        Raises ``Throttled`` when AWS goes on asking to slow down, ``Denied``, ``Unreachable``.
        """
        for page in self.pages(region, Asked(attribute, value, start, end)):
            yield from page.texts

    def pages(self, region: str, asked: Asked, over: threading.Event | None = None) -> Iterator[Page]:
        """The pages of one region, newest first, until the last one or until ``over`` is set.

        Raises ``Throttled`` when AWS goes on asking to slow down, ``Denied``, ``Unreachable``, ``OutsideError`` when
        AWS points to a page that it gave before.
        """
        ended = over or threading.Event()
        given: dict[str, Any] = {"StartTime": asked.start, "EndTime": asked.end, "MaxResults": PAGE}
        if asked.attribute is not None:
            given["LookupAttributes"] = [{"AttributeKey": asked.attribute.value, "AttributeValue": asked.value}]
        more, seen = 0, PageTokens(f"cloudtrail:LookupEvents {region}")
        end = asked.end
        try:
            while not ended.is_set():
                # The first page stands in the call log, and all others in one line: there may be ten thousand.
                answer = self._page(region, ended, noted=Noted.FAILURES if more else Noted.EACH, **given)
                more += 1
                page = _read(answer, asked.start, end)
                end = page.oldest_at or end
                yield page
                if not answer.get("NextToken"):
                    return
                given["NextToken"] = seen.next(answer["NextToken"])
        finally:
            if more > 1:
                named = f"{asked.attribute}={asked.value} " if asked.attribute else ""
                self._aws.note(f"cloudtrail:LookupEvents {named}{region}: {more - 1} more pages")

    def _page(self, region: str, over: threading.Event, **given: Any) -> Mapping[str, Any]:
        """One page, asked for again while AWS says to slow down: others of the account share the rate."""
        for pause in PAUSES:
            self._pace.wait(region, over)
            try:
                return self._aws.call("cloudtrail", "lookup_events", region=region, **given)
            except Throttled:
                over.wait(pause.total_seconds())
                if over.is_set():
                    raise
        self._pace.wait(region, over)
        return self._aws.call("cloudtrail", "lookup_events", region=region, **given)


def _read(answer: Mapping[str, Any], start: datetime, end: datetime) -> Page:
    """A page that should hold events from ``start`` to ``end``, newest first."""
    events = answer.get("Events", [])
    times = [event["EventTime"].astimezone(UTC) for event in events if "EventTime" in event]
    is_in_order = all(later >= earlier for later, earlier in pairwise((end + _A_SECOND, *times, start - _A_SECOND)))
    return Page(
        tuple(str(event.get("CloudTrailEvent") or "") for event in events),
        max(times, default=None),
        times[-1] if times and is_in_order else None,
        tuple(str(event.get("EventId") or "") for event in events),
    )
