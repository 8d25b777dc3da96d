"""Which looks into the event history answer a query. LookupEvents takes one attribute; ``Query.matches`` does the rest.

An attribute is used only where it can leave nothing out. ``Username`` is a user's name but a role *session's* name
(AWS CLI reference, example of lookup-events), so that a role's own name finds nothing: its sessions must be found
first. So must be a user's federated sessions, which have names of their own. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from irkit.clients.cloudtrail import Attribute
from irkit.cloudtrail.coverage import KEPT
from irkit.cloudtrail.query import Query, Window

_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_MARGIN = timedelta(minutes=1)
_AHEAD = timedelta(minutes=5)
"""AWS's clock may be ahead of ours; nothing is asked of later times, and no end of time is sent."""
_HOST = ".amazonaws.com"

Operations = Callable[[str, str], str]
"""A call's name in AWS's own writing (``kms``, ``decrypt`` -> ``Decrypt``); empty when it is not known."""
Roles = Callable[[str], str]
"""The ARN of a role of that name; empty when there is none."""


class Look(NamedTuple):
    """One attribute with one value; ``None``: everything."""

    attribute: Attribute | None
    value: str = ""


EVERYTHING = Look(None)


@dataclass(frozen=True)
class Plan:
    """``looks``; and roles (ARNs) and users (ARNs or names) whose sessions must be found and looked for as well."""

    looks: tuple[Look, ...]
    roles: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


def plan(query: Query, operations: Operations, roles: Roles) -> Plan:
    """The looks that leave out nothing of a query, of the attribute that leaves out the most else."""
    if query.event_ids:
        return _of(Attribute.EVENT_ID, query.event_ids)
    if query.keys:
        return _of(Attribute.ACCESS_KEY_ID, query.keys)
    calls = {each: _call(each, operations) for each in query.calls}
    is_narrow = bool(calls) and EVERYTHING not in calls.values()
    who = _of(Attribute.USERNAME, query.sessions) if query.sessions else _who(query, roles)
    if who is not None and not (who.roles and is_narrow):
        # That service-made calls are kept under their callers' names is not documented: those to KMS are asked for.
        of_kms = (
            look
            for each, look in calls.items()
            if look.attribute is Attribute.EVENT_NAME and each.lower().startswith("kms:")
        )
        return replace(who, looks=tuple(dict.fromkeys((*who.looks, *of_kms))))
    return Plan(tuple(dict.fromkeys(calls.values())) if is_narrow else (EVERYTHING,))


def kept_spans(query: Query, now: datetime) -> tuple[Window, ...]:
    """The query's spans of time as far as the history goes, oldest first, those that meet made one."""
    # AWS refuses a start that lies before what it keeps.
    first, last = now - KEPT + _MARGIN, now + _AHEAD
    windows = query.windows or (Window(first, last),)
    spans: list[Window] = []
    for start, end in sorted(windows):
        if spans and start <= spans[-1].end:
            spans[-1] = Window(spans[-1].start, max(spans[-1].end, end))
        else:
            spans.append(Window(start, end))
    kept = (Window(max(each.start, first), min(each.end, last)) for each in spans)
    return tuple(each for each in kept if each.start < each.end)


def _of(attribute: Attribute, values: Iterable[str]) -> Plan:
    return Plan(tuple(Look(attribute, value) for value in dict.fromkeys(values)))


def _who(query: Query, role_of: Roles) -> Plan | None:
    """The looks by who called; None when a name is none that the history is kept by."""
    if query.arns:
        names = [_username(arn) for arn in query.arns]
        if "" in names:
            return None
        roles = tuple(dict.fromkeys(arn for arn, name in zip(query.arns, names, strict=True) if name is None))
        users = tuple(dict.fromkeys(arn for arn in query.arns if ":user/" in arn))
        return replace(_of(Attribute.USERNAME, (name for name in names if name)), roles=roles, users=users)
    if query.users:
        users = tuple(name for name in dict.fromkeys(query.users) if _ROLE_NAME.fullmatch(name))
        roles = tuple(arn for name in users if (arn := role_of(name)))
        return replace(_of(Attribute.USERNAME, query.users), roles=roles, users=users)
    return None


def _username(arn: str) -> str | None:
    """What the history calls an identity; None for a role, which it knows by its sessions; empty when not known."""
    kind, _, path = arn.split(":", maxsplit=5)[-1].partition("/")
    match kind:
        case "user" | "assumed-role" | "federated-user":
            return path.rsplit("/", maxsplit=1)[-1]
        case "role":
            return None
        case "root":
            return "root"
    return ""


def _call(asked: str, operations: Operations) -> Look:
    source, _, name = asked.rpartition(":")
    source = source.lower()
    if name != "*":
        # The history minds the case of a name, a query does not.
        written = operations(source, name) or (name if name[:1].isupper() else "")
        if written:
            return Look(Attribute.EVENT_NAME, written)
    return Look(Attribute.EVENT_SOURCE, source + _HOST) if source else EVERYTHING
