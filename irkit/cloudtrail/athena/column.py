"""The columns of a CloudTrail table, and a record made of a row of them.

Names and types: Athena user guide, "Create the table for CloudTrail logs in Athena using partition projection". Two of
the identity's fields are not in AWS's statement, and irkit's own table has them: ``identityprovider`` and
``sessioncontext.sourceidentity`` (CloudTrail user guide, "userIdentity element").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.record import Record, parsed, record_of
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue

_JSON = frozenset('{["')
PATH = "log_file"
"""The result's column that names the object a row was read from."""


class Column(NamedTuple):
    """``name`` is the column, ``field`` what a record's JSON calls it, ``given`` how a statement selects it."""

    name: str
    field: str
    given: str


def as_json(name: str) -> str:
    """A column that is no text, selected as JSON."""
    return f"CAST({name} AS json) AS {name}"


_TEXTS = (
    *("eventID", "eventTime", "eventSource", "eventName", "eventVersion", "eventCategory", "awsRegion"),
    *("recipientAccountId", "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestID"),
    *("sharedEventID", "vpcEndpointId", "requestParameters", "responseElements", "additionalEventData"),
    "serviceEventDetails",
)
_NESTED = ("userIdentity", "resources")
COLUMNS = (
    *(Column(each.lower(), each, each.lower()) for each in _TEXTS if each != "eventTime"),
    Column("eventtime", "eventTime", "CAST(eventtime AS varchar) AS eventtime"),
    *(Column(each.lower(), each, as_json(each.lower())) for each in _NESTED),
)
"""All that a ``Record`` is made of. What is nested comes as JSON (engine version 3: with the fields' names)."""
OBJECTS = frozenset({"requestparameters", "responseelements", "additionaleventdata", "serviceeventdetails"})
"""Texts of JSON in AWS's table, as in irkit's; objects in some that others made."""

_FIELDS = (
    *("type", "principalId", "arn", "accountId", "accessKeyId", "userName", "invokedBy", "identityProvider"),
    *("onBehalfOf", "userId", "sessionContext", "sourceIdentity", "sessionIssuer", "webIdFederationData"),
    "federatedProvider",
)
_CAMEL = {each.lower(): each for each in _FIELDS}
IDENTITY = (
    *("type", "principalid", "arn", "accountid", "accesskeyid", "username", "invokedby", "identityprovider"),
    *("onbehalfof.userid", "sessioncontext.sourceidentity", "sessioncontext.sessionissuer.arn"),
    *("sessioncontext.sessionissuer.username", "sessioncontext.webidfederationdata.federatedprovider"),
)
"""The fields of ``useridentity`` that a record is made of."""
ALL = frozenset((*(column.name for column in COLUMNS), *(f"useridentity.{each}" for each in IDENTITY)))
NEEDED = frozenset({"eventid", "eventtime", "eventsource", "eventname"})
"""Without these a table says nothing that can be relied on."""


class RowRead(NamedTuple):
    """A record, and what of its row could not be read."""

    record: Record
    unread: tuple[str, ...]


def record_of_row(row: Mapping[str, str | None], nested: frozenset[str] = frozenset()) -> RowRead:
    """The record of a result's row, the same that its file gives.

    ``nested`` are those of ``OBJECTS`` that a table has as structures: their fields that are NULL were never there.
    Raises ``OutsideError`` for a row without id, time or name.
    """
    body: dict[str, JsonValue] = {}
    unread: list[str] = []
    for column in COLUMNS:
        value = row.get(column.name)
        if not value:
            continue
        if column.field in _NESTED or (column.name in OBJECTS and value[:1] in _JSON):
            try:
                held = parsed(value)
                body[column.field] = _without_nulls(held) if column.name in nested else held
            except OutsideError:
                unread.append(column.name)
        else:
            body[column.field] = value
    body["userIdentity"] = _camel(body.get("userIdentity"))
    return RowRead(record_of(body, "", Locator(row.get(PATH) or "")), tuple(unread))


def _camel(value: JsonValue) -> JsonValue:
    """The identity's fields as CloudTrail writes them; SQL knows them in small letters."""
    if not isinstance(value, dict):
        return value
    return {_CAMEL.get(name.lower(), name): _camel(inner) for name, inner in value.items()}


def _without_nulls(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
