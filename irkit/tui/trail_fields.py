"""What a record can be filtered by: a name for the screen, its value, and how a source is asked for it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.record import Record


def _nothing(one: Record) -> str:  # noqa: ARG001 - a field that no source can be asked for
    return ""


@dataclass(frozen=True)
class Field:
    """One field. ``asks`` is the field of ``Query`` that narrows by it, ``value`` what to put there."""

    id: str
    """Also the column's name in the tables that have it."""
    label: str
    of: Callable[[Record], str]
    asks: str = ""
    value: Callable[[Record], str] = _nothing
    callers: bool = False
    """Taken from the caller's own call, where a service made the record's."""


def _service(one: Record) -> str:
    return one.source


_ALL = (
    Field("who", "who", who, "arns", lambda one: one.principal_arn),
    Field("key_id", "key", lambda one: one.key_id, "keys", lambda one: one.key_id, callers=True),
    Field("ip", "address", lambda one: one.ip, "ips", lambda one: one.ip, callers=True),
    Field("agent", "agent", lambda one: one.agent, "agents", lambda one: one.agent, callers=True),
    Field("call", "call", lambda one: one.call, "calls", lambda one: one.call),
    Field("service", "service", _service, "calls", lambda one: f"{one.source}:*"),
    Field("error", "error", lambda one: one.error),
    Field("region", "region", lambda one: one.region, "regions", lambda one: one.region),
    Field("account", "account", lambda one: one.account, "accounts", lambda one: one.account),
    Field("role", "role", lambda one: one.issuer_arn, "arns", lambda one: one.issuer_arn),
    Field("user", "user", lambda one: one.principal, "users", lambda one: one.principal),
    Field("session", "session", lambda one: one.session, "sessions", lambda one: one.session),
    Field(
        "source_identity",
        "source identity",
        lambda one: one.source_identity,
        "source_identities",
        lambda one: one.source_identity,
    ),
    Field("identity_type", "identity type", lambda one: one.principal_type),
    Field("via", "made by service", lambda one: one.invoked_by.removesuffix(".amazonaws.com")),
    Field("caller_account", "caller's account", lambda one: one.caller_account),
    Field("federated_by", "identity provider", lambda one: one.federated_by),
    Field("on_behalf_of", "on behalf of", lambda one: one.on_behalf_of),
    Field("vpc_endpoint", "VPC endpoint", lambda one: one.vpc_endpoint),
    Field("category", "category", lambda one: one.category),
    Field("event_id", "event id", lambda one: one.event_id, "event_ids", lambda one: one.event_id),
)
FIELDS: Mapping[str, Field] = {each.id: each for each in _ALL}
"""By id."""

LABELS: Mapping[str, str] = {
    "windows": "time",
    "keys": "key",
    "arns": "who",
    "users": "user",
    "sessions": "session",
    "source_identities": "source identity",
    "ips": "address",
    "agents": "agent",
    "calls": "call",
    "mentions": "mentions",
    "accounts": "account",
    "regions": "region",
    "event_ids": "event",
}
"""What a chip calls the fields of a query, in the order of the chips."""


Caller = Callable[[Record], Record]
"""From a record to the caller's own one: ``Asked.caller``."""


def value(field: Field, one: Record, caller: Caller) -> str:
    """A record's value of a field; the caller's where it is the caller's to have."""
    return field.of(caller(one) if field.callers else one)


def mention(one: Record, text: str) -> str:
    """The longest part of a cell's text that stands in the record as one text; empty when none does.

    A target's cell may hold several names, or a bucket with its object.
    """
    several = [part for each in text.split(", ") for part in (each, each.split(" and ")[0], each.partition("/")[2])]
    for part in (text, *several):
        if part and Query(mentions=(part,)).matches(one):
            return part
    return ""
