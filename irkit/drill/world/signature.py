"""AWS Signature Version 4, for the parts of the rehearsal cloud that call AWS without an SDK.

The consumer apps must start within a blink and the intruder must look like any client, so both sign by hand. Source:
AWS General Reference, "Create a signed AWS API request".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

from irkit.secret import Secret

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class KeyPair:
    """What signs a request: an access key, or a session (then with its token)."""

    key_id: str
    secret_key: Secret
    session_token: Secret | None = None


@dataclass(frozen=True)
class Request:
    """One HTTP request to sign. ``headers`` are signed all, so hop headers and private ones are added later."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def signed_headers(request: Request, keys: KeyPair, service: str, region: str, at: datetime) -> dict[str, str]:
    """All headers to send: the given ones, ``Host``, the date, the payload's hash, the token and ``Authorization``."""
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    payload = hashlib.sha256(request.body).hexdigest()
    headers = {
        **request.headers,
        "Host": urlsplit(request.url).netloc,
        "X-Amz-Date": stamp,
        "X-Amz-Content-Sha256": payload,
    }
    if keys.session_token is not None:
        headers["X-Amz-Security-Token"] = keys.session_token.reveal()
    names = ";".join(sorted(name.lower() for name in headers))
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    canonical = _canonical(request, headers, names, payload)
    to_sign = "\n".join((_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    seal = hmac.new(_signing_key(keys, stamp[:8], region, service), to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = f"{_ALGORITHM} Credential={keys.key_id}/{scope}, SignedHeaders={names}, Signature={seal}"
    return headers


def _canonical(request: Request, headers: Mapping[str, str], names: str, payload: str) -> str:
    parts = urlsplit(request.url)
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    lowered = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    lines = "".join(f"{name}:{lowered[name]}\n" for name in names.split(";"))
    return "\n".join((request.method, parts.path or "/", query, lines, names, payload))


def _signing_key(keys: KeyPair, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{keys.secret_key.reveal()}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
