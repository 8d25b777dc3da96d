"""Something on loopback that answers AWS's protocols as a test tells it to: LookupEvents in regions, and STS.

Who calls is told by the signature: the access key's id and the region (Signature Version 4, "Authorization header").
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs

_SIGNED = re.compile(r"Credential=(?P<key>\w+)/\d{8}/(?P<region>[\w-]+)/(?P<service>\w+)/")
OWN_ACCOUNT = "111122223333"


class Heard(NamedTuple):
    """One call: ``cloudtrail`` or ``sts``, its name, and what it asked."""

    service: str
    action: str
    region: str
    key: str
    asked: Mapping[str, Any]


class Told(NamedTuple):
    """The answer. ``size`` is said of the body, whatever it is."""

    body: bytes
    status: int = 200
    size: int | None = None


@dataclass
class AwsServer:
    """``answer`` is what a test makes of each call of ``cloudtrail``; roles of ``closed`` accounts are refused."""

    url: str = ""
    answer: Callable[[Heard], Told] = lambda _: page()
    heard: list[Heard] = field(default_factory=list)
    assumed: Callable[[str], Told | None] = lambda _account: None
    """What STS answers for a role of an account; None: it is given."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def told(self, heard: Heard) -> Told:
        """What is answered."""
        with self._lock:
            self.heard.append(heard)
        if heard.action == "GetCallerIdentity":
            return _xml(
                "GetCallerIdentity", f"<Account>{OWN_ACCOUNT}</Account><Arn>arn:aws:iam::{OWN_ACCOUNT}:user/me</Arn>"
            )
        if heard.action == "AssumeRole":
            account = str(heard.asked["RoleArn"]).split(":")[4]
            return self.assumed(account) or given_role(account)
        return self.answer(heard)

    def count(self, region: str) -> int:
        """How many lookups a region has heard."""
        return sum(each.region == region and each.action == "LookupEvents" for each in self.heard)


def page(bodies: Sequence[Mapping[str, object]] = (), more: str = "") -> Told:
    """A page of LookupEvents."""
    events = [event(each) for each in bodies]
    return Told(json.dumps({"Events": events, **({"NextToken": more} if more else {})}).encode())


def event(body: Mapping[str, object], **fields: object) -> dict[str, object]:
    """A record as LookupEvents wraps it."""
    at = datetime.fromisoformat(str(body["eventTime"]))
    return {"EventId": body["eventID"], "EventTime": int(at.timestamp()), "CloudTrailEvent": json.dumps(body), **fields}


def error(code: str, status: int = 400) -> Told:
    """An error of the JSON protocol."""
    return Told(json.dumps({"__type": code, "message": "as the test told"}).encode(), status)


def given_role(account: str) -> Told:
    """An answer of AssumeRole: the key's id tells the account."""
    expires = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    key = f"<AccessKeyId>ASIA{account}TEST</AccessKeyId><SecretAccessKey>none</SecretAccessKey>"
    rest = f"<SessionToken>none</SessionToken><Expiration>{expires}</Expiration>"
    return _xml("AssumeRole", f"<Credentials>{key}{rest}</Credentials>")


def refused_role() -> Told:
    """AssumeRole's refusal."""
    error = "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not trusted</Message></Error>"
    return Told(f"<ErrorResponse>{error}</ErrorResponse>".encode(), 403)


def _xml(action: str, result: str) -> Told:
    return Told(f"<{action}Response><{action}Result>{result}</{action}Result></{action}Response>".encode())


@contextmanager
def serving() -> Iterator[AwsServer]:
    """The server, until the block is left."""
    aws = AwsServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            signed = _SIGNED.search(self.headers["Authorization"])
            assert signed is not None
            target = self.headers.get("X-Amz-Target", "")
            asked = json.loads(sent) if target else {name: each[0] for name, each in parse_qs(sent).items()}
            action = target.rpartition(".")[2] or asked["Action"]
            told = aws.told(Heard(signed["service"], action, signed["region"], signed["key"], asked))
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(told.body) if told.size is None else told.size))
            self.end_headers()
            self.wfile.write(told.body)
            self.close_connection = told.size is not None

        def log_message(self, *_: object) -> None:
            """Not on a test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    aws.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
