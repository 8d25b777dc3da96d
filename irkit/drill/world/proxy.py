"""The recording proxy: what every client in the rehearsal takes for AWS.

It hands each request on to the emulator with the ``Host`` header kept, so that the emulator itself checks the signature
and the permissions (by ``drill.world.laws``), and records the call as CloudTrail would. ``LookupEvents`` is handed on
too, for the same checks, and then answered from the recorded events; so is ``ListPublicKeys``, from the key that signs
the digests. Private headers, never handed on, tell which of the rehearsal's own actors calls, where it came from and
(only beside the world's token) when; one that comes from nobody else tells the emulator how slow writes are.
"""

from __future__ import annotations

import hmac
import http.client
import re
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from irkit.drill.world.aws_call import AwsCall, Protocol, aws_call
from irkit.drill.world.estate import REGIONS
from irkit.drill.world.event_store import EventStore
from irkit.drill.world.faults import Faults
from irkit.drill.world.json_shape import Json, JsonObject, items, mapping, parsed, text, written
from irkit.drill.world.laws.passage import PASSAGE, PassageNote
from irkit.drill.world.lookup_events import LookupRefused, Pace, page
from irkit.drill.world.loopback_server import LoopbackHandler, LoopbackServer
from irkit.drill.world.recording import Passage, Recording

SOURCE_IP = "X-Rehearsal-Source-Ip"
AT = "X-Rehearsal-Time"
TOKEN = "X-Rehearsal-Token"  # noqa: S105  a header's name
ACTOR = "X-Rehearsal-Actor"
"""Which of the rehearsal's own actors calls: kept beside the record, for the truth alone."""
_PRIVATE = {SOURCE_IP.lower(), AT.lower(), TOKEN.lower(), ACTOR.lower(), PASSAGE.lower()}
_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect"}
_OWN = {"date", "server", "content-length"}
_OK = 200
_LOOPBACK = "127.0.0.1"
_QUICKEST = 0.6
"""The share of the delay after which a write binds at the earliest."""
_UNKNOWN = b"Unknown CloudTrail action"
"""What the emulator says, after all its checks, to an operation that it does not have."""

Notice = Callable[[AwsCall], None]


@dataclass(frozen=True)
class Reply:
    """What goes back to the client."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str:
        """The id the service gave the request."""
        return next((value for name, value in self.headers.items() if name.lower() == "x-amzn-requestid"), "")


@dataclass(frozen=True)
class Behind:
    """What the proxy works with."""

    port: int
    events: EventStore
    recording: Recording
    faults: Faults
    random: Random
    """How much less than the delay a write takes to bind."""
    pace: Pace
    public_keys: Callable[[], JsonObject]
    """Answers ListPublicKeys."""
    notice: Notice
    """Told of each call that went well."""


class _Handler(LoopbackHandler):
    def _serve(self) -> None:
        proxy = self.server.owner
        assert isinstance(proxy, RecordingProxy)  # noqa: S101  the only owner this handler is given
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = proxy.reply(self.command, self.path, headers, self.body())
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            if name.lower() not in _HOP | _OWN:
                self.send_header(name, value)
        length = next((value for name, value in reply.headers.items() if name.lower() == "content-length"), None)
        self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _serve  # noqa: N815  names the parent looks up


class RecordingProxy(LoopbackServer):
    """The proxy. ``token`` lets the world's own actors say when their calls happened."""

    handler = _Handler

    def __init__(self, behind: Behind) -> None:
        super().__init__()
        self._behind = behind
        self.token = secrets.token_hex(16)
        self.last_asked = time.monotonic()
        """When a client that is not part of the world last called, on the monotonic clock."""

    def reply(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answers one request (header names in lower case) and records it."""
        call = aws_call(method, target, headers, body)
        if SOURCE_IP.lower() not in headers:
            self.last_asked = time.monotonic()
        reply = self._answer(call, method, target, headers, body)
        if call is not None:
            self._behind.recording.keep(
                Passage(
                    call,
                    self._time(headers),
                    headers.get(SOURCE_IP.lower(), _LOOPBACK),
                    headers.get("user-agent", ""),
                    reply.status,
                    reply.body,
                    reply.request_id,
                    headers.get(ACTOR.lower(), ""),
                )
            )
            if reply.status == _OK:
                self._behind.notice(call)
        return reply

    def _time(self, headers: Mapping[str, str]) -> datetime:
        told = headers.get(AT.lower(), "")
        if told and hmac.compare_digest(headers.get(TOKEN.lower(), ""), self.token):
            return datetime.fromtimestamp(float(told), UTC)
        return datetime.now(UTC)

    def _answer(self, call: AwsCall | None, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if call is None:
            reply = self._forward(method, target, headers, body)
            return replace(reply, body=_used(reply.body)) if (target, reply.status) == _LIST_REGIONS else reply
        if fault := self._behind.faults.fault(call.service):
            return refusal(call, *fault)
        if call.service == "iam":
            return self._iam(call, method, target, headers, body)
        reply = self._forward(method, target, headers, body)
        if (call.service, call.operation) == ("cloudtrail", "LookupEvents") and reply.status == _OK:
            return self._looked_up(call, reply)
        if (call.service, call.operation) == ("ec2", "DescribeRegions") and reply.status == _OK:
            return replace(reply, body=_REGION.sub(_opted, reply.body))
        if (call.service, call.operation) == ("cloudtrail", "ListPublicKeys") and _UNKNOWN in reply.body:
            return replace(reply, status=_OK, body=written(self._behind.public_keys()))
        return reply

    def _iam(self, call: AwsCall, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        reply = self._forward(method, target, headers, body)
        return reply if reply.status != _OK else replace(reply, body=self._with_true_times(call, reply.body))

    def _with_true_times(self, call: AwsCall, body: bytes) -> bytes:
        xml = body.decode()
        if call.operation == "GetAccessKeyLastUsed":
            use = self._behind.recording.last_use(text(call.params.get("AccessKeyId")))
            if use is not None:
                told = (
                    f"<LastUsedDate>{use.at:%Y-%m-%dT%H:%M:%SZ}</LastUsedDate><Region>{use.region}</Region>"
                    f"<ServiceName>{use.service}</ServiceName>"
                )
                xml = _LAST_USED.sub(f"<AccessKeyLastUsed>{told}</AccessKeyLastUsed>", xml)
        return _DATED.sub(self._dated, xml).encode()

    def _dated(self, found: re.Match[str]) -> str:
        when = self._behind.recording.made_at(found["key"] or found["name"])
        return found[0] if when is None else f"{found['before']}{when:%Y-%m-%dT%H:%M:%SZ}"

    def _looked_up(self, call: AwsCall, reply: Reply) -> Reply:
        try:
            self._behind.pace.admit(call.region)
            answer = page(self._behind.events.seen(), call.region, call.params, datetime.now(UTC))
        except LookupRefused as refused:
            return refusal(call, 400, refused.code, refused.message)
        return replace(reply, body=written(answer))

    def _note(self, headers: Mapping[str, str]) -> PassageNote:
        faults, share = self._behind.faults, self._behind.random.uniform(_QUICKEST, 1)
        delays = (share * delay.total_seconds() for delay in (faults.iam_delay, faults.scp_delay))
        return PassageNote(headers.get(SOURCE_IP.lower(), _LOOPBACK), *delays)

    def _forward(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        sent = {name: value for name, value in headers.items() if name not in _HOP | _PRIVATE}
        sent["content-length"] = str(len(body))
        sent[PASSAGE] = self._note(headers).header()
        connection = http.client.HTTPConnection("127.0.0.1", self._behind.port, timeout=30)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            raw = connection.getresponse()
            return Reply(raw.status, dict(raw.getheaders()), raw.read())
        finally:
            connection.close()


def _opted(found: re.Match[bytes]) -> bytes:
    """A region as the account uses it; a drill would wait long for thirty."""
    is_used = found["name"].decode() in REGIONS
    return found["before"] + (b"opt-in-not-required" if is_used else b"not-opted-in")


def _used(body: bytes) -> bytes:
    """The same of account:ListRegions."""
    answer = mapping(parsed(body))
    rows = [mapping(row) for row in items(answer.get("Regions"))]
    status = {True: "ENABLED_BY_DEFAULT", False: "DISABLED"}
    told: list[Json] = [{**row, "RegionOptStatus": status[text(row.get("RegionName")) in REGIONS]} for row in rows]
    return written({**answer, "Regions": told})


_LIST_REGIONS = ("/listRegions", _OK)
_REGION = re.compile(rb"(?P<before><regionName>(?P<name>[\w-]+)</regionName>.*?<optInStatus>)[\w-]+", re.DOTALL)
_LAST_USED = re.compile(r"<AccessKeyLastUsed>.*?</AccessKeyLastUsed>", re.DOTALL)
_DATED = re.compile(
    r"(?P<before>(?:<AccessKeyId>(?P<key>\w+)</AccessKeyId>(?:(?!<CreateDate>|<AccessKeyId>).)*?"
    r"|<(?:UserName|RoleName)>(?P<name>[^<]+)</(?:UserName|RoleName)>(?:(?!<CreateDate>|<AccessKeyId>).)*?)"
    r"<CreateDate>)[^<]+",
    re.DOTALL,
)


def refusal(call: AwsCall, status: int, code: str, message: str) -> Reply:
    """An error as the service's protocol writes it."""
    request_id = str(uuid.uuid4())
    named = {"x-amzn-RequestId": request_id}
    if call.protocol is Protocol.JSON:
        body: JsonObject = {"__type": code, "message": message}
        return Reply(status, {**named, "Content-Type": "application/x-amz-json-1.1"}, written(body))
    inner = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    xml = (
        inner
        if call.protocol is Protocol.S3
        else (f"<ErrorResponse>{inner}<RequestId>{request_id}</RequestId></ErrorResponse>")
    )
    return Reply(status, {**named, "Content-Type": "text/xml"}, xml.encode())
