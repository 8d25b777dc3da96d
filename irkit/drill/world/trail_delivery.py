"""Drops the events into the trail's bucket as CloudTrail does: gzipped files by account, region and day, and digests.

Names are ``AWSLogs/<account>/CloudTrail/<region>/YYYY/MM/DD/`` and
``<account>_CloudTrail_<region>_<YYYYMMDDTHHmmZ>_<random>.json.gz``; the time in a name is that of delivery, as
in AWS. Source: CloudTrail user guide, "CloudTrail log file examples".
"""

from __future__ import annotations

import gzip
import secrets
import string
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.event_store import EventStore, Stored
from irkit.drill.world.json_shape import written
from irkit.drill.world.trail_digests import TrailDigests

_LETTERS = string.ascii_letters + string.digits
_SLOT = timedelta(minutes=5)


class TrailDelivery:
    """Puts what is delivered into the bucket, as ``root`` and unrecorded."""

    def __init__(
        self, events: EventStore, callers: Callable[[], AwsCaller], digests: TrailDigests, bucket: str, account: str
    ) -> None:
        self._events = events
        self._callers = callers
        self._digests = digests
        self._bucket = bucket
        self._account = account
        self._last = -1
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, every: timedelta) -> None:
        """Delivers every so often on a thread of its own."""
        self._thread = threading.Thread(target=self._run, args=(every.total_seconds(),), daemon=True)
        self._thread.start()

    def _run(self, every: float) -> None:
        while not self._over.wait(every):
            try:
                self.deliver()
            except (AwsRefused, OSError):
                continue  # S3 is out or the world is ending; the next round delivers the same events

    def deliver(self) -> list[str]:
        """Writes what has come in since the last time; the keys of the files. Raises AwsRefused or OSError."""
        with self._lock:
            new = self._events.arrived_after(self._last)
            files: dict[tuple[str, datetime], list[Stored]] = defaultdict(list)
            for stored in new:
                files[stored.region, _slot(stored.seen_from)].append(stored)
            keys = [self._put(region, at, batch) for (region, at), batch in files.items()]
            if new:
                self._last = new[-1].arrival
            self._digests.deliver(datetime.now(UTC))
            return keys

    def _put(self, region: str, at: datetime, batch: list[Stored]) -> str:
        tail = "".join(secrets.choice(_LETTERS) for _ in range(16))
        name = f"{self._account}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{tail}.json.gz"
        key = f"AWSLogs/{self._account}/CloudTrail/{region}/{at:%Y/%m/%d}/{name}"
        content = written({"Records": [stored.record for stored in batch]})
        self._callers().put_object(self._bucket, key, gzip.compress(content, mtime=0))
        self._digests.add(region, key, content, at)
        return key

    def stop(self) -> None:
        """Stops delivering."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=5)


def _slot(at: datetime) -> datetime:
    seconds = at.timestamp()
    return datetime.fromtimestamp(seconds - seconds % _SLOT.total_seconds(), at.tzinfo)
