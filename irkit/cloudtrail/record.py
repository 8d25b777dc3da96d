"""One CloudTrail record, read from its JSON whatever wrote it.

Shapes: CloudTrail user guide, "Record contents" and "userIdentity element"; real records of both public sets. AWS
writes ``requestParameters`` in camel case, some emulators and exports in Pascal case: both are read. An identity may be
null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

from irkit.errors import OutsideError

_VERBATIM = frozenset({"encryptionContext", "tags"})
"""Maps whose keys are the caller's own words, not AWS's names."""


@dataclass(frozen=True)
class Record:
    """What one record says. Texts are empty where the record has nothing. ``text`` is the record as it came."""

    event_id: str
    at: datetime
    source: str
    """``iam``, of ``iam.amazonaws.com``."""
    name: str
    region: str
    ip: str
    agent: str
    error: str
    principal_type: str
    principal_arn: str
    principal: str
    """The user's name, or the role's of a session."""
    key_id: str
    invoked_by: str
    params: Mapping[str, JsonValue]
    answer: Mapping[str, JsonValue]
    resources: tuple[str, ...]
    request_id: str
    text: str

    @property
    def call(self) -> str:
        """``iam:CreateUser``."""
        return f"{self.source}:{self.name}"

    @property
    def denied(self) -> bool:
        """Whether AWS refused the call for want of a permission."""
        return "AccessDenied" in self.error or "Unauthorized" in self.error

    def param(self, *path: str) -> str:
        """A text among the parameters; empty when there is none."""
        return word(self.params, *path)

    def answered(self, *path: str) -> str:
        """A text among the response elements; empty when there is none."""
        return word(self.answer, *path)


def record(text: str) -> Record:
    """Read one record. Raises ``OutsideError`` for what has no id, time and name: nothing can rest on that."""
    try:
        body: JsonValue = json.loads(text)
        at = datetime.fromisoformat(word(body, "eventTime")).astimezone(UTC)
    except ValueError as error:
        msg = f"this is no CloudTrail record: {error}"
        raise OutsideError(msg, hint="keep the file; it may be cut off") from error
    event_id, name = word(body, "eventID"), word(body, "eventName")
    if not event_id or not name:
        msg = "this is no CloudTrail record: it has no eventID or no eventName"
        raise OutsideError(msg, hint="keep the file; it may be of another service")
    who = part(body, "userIdentity")
    issuer = part(who, "sessionContext", "sessionIssuer")
    resources = part(body, "resources")
    return Record(
        event_id=event_id,
        at=at,
        source=word(body, "eventSource").removesuffix(".amazonaws.com"),
        name=name,
        region=word(body, "awsRegion"),
        ip=word(body, "sourceIPAddress"),
        agent=word(body, "userAgent"),
        error=word(body, "errorCode"),
        principal_type=word(who, "type"),
        principal_arn=word(who, "arn"),
        principal=word(who, "userName") or word(issuer, "userName"),
        key_id=word(who, "accessKeyId"),
        invoked_by=word(who, "invokedBy"),
        params=_camel(part(body, "requestParameters")),
        answer=_camel(part(body, "responseElements")),
        resources=tuple(word(one, "ARN") for one in resources) if isinstance(resources, list) else (),
        request_id=word(body, "requestID"),
        text=text,
    )


def part(body: JsonValue | Mapping[str, JsonValue], *path: str) -> JsonValue:
    """What lies at a path, None when something on the way is missing, null or no map."""
    here: JsonValue | Mapping[str, JsonValue] = body
    for name in path:
        if not isinstance(here, Mapping):
            return None
        here = here.get(name)
    return dict(here) if isinstance(here, Mapping) else here


def word(body: JsonValue | Mapping[str, JsonValue], *path: str) -> str:
    """The text at a path; empty when there is none."""
    found = part(body, *path)
    return found if isinstance(found, str) else ""


def _camel(value: JsonValue) -> dict[str, JsonValue]:
    camel = _camel_value(value)
    return camel if isinstance(camel, dict) else {}


def _camel_value(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_camel_value(one) for one in value]
    if not isinstance(value, dict):
        return value
    named = {name[:1].lower() + name[1:]: inner for name, inner in value.items()}
    return {name: inner if name in _VERBATIM else _camel_value(inner) for name, inner in named.items()}
