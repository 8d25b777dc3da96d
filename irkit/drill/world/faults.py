"""What can be made to go wrong in the rehearsal's AWS: outages, throttling, slow IAM. Safe between threads."""

from __future__ import annotations

import threading
from datetime import timedelta

from irkit.drill.world.loopback_server import Outage


class Faults:
    """The switches. ``iam_delay`` and ``scp_delay`` are how long writes of IAM and of Organizations take to bind."""

    def __init__(self) -> None:
        self.iam_delay = timedelta()
        self.scp_delay = timedelta()
        self._out: set[str] = set()
        self._throttled: dict[str, int] = {}
        self._lock = threading.Lock()

    def outage(self, service: str, outage: Outage) -> None:
        """Turns an outage of one AWS service (its signing name: ``iam``, ``kms``) on or off."""
        with self._lock:
            if outage is Outage.ON:
                self._out.add(service)
            else:
                self._out.discard(service)

    def throttle(self, service: str, calls: int) -> None:
        """The next ``calls`` calls of a service are answered with a throttling error."""
        with self._lock:
            self._throttled[service] = calls

    def fault(self, service: str) -> tuple[int, str, str] | None:
        """What a call of this service meets right now: (HTTP status, code, message), or nothing. Counts throttling."""
        with self._lock:
            if service in self._out:
                return 503, "ServiceUnavailable", "Service is unable to handle request."
            left = self._throttled.get(service, 0)
            if left <= 0:
                return None
            self._throttled[service] = left - 1
        return 400, "Throttling" if service in {"iam", "sts"} else "ThrottlingException", "Rate exceeded"
