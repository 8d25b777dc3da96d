"""Whom a call gave what right, in words: from the policy documents and grants among its parameters. Pure.

Policies are JSON texts in IAM, KMS and Secrets Manager, objects in S3; a grant and a function's permission name their
principal and actions as they are (API references of these services).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from irkit.cloudtrail.query import texts
from irkit.cloudtrail.record import Record, part, word

if TYPE_CHECKING:
    from pydantic import JsonValue

_DOCUMENTS = ("policyDocument", "assumeRolePolicyDocument", "policy", "resourcePolicy", "bucketPolicy", "policyText")
_PRINCIPALS = ("granteePrincipal", "principal", "principalArn", "principalId", "oidcProviderUrl", "url", "targetId")
_SHARES = ("createVolumePermission", "launchPermission")
_SOURCES = ("ipRanges", "ipv6Ranges", "groups", "prefixListIds")
_SOURCE_NAMES = ("cidrIp", "cidrIpv6", "groupId", "prefixListId")
_MOST = 4


def rights(one: Record) -> str:
    """``for arn:aws:iam::999988887777:root: sts:AssumeRole``, ``for the role: * on *``; empty when none are told."""
    statements = [text for name in _DOCUMENTS for text in _statements(_document(one.params.get(name)))]
    said = statements or list(_granted(one))
    more = f"; and {len(said) - _MOST} more" if len(said) > _MOST else ""
    return "; ".join(dict.fromkeys(said[:_MOST])) + more


def _document(value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        return value
    text = unquote(value) if value.startswith("%7B") else value
    try:
        parsed: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed


def _statements(document: JsonValue) -> Iterator[str]:
    """Each statement that allows something. S3's record names keys in camel case."""
    held = _either(document, "Statement")
    for each in held if isinstance(held, list) else [held]:
        if not isinstance(each, dict) or _either(each, "Effect") != "Allow":
            continue
        who = _listed(_either(each, "Principal"))
        actions = _listed(_either(each, "Action")) or f"all but {_listed(_either(each, 'NotAction'))}"
        on = _listed(_either(each, "Resource"))
        limited = " under conditions" if _either(each, "Condition") else ""
        yield f"{f'for {who}: ' if who else ''}{actions}{f' on {on}' if on else ''}{limited}"


def _either(value: JsonValue, name: str) -> JsonValue:
    found = part(value, name)
    return part(value, name[:1].lower() + name[1:]) if found is None else found


def _listed(value: JsonValue) -> str:
    several = list(dict.fromkeys(texts(value)))
    more = f" and {len(several) - _MOST} more" if len(several) > _MOST else ""
    return ", ".join(several[:_MOST]) + more


def _granted(one: Record) -> Iterator[str]:
    shared = [account for name in _SHARES for account in texts(part(one.params, name, "add"))]
    shared += texts(one.params.get("valuesToAdd"))
    if shared:
        yield f"for {', '.join(shared[:_MOST])}"
    who = next((found for name in _PRINCIPALS if (found := word(one.params, name))), "")
    if who:
        actions = _listed(one.params.get("operations")) or one.param("action") or one.param("permissionSetArn")
        yield f"for {who}{f': {actions}' if actions else ''}"
    role = (
        one.param("role")
        or word(one.params, "iamInstanceProfile", "arn")
        or word(one.params, "iamInstanceProfile", "name")
    )
    if role:
        yield f"as {role}"
    if "fromPort" in one.params:
        yield _port(dict(one.params))
    opened = part(one.params, "ipPermissions", "items")
    for each in opened if isinstance(opened, list) else []:
        yield _port(each)


def _port(rule: JsonValue) -> str:
    """``tcp 22 from 0.0.0.0/0`` of a security group's rule."""
    first, last = part(rule, "fromPort"), part(rule, "toPort")
    ports = "all ports" if not isinstance(first, int) else f"{first}" if first == last else f"{first}-{last}"
    protocol = word(rule, "ipProtocol").replace("-1", "any")
    held = [each for name in _SOURCES for each in _items(part(rule, name))]
    ranges = [found for each in held for name in _SOURCE_NAMES if (found := word(each, name))]
    ranges += [found for name in _SOURCE_NAMES[:2] if (found := word(rule, name))]
    return f"{protocol} {ports} from {', '.join(ranges[:_MOST]) or 'nowhere'}"


def _items(value: JsonValue) -> list[JsonValue]:
    found = part(value, "items")
    return found if isinstance(found, list) else []
