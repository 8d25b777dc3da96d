"""The table of events: its columns, and a record as a row of it.

A record made of a row (``rows.py``) equals the one that was read raw. What no column can hold as it is (a lone
surrogate, say; a text with ``SEPARATOR`` in it) is kept as JSON in the column ``odd``, from which the record is then
made; such a row's other texts hold ``?`` for what is no Unicode.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.json_map import JsonMap
from irkit.cloudtrail.record import Record, parsed

if TYPE_CHECKING:
    from pydantic import JsonValue

Row = tuple[str | int, ...]
"""A row as it is written, in the order of ``COLUMNS``; times in microseconds since 1970, UTC."""
SEPARATOR = "\x1f"
"""Between the texts of several columns that are read as one; in no text of a row that is not odd."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class EventColumn(NamedTuple):
    """A column of the view ``events``: name, Arrow's format, and what it holds."""

    name: str
    format: str
    says: str


_TEXTS = {
    "event_id": "CloudTrail's id of the event",
    "source": "the service: kms, of kms.amazonaws.com",
    "name": "the call's name: Decrypt",
    "region": "where it was called",
    "ip": "the caller's address, or the name of a service",
    "agent": "the caller's user agent",
    "error": "the error's code, Failure of a sign-in; empty when the call succeeded",
    "message": "the error's message",
    "principal_type": "IAMUser, AssumedRole, Root, AWSService ...",
    "principal_arn": "ARN of the caller",
    "principal": "name of the user, or of a session's role; the subject of a web identity",
    "key_id": "id of the access key that signed the call",
    "invoked_by": "the service that called for the caller",
    "issuer_arn": "ARN of the role behind a session",
    "source_identity": "who stands behind a chain of sessions, where that was set",
    "account": "whose log it is",
    "caller_account": "whose caller it was",
    "principal_id": "CloudTrail's id of the caller",
    "federated_by": "the identity provider",
    "on_behalf_of": "the Identity Center user a call was made for",
    "shared_id": "one id for the two records of a call between accounts",
    "version": "version of the event's form",
    "category": "Management, Data, NetworkActivity or Insight",
    "vpc_endpoint": "id of the VPC endpoint a call came through",
    "request_id": "the service's id of the request",
    "resources": "ARNs, as a JSON list; empty for none",
    "params": "requestParameters, as JSON; empty for none",
    "answer": "responseElements, as JSON; empty for none",
    "extra": "additionalEventData, as JSON; empty for none",
    "place": "the file or object the raw record lies in",
}
COLUMNS = (
    EventColumn("time", "tsu:", "when it happened, in UTC"),
    *(EventColumn(name, "u", says) for name, says in _TEXTS.items()),
    EventColumn("byte_at", "l", "where it begins in the inflated file; -1 when that is not known"),
    EventColumn("byte_count", "l", "how long it is there"),
    EventColumn("odd", "u", "the whole record, when these columns cannot hold it as it is; else empty"),
)
"""All that is written. The view has ``session``, ``call`` and ``denied`` besides."""
NAMES = tuple(one.name for one in COLUMNS)
_PLAIN = tuple(name for name in _TEXTS if name not in {"resources", "params", "answer", "extra", "place"})
_plain = attrgetter(*_PLAIN)


def microseconds(at: datetime) -> int:
    """Since 1970, exactly."""
    return (at - EPOCH) // _MICROSECOND


def row(one: Record) -> Row:
    """A record as a row. ``Record.text`` is needed only of a record that the columns cannot hold."""
    texts = (*_plain(one), arns(one.resources), _json(one.params), _json(one.answer), _json(one.extra))
    odd = ""
    if not _is_writable(joined := "".join((*texts, one.locator.place))) or SEPARATOR in joined:
        odd = json.dumps(parsed(one.text))
        texts = tuple(text.encode("utf-8", "replace").decode() for text in texts)
    place = one.locator.place.encode("utf-8", "replace").decode()
    return (microseconds(one.at), *texts, place, one.locator.offset, one.locator.length, odd)


def arns(resources: Iterable[str]) -> str:
    """As a JSON list; empty for none."""
    held = list(resources)
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")) if held else ""


def _json(held: Mapping[str, JsonValue]) -> str:
    return held.text if isinstance(held, JsonMap) else JsonMap(held).text


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
