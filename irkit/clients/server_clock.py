"""A server's own clock, by the ``Date`` of an answer (RFC 9110, section 6.6.1). Any answer will do: a 404 has one."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from irkit.errors import OutsideError, Unreachable

_TIMEOUT_S = 5


@dataclass(frozen=True)
class HeardClock:
    """When it was, by the server, and how far that may be off."""

    at: datetime
    uncertainty: timedelta


def heard_clock(url: str) -> HeardClock:
    """Ask for the head of a page. Raises ``Unreachable``, ``OutsideError`` when the answer has no date."""
    if not url.startswith(("http://", "https://")):
        msg = f"{url!r} is no address"
        raise OutsideError(msg, hint="look at the configuration")
    asked = urllib.request.Request(url, method="HEAD", headers={"User-Agent": "irkit"})  # noqa: S310 - http alone
    started = time.monotonic()
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            date = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        date = error.headers.get("Date")
    except (OSError, http.client.HTTPException) as error:
        msg = f"{url}: no answer ({error})"
        raise Unreachable(msg, hint="look at the network; irkit works without it, and says so") from error
    # Date has whole seconds, and was written somewhere between our asking and our hearing.
    off = timedelta(seconds=1 + time.monotonic() - started)
    try:
        return HeardClock(parsedate_to_datetime(date or "").astimezone(UTC), off)
    except ValueError as error:
        msg = f"{url}: the answer has no date"
        raise OutsideError(msg, hint="is a proxy taking headers away?") from error
