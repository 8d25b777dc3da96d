"""Turns what passed through the proxy into CloudTrail events, and keeps what later answers need to know."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from irkit.drill.world.aws_call import AwsCall, Protocol
from irkit.drill.world.aws_caller import bare_xml, error_of
from irkit.drill.world.cloudtrail_record import (
    Seen,
    cloudtrail_record,
    is_recorded,
    record_region,
    service_made_decrypt,
    xml_shape,
)
from irkit.drill.world.event_store import EventStore
from irkit.drill.world.json_shape import JsonObject, mapping, parsed, text
from irkit.drill.world.principals import Principals
from irkit.secret import Secret

_ERRORS_FROM = 400
_NO_IDENTITY = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "InvalidAccessKeyId",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidIdentityToken",
}


@dataclass(frozen=True)
class LastUse:
    """When and for what an access key was last used, as GetAccessKeyLastUsed tells it."""

    at: datetime
    region: str
    service: str


@dataclass(frozen=True)
class Passage:
    """One call that passed, with its answer."""

    call: AwsCall
    at: datetime
    source_ip: str
    user_agent: str
    status: int
    body: bytes
    request_id: str
    actor: str = ""


class Recording:
    """Learns who is who from passing calls, and records them once ``begin`` was called.

    Calls of other accounts' principals (the organization's management account) are recorded ``elsewhere``.
    """

    def __init__(
        self, principals: Principals, events: EventStore, elsewhere: EventStore, new_key: Callable[[str, Secret], None]
    ) -> None:
        self._principals = principals
        self._events = events
        self._elsewhere = elsewhere
        self._new_key = new_key
        self._on = False
        self._secret_keys: dict[str, str] = {}
        self._last_use: dict[str, LastUse] = {}
        self._made_at: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def begin(self) -> None:
        """From now on calls are recorded; before, while the world is furnished, they are only learned from."""
        self._on = True

    def keep(self, passage: Passage) -> None:
        """Takes one call in. A call whose key AWS does not accept has no identity and leaves no event, as in AWS."""
        call = passage.call
        xml = bare_xml(passage.body) if call.protocol is Protocol.QUERY else None
        fine = passage.status < _ERRORS_FROM
        answer = _answer(xml, passage) if fine else {}
        if fine:
            self._learn(passage, xml, answer)
        identity = self._principals.caller(call)
        code, message = ("", "") if fine else error_of(passage.body)
        if identity is None or code in _NO_IDENTITY:
            return
        if call.key_id:
            self._use(passage)
        if not self._on or not is_recorded(call):
            return
        own_id = xml.findtext(".//RequestId", "") if xml is not None else ""
        seen = Seen(
            identity,
            passage.at,
            passage.source_ip,
            passage.user_agent,
            answer,
            _own_code(code),
            message,
            own_id or passage.request_id,
        )
        record = cloudtrail_record(call, seen)
        is_own = identity.get("accountId") == self._principals.account
        (self._events if is_own else self._elsewhere).add(record, passage.at, passage.actor)
        if fine and (call.service, call.operation) == ("secretsmanager", "GetSecretValue"):
            self._service_made(record, answer, passage)

    def identity(self, key_id: str) -> JsonObject | None:
        """Who is behind an access key; ``None`` when AWS never made it."""
        return self._principals.identity(key_id)

    def key_of_secret(self, secret_id: str) -> str:
        """The ARN of the customer's KMS key that a secret (by name or ARN) is encrypted with; empty without one."""
        with self._lock:
            return self._secret_keys.get(secret_id, "")

    def last_use(self, key_id: str) -> LastUse | None:
        """When a key was last used."""
        with self._lock:
            return self._last_use.get(key_id)

    def made_at(self, thing: str) -> datetime | None:
        """When a user, role or key came to be; ``None`` for one that was there before the world."""
        with self._lock:
            return self._made_at.get(thing)

    def backdate(self, thing: str, when: datetime) -> None:
        """Says when a user, role or key came to be."""
        with self._lock:
            self._made_at[thing] = when

    def _learn(self, passage: Passage, xml: ET.Element | None, answer: JsonObject) -> None:
        call = passage.call
        if xml is not None:
            self._principals.learn(call, xml, passage.at)
            for kind in _NAMED.get(call.operation, ()):
                self.backdate(xml.findtext(f".//{kind}", ""), passage.at)
            if call.operation == "CreateAccessKey":
                self._new_key(xml.findtext(".//AccessKeyId", ""), Secret(xml.findtext(".//SecretAccessKey", "")))
        key = text(call.params.get("KmsKeyId"))
        if call.operation in {"CreateSecret", "UpdateSecret"} and key:
            with self._lock:
                self._secret_keys |= {text(answer.get(name)): key for name in ("ARN", "Name")}

    def _use(self, passage: Passage) -> None:
        use = LastUse(passage.at, record_region(passage.call), passage.call.service)
        with self._lock:
            before = self._last_use.get(passage.call.key_id)
            if before is None or before.at <= use.at:
                self._last_use[passage.call.key_id] = use

    def _service_made(self, parent: JsonObject, answer: JsonObject, passage: Passage) -> None:
        arn = text(answer.get("ARN"))
        if key := self.key_of_secret(arn):
            made = service_made_decrypt(parent, arn, text(answer.get("VersionId")), key)
            self._events.add(made, passage.at, passage.actor)


_NAMED = {"CreateUser": ("UserName",), "CreateRole": ("RoleName",), "CreateAccessKey": ("AccessKeyId",)}


def _answer(xml: ET.Element | None, passage: Passage) -> JsonObject:
    return xml_shape(xml) if xml is not None else mapping(parsed(passage.body))


def _own_code(code: str) -> str:
    # CloudTrail names a refusal AccessDenied, whatever the wire said.
    return "AccessDenied" if code == "AccessDeniedException" else code
