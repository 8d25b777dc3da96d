"""What a step asked of the outside: one record a call, in words for a report, with the outside's own request id."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class CallRecord:
    """One call: ``iam:ListAccessKeys svc-deploy``. ``error`` is the outside's code when it refused, else empty."""

    at: datetime
    text: str
    request_id: str = ""
    error: str = ""


class CallLog:
    """The calls of one step, in order. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: list[CallRecord] = []

    def note(self, text: str, *, request_id: str = "", error: str = "") -> None:
        """Write down a call that has just ended."""
        with self._lock:
            self._records.append(CallRecord(datetime.now(UTC), text, request_id, error))

    def drain(self) -> tuple[CallRecord, ...]:
        """Every call since the last drain, oldest first."""
        with self._lock:
            drained, self._records = tuple(self._records), []
            return drained
