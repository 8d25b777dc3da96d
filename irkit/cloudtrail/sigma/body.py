"""A record's JSON for rules to look into: as it was written, or as far as a store keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.record import FAILURE, Record, parsed
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue

_HOST = ".amazonaws.com"
_HELD = {
    "eventID": "event_id",
    "eventName": "name",
    "awsRegion": "region",
    "sourceIPAddress": "ip",
    "userAgent": "agent",
    "errorCode": "error",
    "errorMessage": "message",
    "requestID": "request_id",
    "recipientAccountId": "account",
    "sharedEventID": "shared_id",
    "eventVersion": "version",
    "eventCategory": "category",
    "vpcEndpointId": "vpc_endpoint",
    "userIdentity.type": "principal_type",
    "userIdentity.arn": "principal_arn",
    "userIdentity.accountId": "caller_account",
    "userIdentity.principalId": "principal_id",
    "userIdentity.accessKeyId": "key_id",
    "userIdentity.invokedBy": "invoked_by",
    "userIdentity.onBehalfOf.userId": "on_behalf_of",
    "userIdentity.sessionContext.sourceIdentity": "source_identity",
    "userIdentity.sessionContext.sessionIssuer.arn": "issuer_arn",
}
"""Fields of a record's JSON that ``Record`` keeps as they are, by their path."""
_MAPS = {"requestParameters": "params", "responseElements": "answer", "additionalEventData": "extra"}
_ISSUER = "userIdentity.sessionContext.sessionIssuer"
_MADE = ("eventTime", "eventSource", "userIdentity.userName", f"{_ISSUER}.userName", f"{_ISSUER}.type", "resources.ARN")
KEPT = frozenset({*_HELD, *_MAPS, *_MADE})
"""What can be said of a record without its text; whatever lies below the maps too."""


def is_kept(field: str) -> bool:
    """Whether a record without its text still has a field, or is known not to have it."""
    return field in KEPT or field.partition(".")[0] in _MAPS


def looked_at(field: str) -> str:
    """What is looked at when a rule asks whether a field is there: of a map that is empty, no store says so."""
    return f"whether {field} is empty" if field in _MAPS else field


def body(one: Record) -> JsonValue:
    """The JSON of a record; of one without its text, what ``KEPT`` names."""
    if one.text:
        with suppress(OutsideError):  # what is kept of it is then looked into
            return parsed(one.text)
    made: dict[str, JsonValue] = {}
    for path, attribute in _HELD.items():
        _put(made, path, str(getattr(one, attribute)))
    if one.error == FAILURE:  # that is said elsewhere in the record
        del made["errorCode"]
    _put(made, "eventTime", iso(one.at))
    _put(made, "eventSource", f"{one.source}{_HOST}" if one.source else "")
    _put(made, "userIdentity.userName", "" if one.issuer_arn else one.principal)
    _put(made, f"{_ISSUER}.userName", one.principal if one.issuer_arn else "")
    _put(made, f"{_ISSUER}.type", _kind(one.issuer_arn))
    for name, attribute in _MAPS.items():
        held: Mapping[str, JsonValue] = getattr(one, attribute)
        if held:
            made[name] = dict(held)
    if one.resources:
        made["resources"] = [{"ARN": arn} for arn in one.resources]
    return made


def _kind(arn: str) -> str:
    """What issued a session, by its ARN: a federated user's is a user or the root."""
    kind = arn.split(":", maxsplit=5)[-1].partition("/")[0]
    return {"role": "Role", "user": "IAMUser", "root": "Root"}.get(kind, "")


def _put(made: dict[str, JsonValue], path: str, value: str) -> None:
    if not value:
        return
    here = made
    *above, last = path.split(".")
    for name in above:
        below = here.setdefault(name, {})
        if isinstance(below, dict):
            here = below
    here[last] = value


def at(value: JsonValue, path: tuple[str, ...]) -> Iterator[JsonValue]:
    """Every value at a path: lists on the way are gone through; a name of another case is taken for want of its own."""
    if isinstance(value, list):
        for each in value:
            yield from at(each, path)
        if not path:
            yield value
    elif not path:
        yield value
    elif isinstance(value, dict):
        name = path[0] if path[0] in value else _same(value, path[0])
        if name in value:
            yield from at(value[name], path[1:])


def _same(value: Mapping[str, JsonValue], name: str) -> str:
    low = name.lower()
    return next((each for each in value if each.lower() == low), name)


def written(value: JsonValue) -> str:
    """A value as the text that rules compare: an object or a list as JSON on one line."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
