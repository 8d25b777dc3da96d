"""Who made a call, in words, and from where: the shapes of CloudTrail's ``userIdentity`` element. Pure."""

from __future__ import annotations

from irkit.cloudtrail.record import Record

_SERVICE_HOST = ".amazonaws.com"
_INTERNAL = "AWS Internal"


def who(one: Record) -> str:
    """One name for the caller: ``user/svc``, ``role/session``, ``root``, ``service/ec2.amazonaws.com``, a subject.

    ``nobody named`` where the record has no identity (42 of 2,900 real ones).
    """
    tail = one.principal_arn.split(":", maxsplit=5)[-1]
    if tail.startswith("assumed-role/"):
        return tail.removeprefix("assumed-role/")
    if tail:
        return tail
    if one.principal_type == "Root":
        return "root"
    if one.principal_type == "AWSService" or (one.invoked_by and not one.principal_type):
        return f"service/{one.invoked_by}"
    named = one.principal or one.on_behalf_of or one.principal_id
    if one.principal_type == "AWSAccount":
        return f"account/{one.caller_account or named}"
    return named or "nobody named"


def is_place(address: str) -> bool:
    """Whether an address says where a caller sat. ``AWS Internal`` and ``*.amazonaws.com`` are services' own."""
    return bool(address) and address != _INTERNAL and not address.endswith(_SERVICE_HOST)


def is_service_made(one: Record) -> bool:
    """Whether a service made the call for a caller, or the service is itself the caller."""
    return bool(one.invoked_by) or one.principal_type == "AWSService"
