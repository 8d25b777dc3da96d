"""What a consumer says of itself at its ``/healthz``: whether it works, and on which version of the secret."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass

from irkit.clients.call_record import CallLog
from irkit.errors import OutsideError, Unreachable

_TIMEOUT_S = 5
_MOST_BYTES = 65_536


@dataclass(frozen=True)
class HealthReport:
    """A consumer's own words. ``secret_version`` is a Secrets Manager version id, empty when it does not tell."""

    healthy: bool
    secret_version: str
    error: str


class Health:
    """Looks at health pages; never through a proxy, never following a redirect."""

    def __init__(self, calls: CallLog) -> None:
        self._calls = calls

    def look(self, url: str) -> HealthReport:
        """Read one page: JSON with ``healthy``, ``secret_version`` and ``error``; a bad status is not healthy.

        Raises ``Unreachable`` when there is no answer, ``OutsideError`` when the answer is no such page.
        """
        if not url.startswith(("http://", "https://")):
            msg = f"{url!r} is no health address"
            raise OutsideError(msg, hint="the service's irkit:healthz tag must hold an http address")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        try:
            with opener.open(url, timeout=_TIMEOUT_S) as answer:
                status, body = answer.status, answer.read(_MOST_BYTES)
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            self._calls.note(f"GET {url}", error=type(error).__name__)
            msg = f"GET {url}: no answer ({error})"
            raise Unreachable(msg, hint="the consumer may be restarting or down") from error
        self._calls.note(f"GET {url}", error="" if status == http.HTTPStatus.OK else str(status))
        return _report(url, status, body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _report(url: str, status: int, body: bytes) -> HealthReport:
    try:
        page = json.loads(body)
    except ValueError:
        page = None
    if not isinstance(page, dict):
        msg = f"GET {url}: status {status}, and no JSON object"
        raise OutsideError(msg, hint="the service's irkit:healthz tag must name its health page")
    healthy = page.get("healthy") is True and status == http.HTTPStatus.OK
    return HealthReport(healthy, str(page.get("secret_version") or ""), str(page.get("error") or ""))
