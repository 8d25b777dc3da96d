"""``LookupEvents`` with AWS's own limits.

90 days, one region, 50 a page, newest first, management events, one attribute (a second is silently ignored), two
requests a second for each account and region. Source: AWS CloudTrail API reference, LookupEvents.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from irkit.drill.world.cloudtrail_record import named_resources
from irkit.drill.world.event_store import Clock, Stored
from irkit.drill.world.json_shape import Json, JsonObject, at, items, mapping, number, parsed, text
from irkit.drill.world.principals import shown_name

_PAGE = 50
_KEPT = timedelta(days=90)
_A_SECOND = timedelta(seconds=1)
_REQUESTS = 2
_ATTRIBUTES = {
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
}


class LookupRefused(Exception):
    """The call is refused with this AWS error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Pace:
    """So many requests in any one second for each region: two, as AWS has it, unless ``per_second`` is set."""

    def __init__(self, clock: Clock) -> None:
        self.per_second = _REQUESTS
        self._clock = clock
        self._recent: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def admit(self, region: str) -> None:
        """Counts one request. Raises LookupRefused (ThrottlingException) when it is one too many."""
        now = self._clock()
        with self._lock:
            recent = self._recent.setdefault(region, deque())
            while recent and now - recent[0] >= _A_SECOND:
                recent.popleft()
            if len(recent) >= self.per_second:
                raise LookupRefused("ThrottlingException", "Rate exceeded")
            recent.append(now)


def page(seen: Sequence[Stored], region: str, params: JsonObject, now: datetime) -> JsonObject:
    """One page of the answer over the delivered events (oldest first). Raises LookupRefused for a wrong request."""
    if text(params.get("EventCategory")) == "insight":
        return {"Events": []}
    size = int(number(params.get("MaxResults"), _PAGE))
    if not 1 <= size <= _PAGE:
        raise LookupRefused("InvalidMaxResultsException", "MaxResults must be between 1 and 50.")
    matching = _after_token(_matching(seen, region, params, now), text(params.get("NextToken")))
    found = list(islice(matching, size + 1))
    answer: JsonObject = {"Events": [_event(stored) for stored in found[:size]]}
    if len(found) > size:
        answer["NextToken"] = _token(found[size - 1])
    return answer


def _matching(seen: Sequence[Stored], region: str, params: JsonObject, now: datetime) -> Iterable[Stored]:
    since = max(_when(params.get("StartTime"), now - _KEPT), now - _KEPT)
    until = _when(params.get("EndTime"), now)
    if since > until:
        raise LookupRefused("InvalidTimeRangeException", "StartTime must be before EndTime.")
    name, value = _attribute(params)
    return (
        stored
        for stored in reversed(seen)
        if stored.region == region
        and since <= stored.event_at <= until
        and (not name or value in _values(stored, name))
    )


def _attribute(params: JsonObject) -> tuple[str, str]:
    asked = items(params.get("LookupAttributes"))
    if not asked:
        return "", ""
    name = text(at(asked[0], "AttributeKey"))
    if name not in _ATTRIBUTES:
        raise LookupRefused("InvalidLookupAttributesException", f"Invalid lookup attribute: {name}.")
    return name, text(at(asked[0], "AttributeValue"))


def _values(stored: Stored, name: str) -> set[str]:
    event = _facts(stored)
    if name in {"ResourceType", "ResourceName"}:
        return {text(at(resource, name)) for resource in items(event.get("Resources"))}
    return {text(event.get(name))}


def _event(stored: Stored) -> Json:
    return {
        **_facts(stored),
        "EventTime": stored.event_at.timestamp(),
        "CloudTrailEvent": json.dumps(stored.record, separators=(",", ":")),
    }


def _facts(stored: Stored) -> JsonObject:
    record = stored.record
    identity = mapping(record.get("userIdentity"))
    return {
        "EventId": record.get("eventID"),
        "EventName": record.get("eventName"),
        "ReadOnly": "true" if record.get("readOnly") else "false",
        "AccessKeyId": identity.get("accessKeyId"),
        "EventSource": record.get("eventSource"),
        "Username": shown_name(identity),
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in named_resources(record)],
    }


def _when(value: Json, default: datetime) -> datetime:
    seconds = number(value, -1)
    return default if seconds < 0 else datetime.fromtimestamp(seconds, UTC)


def _token(last: Stored) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.event_at.timestamp(), last.arrival]).encode()).decode()


def _after_token(matching: Iterable[Stored], token: str) -> Iterable[Stored]:
    if not token:
        return matching
    try:
        place = items(parsed(base64.urlsafe_b64decode(token.encode())))
    except ValueError:
        place = []
    if len(place) != 2:  # noqa: PLR2004  a time and an arrival number
        raise LookupRefused("InvalidNextTokenException", "Invalid token or token has expired.")
    after = (number(place[0]), number(place[1]))
    return (stored for stored in matching if (stored.event_at.timestamp(), stored.arrival) < after)
