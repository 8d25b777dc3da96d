"""AWS CloudTrail's event history: LookupEvents within its limits.

LookupEvents answers for one region, 90 days back, management events only, with one attribute (a second is silently
ignored), 50 events a page, 2 requests a second for an account and region (CloudTrail API reference).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from irkit.clients.aws import Aws
from irkit.errors import Throttled

REQUESTS_A_SECOND = 2.0
_MARGIN = 1.1
"""Calls a little further apart than AWS demands: they arrive less evenly than they are sent."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8))
"""How long to wait each time AWS still says to slow down, after the client's own tries."""
PAGE = 50


class Attribute(StrEnum):
    """What LookupEvents can be asked by; one a call."""

    ACCESS_KEY_ID = "AccessKeyId"
    EVENT_NAME = "EventName"
    USERNAME = "Username"
    RESOURCE_NAME = "ResourceName"


class Pace:
    """Lets calls through at a steady rate for each region; shared by all steps of a process."""

    def __init__(self, per_second: float = REQUESTS_A_SECOND) -> None:
        self._gap = _MARGIN / per_second
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def wait(self, region: str) -> None:
        """Return when the next call to a region may go out."""
        with self._lock:
            now = time.monotonic()
            slot = max(now, self._free_at.get(region, now))
            self._free_at[region] = slot + self._gap
        if slot > now:
            threading.Event().wait(slot - now)


class CloudTrail:
    """CloudTrail as one step sees it."""

    def __init__(self, aws: Aws, pace: Pace) -> None:
        self._aws = aws
        self._pace = pace

    def lookup(self, region: str, attribute: Attribute, value: str, start: datetime, end: datetime) -> Iterator[str]:
        """The records of one region, newest first, each the JSON text that CloudTrail keeps.

        Raises ``Throttled`` when AWS goes on asking to slow down, ``Denied``, ``Unreachable``.
        """
        token: dict[str, Any] = {}
        while True:
            page = self._page(
                region,
                LookupAttributes=[{"AttributeKey": attribute.value, "AttributeValue": value}],
                StartTime=start,
                EndTime=end,
                MaxResults=PAGE,
                **token,
            )
            for event in page.get("Events", []):
                yield str(event["CloudTrailEvent"])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _page(self, region: str, **asked: Any) -> Mapping[str, Any]:
        """One page, asked for again while AWS says to slow down: others of the account share the rate."""
        for pause in PAUSES:
            self._pace.wait(region)
            try:
                return self._aws.call("cloudtrail", "lookup_events", region=region, **asked)
            except Throttled:
                threading.Event().wait(pause.total_seconds())
        self._pace.wait(region)
        return self._aws.call("cloudtrail", "lookup_events", region=region, **asked)
