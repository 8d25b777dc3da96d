"""One CloudTrail record, read from its JSON whatever wrote it.

Shapes: CloudTrail user guide, "Record contents" and "userIdentity element"; real records of both public sets. AWS
writes ``requestParameters`` in camel case, some emulators and exports in Pascal case: both are read. An identity may be
null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, cast

import orjson

from irkit.cloudtrail.json_map import JsonMap
from irkit.cloudtrail.locator import NOWHERE, Locator
from irkit.cloudtrail.nesting import TOO_DEEP, is_too_deep
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue  # 45 ms, of a first answer's 300

DENIALS = ("AccessDenied", "Unauthorized", "NotAuthorized", "AuthorizationError", "Forbidden", "AuthFailure")
"""An error code that holds one of these says that a permission was wanting: ``AuthorizationError`` is SNS's,
``ForbiddenException`` that of MQ, MSK, Pinpoint and others, ``NotAuthorized`` that of Auto Scaling, ELB and RDS,
``NotAuthorizedException`` Cognito's (the services' API references, "Errors"), ``Client.AuthFailure`` EC2's, of an image
or address that is not the caller's to use (EC2, "Error codes")."""
FAILURE = "Failure"
"""The error of a sign-in that failed: its record has no error code, but the call's name and this word in the answer
(CloudTrail user guide, "AWS Management Console sign-in events": ConsoleLogin, SwitchRole) or in ``serviceEventDetails``
(IAM Identity Center user guide, "Understanding IAM Identity Center sign-in events": CredentialVerification)."""
LOGSTASH_TIME = "@timestamp"
"""The time of a record that Logstash's codec for CloudTrail took it from (plugin reference, "cloudtrail codec")."""
SIGN_IN = "signin.amazonaws.com"
SIGN_IN_ANSWERS = ("responseElements", "serviceEventDetails")

REPLACED = "replace"
"""What becomes of bytes of a record that are no UTF-8, in its fields as in its text: U+FFFD."""


class _Fields(NamedTuple):
    """What a record holds, as a tuple: millions are made, and a dataclass takes four times as long to make.

    First what many records have in common: of the call, then of the caller.
    """

    source: str
    """``iam``, of ``iam.amazonaws.com``."""
    name: str
    region: str
    error: str
    version: str
    category: str
    """``Management``, ``Data``, ``NetworkActivity`` or ``Insight``; empty before event version 1.07."""
    ip: str
    agent: str
    principal_type: str
    principal_arn: str
    principal: str
    """The user's name, or the role's of a session; the subject of a web identity."""
    key_id: str
    invoked_by: str
    issuer_arn: str
    """The role behind a session (``sessionContext.sessionIssuer.arn``)."""
    source_identity: str
    account: str
    """Whose log it is: 12 digits (``recipientAccountId``; the caller's where a record has none)."""
    caller_account: str
    principal_id: str
    federated_by: str
    """The identity provider: an ARN or a host."""
    on_behalf_of: str
    """The Identity Center user a call was made for."""
    vpc_endpoint: str
    event_id: str
    at: datetime
    message: str
    """The error's message."""
    request_id: str
    shared_id: str
    """One id for the two records of a call between accounts."""
    resources: tuple[str, ...]
    """ARNs."""
    params: Mapping[str, JsonValue]
    answer: Mapping[str, JsonValue]
    extra: Mapping[str, JsonValue]
    """``additionalEventData``."""
    locator: Locator = NOWHERE
    text: str = ""


class Record(_Fields):
    """What one record says. Texts are empty where the record has nothing.

    A record that comes from a columnar store or from SQL has no ``text``; ``locator`` says where the raw one lies. Two
    records of one event are equal, whatever they were read from: ``text`` and ``locator`` do not count.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self[:_COMPARED] == other[:_COMPARED]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.event_id)

    def __repr__(self) -> str:
        return f"Record({self._replace(text='')._asdict()})"

    def sharing(self, known: dict[str, str]) -> Record:
        """The same, but for texts that others have too: these are the ones in ``known``, or are put there."""
        common = cast("tuple[str, ...]", self[:_COMMON])
        return Record._make((*map(known.setdefault, common, common), *self[_COMMON:]))

    @property
    def call(self) -> str:
        """``iam:CreateUser``."""
        return f"{self.source}:{self.name}"

    @property
    def denied(self) -> bool:
        """Whether AWS refused the call for want of a permission, or the sign-in for want of a right credential."""
        return is_denial(self.error)

    @property
    def session(self) -> str:
        """The session's name: the last part of an assumed role's ARN; empty for any other identity."""
        return self.principal_arn.rsplit("/", maxsplit=1)[-1] if ":assumed-role/" in self.principal_arn else ""

    def param(self, *path: str) -> str:
        """A text among the parameters; empty when there is none."""
        return word(self.params, *path)

    def answered(self, *path: str) -> str:
        """A text among the response elements; empty when there is none."""
        return word(self.answer, *path)


_COMPARED = _Fields._fields.index("locator")
"""The fields before it are those of the event."""
_COMMON = _Fields._fields.index("event_id")
"""The fields before it are texts that many records have in common."""


def is_denial(error: str) -> bool:
    """Whether a record's error says that it was refused."""
    return error == FAILURE or any(word in error for word in DENIALS)


def failure(source: str, name: str, answers: Iterable[JsonValue]) -> str:
    """``FAILURE`` for a sign-in that failed, by its ``SIGN_IN_ANSWERS``; empty for anything else."""
    if source != SIGN_IN:
        return ""
    told = (JsonMap.of(each) for each in answers)
    return FAILURE if any(word(each, name[:1].lower() + name[1:]) == FAILURE for each in told) else ""


def record(text: str | bytes, locator: Locator = NOWHERE) -> Record:
    """Read one record.

    Raises ``OutsideError`` for what has no id, time and name (nothing can rest on that), or is nested too deeply.
    """
    if is_too_deep(text):
        raise OutsideError(TOO_DEEP, hint="keep the file; look at it by hand")
    body = parsed(text, REPLACED)
    raw = text if isinstance(text, str) else text.decode("utf-8", REPLACED)
    return record_of(body, raw, locator)


def parsed(text: str | bytes, errors: str = "surrogateescape") -> JsonValue:
    """The JSON value of a text. Raises ``OutsideError`` when it is none.

    ``errors`` is what becomes of bytes that are no UTF-8, as ``bytes.decode`` has it; by default they can be had again.
    """
    try:
        value: JsonValue = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        value = _parsed_leniently(text, errors)
    return value


def _parsed_leniently(text: str | bytes, errors: str) -> JsonValue:
    """Lone surrogates and NaN, which strict JSON refuses, are read: an intruder chooses some of a record's texts."""
    try:
        value: JsonValue = json.loads(text if isinstance(text, str) else text.decode("utf-8", errors))
    except (ValueError, RecursionError) as error:
        msg = f"this is no CloudTrail record: {TOO_DEEP if isinstance(error, RecursionError) else error}"
        raise OutsideError(msg, hint="keep the file; it may be cut off") from error
    return value


def record_of(body: JsonValue, text: str = "", locator: Locator = NOWHERE) -> Record:
    """The record of a JSON value. Raises ``OutsideError`` for what has no id, time and name."""
    held = _map(body)
    try:
        at = moment(_text(held, "eventTime") or _text(held, LOGSTASH_TIME))
    except ValueError as error:
        msg = f"this is no CloudTrail record: {error}"
        raise OutsideError(msg, hint="keep the file; it may be of another service") from error
    event_id, name = _text(held, "eventID"), _text(held, "eventName")
    if not event_id or not name:
        msg = "this is no CloudTrail record: it has no eventID or no eventName"
        raise OutsideError(msg, hint="keep the file; it may be of another service")
    who = _map(held.get("userIdentity"))
    context = _map(who.get("sessionContext"))
    issuer = _map(context.get("sessionIssuer"))
    return Record(
        event_id=event_id,
        at=at,
        source=_text(held, "eventSource").removesuffix(".amazonaws.com"),
        name=name,
        region=_text(held, "awsRegion"),
        ip=_text(held, "sourceIPAddress"),
        agent=_text(held, "userAgent"),
        error=_text(held, "errorCode") or failure(_text(held, "eventSource"), name, map(held.get, SIGN_IN_ANSWERS)),
        principal_type=_text(who, "type"),
        principal_arn=_text(who, "arn"),
        principal=_text(who, "userName") or _text(issuer, "userName"),
        key_id=_text(who, "accessKeyId"),
        invoked_by=_text(who, "invokedBy"),
        params=JsonMap.of(held.get("requestParameters")),
        answer=JsonMap.of(held.get("responseElements")),
        resources=_arns(held.get("resources")),
        request_id=_text(held, "requestID"),
        text=text,
        message=_text(held, "errorMessage"),
        account=_text(held, "recipientAccountId") or _text(who, "accountId"),
        caller_account=_text(who, "accountId"),
        principal_id=_text(who, "principalId"),
        issuer_arn=_text(issuer, "arn"),
        source_identity=_text(context, "sourceIdentity"),
        federated_by=_text(who, "identityProvider")
        or _text(_map(context.get("webIdFederationData")), "federatedProvider"),
        on_behalf_of=_text(_map(who.get("onBehalfOf")), "userId"),
        shared_id=_text(held, "sharedEventID"),
        version=_text(held, "eventVersion"),
        category=_text(held, "eventCategory"),
        vpc_endpoint=_text(held, "vpcEndpointId"),
        extra=JsonMap.of(held.get("additionalEventData")),
        locator=locator,
    )


def moment(text: str) -> datetime:
    """An event's time, in UTC; one without a zone is in UTC.

    Raises ``ValueError`` for what is none, and for years to which no span of time can be added, or none be taken from.
    """
    at = datetime.fromisoformat(text)
    if not MINYEAR < at.year < MAXYEAR:
        raise ValueError(f"{text!r} is no time of an event")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


# Records are read by the million: for what json gives, these are four times as fast as part() and word().
def _map(value: JsonValue | Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    if isinstance(value, dict):
        return value
    return value if value is not None and isinstance(value, Mapping) else {}


def _text(held: Mapping[str, JsonValue], name: str) -> str:
    value = held.get(name)
    return value if isinstance(value, str) else ""


def _arns(resources: JsonValue) -> tuple[str, ...]:
    if not isinstance(resources, list):
        return ()
    return tuple(arn for one in map(_map, resources) if (arn := _text(one, "ARN") or _text(one, "arn")))


def part(body: JsonValue | Mapping[str, JsonValue], *path: str) -> JsonValue:
    """What lies at a path, None when something on the way is missing, null or no map."""
    here: JsonValue | Mapping[str, JsonValue] = body
    for name in path:
        # Most are plain dicts, and asking whether something is a Mapping takes 5 times as long.
        if not isinstance(here, dict) and not isinstance(here, Mapping):
            return None
        here = here.get(name)
    return dict(here) if not isinstance(here, dict | list | str) and isinstance(here, Mapping) else here


def word(body: JsonValue | Mapping[str, JsonValue], *path: str) -> str:
    """The text at a path; empty when there is none."""
    here: JsonValue | Mapping[str, JsonValue] = body
    for name in path:
        if not isinstance(here, dict) and not isinstance(here, Mapping):
            return ""
        here = here.get(name)
    return here if isinstance(here, str) else ""
