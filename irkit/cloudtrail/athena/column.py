"""The columns of a CloudTrail table, and a record made of a row of them.

Names and types: Athena user guide, "Create the table for CloudTrail logs in Athena using partition projection". Two of
them are not in AWS's statement, and irkit's own table has them: ``useridentity.identityprovider`` and
``useridentity.sessioncontext.sourceidentity`` (both in CloudTrail's own list of what a record holds).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.record import Record, parsed, record_of
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue

PATH = "log_file"
"""The result's column that names the object a row was read from."""


class Column(NamedTuple):
    """``sql`` is the column, ``name`` what a result calls it, ``path`` where a record's JSON has it."""

    sql: str
    name: str
    path: tuple[str, ...]


def _column(path: str, name: str = "") -> Column:
    return Column(path.lower(), name or path.lower(), tuple(path.split(".")))


_CONTEXT = "userIdentity.sessionContext"
COLUMNS = (
    _column("eventID"),
    _column("eventTime"),
    _column("eventSource"),
    _column("eventName"),
    _column("eventVersion"),
    _column("eventCategory"),
    _column("awsRegion"),
    _column("recipientAccountId"),
    _column("sourceIPAddress"),
    _column("userAgent"),
    _column("errorCode"),
    _column("errorMessage"),
    _column("requestID"),
    _column("sharedEventID"),
    _column("vpcEndpointId"),
    _column("userIdentity.type", "identity_type"),
    _column("userIdentity.principalId", "principal_id"),
    _column("userIdentity.arn", "identity_arn"),
    _column("userIdentity.accountId", "identity_account"),
    _column("userIdentity.accessKeyId", "key_id"),
    _column("userIdentity.userName", "user_name"),
    _column("userIdentity.invokedBy", "invoked_by"),
    _column("userIdentity.identityProvider", "identity_provider"),
    _column("userIdentity.onBehalfOf.userId", "on_behalf_of"),
    _column(f"{_CONTEXT}.sourceIdentity", "source_identity"),
    _column(f"{_CONTEXT}.sessionIssuer.arn", "issuer_arn"),
    _column(f"{_CONTEXT}.sessionIssuer.userName", "issuer_name"),
    _column(f"{_CONTEXT}.webIdFederationData.federatedProvider", "federated_provider"),
    _column("requestParameters"),
    _column("responseElements"),
    _column("additionalEventData"),
    _column("resources"),
)
"""All that a ``Record`` is made of."""
NEEDED = frozenset({"eventid", "eventtime", "eventsource", "eventname"})
"""Without these a table says nothing that can be relied on."""


def record_of_row(row: Mapping[str, str | None]) -> Record:
    """The record of a result's row, the same that its file gives.

    Raises ``OutsideError`` for a row without id, time or name.
    """
    body: dict[str, JsonValue] = {}
    for column in COLUMNS:
        value = row.get(column.name)
        if value is not None:
            _put(body, column.path, value)
    if isinstance(body.get("resources"), str):
        body["resources"] = _resources(row["resources"] or "")
    return record_of(body, "", Locator(row.get(PATH) or ""))


def _put(body: dict[str, JsonValue], path: tuple[str, ...], value: str) -> None:
    here = body
    for name in path[:-1]:
        below = here.setdefault(name, {})
        if isinstance(below, dict):
            here = below
    here[path[-1]] = value


def _resources(text: str) -> JsonValue:
    """The array of ``CAST(resources AS json)``; of a table where it is a text, what that holds."""
    try:
        return parsed(text)
    except OutsideError:
        return []
