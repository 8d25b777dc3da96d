"""Wait until AWS's clock shows a time, saying so meanwhile."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_STEP = timedelta(seconds=5)
"""How often it tells that it goes on."""


def wait_until(clients: Clients, until: datetime, most: timedelta, why: str) -> None:
    """Wait for a time by AWS's clock, but no longer than ``most``; ``why`` is told with the time left."""
    left = min(until - clients.aws_now().at, most).total_seconds()
    while left > 0:
        clients.progress(f"{why}: {int(left) + 1} s more, until {until:%H:%M:%SZ}")
        pause = min(left, _STEP.total_seconds())
        threading.Event().wait(pause)
        left -= pause
