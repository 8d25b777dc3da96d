"""The account's CloudTrail events: recorded at once, seen only after the delivery lag. Safe between threads."""

from __future__ import annotations

import bisect
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from irkit.drill.world.json_shape import JsonObject, text

Clock = Callable[[], datetime]


@dataclass(frozen=True, order=True)
class Stored:
    """One record, ordered by event time and then by arrival."""

    event_at: datetime
    arrival: int
    seen_from: datetime = field(compare=False)
    record: JsonObject = field(compare=False)
    actor: str = field(compare=False, default="")
    """Which of the rehearsal's own actors made the call, or had a service make it; empty for those from outside."""

    @property
    def region(self) -> str:
        """Where it was logged."""
        return text(self.record.get("awsRegion"))

    @property
    def event_id(self) -> str:
        """The record's ``eventID``."""
        return text(self.record.get("eventID"))


class EventStore:
    """Every record of this world, oldest first."""

    def __init__(self, clock: Clock, lag: timedelta) -> None:
        self._clock = clock
        self._lag = lag
        self._stored: list[Stored] = []
        self._arrivals: list[Stored] = []
        self._lock = threading.Lock()

    def add(self, record: JsonObject, event_at: datetime, actor: str = "") -> None:
        """Takes one record in. One with a time in the past is older than the lag and is seen at once."""
        with self._lock:
            stored = Stored(event_at, len(self._arrivals), event_at + self._lag, record, actor)
            bisect.insort(self._stored, stored)
            self._arrivals.append(stored)

    def seen(self) -> Sequence[Stored]:
        """What has been delivered by now, oldest first."""
        now = self._clock()
        with self._lock:
            return [stored for stored in self._stored if stored.seen_from <= now]

    def arrived_after(self, arrival: int) -> Sequence[Stored]:
        """What came in after the given arrival number and is delivered by now, up to the first that is not."""
        now = self._clock()
        found: list[Stored] = []
        with self._lock:
            for stored in self._arrivals[arrival + 1 :]:
                if stored.seen_from > now:
                    break
                found.append(stored)
        return found

    def everything(self) -> Sequence[Stored]:
        """All records, delivered or not, oldest first: for ground truth and tests."""
        with self._lock:
            return list(self._stored)
