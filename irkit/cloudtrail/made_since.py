"""What IAM says was made since a moment, and CloudTrail does not lay to the suspects: innocent, or not known. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from irkit.clients.holder import HolderKind
from irkit.clients.iam import KeyStatus
from irkit.cloudtrail.leftover import Ground, is_shut_in
from irkit.cloudtrail.record import Record

_MARGIN = timedelta(seconds=5)


@dataclass(frozen=True)
class Dated:
    """What was made in the window by IAM's own dates and is none of the suspects': in words."""

    innocent: tuple[str, ...]
    """With who made it."""
    unknown: tuple[str, ...]
    """CloudTrail holds no record of it: not yet, or not at all."""


def dated(ground: Ground, since: datetime, late: datetime) -> Dated:
    """Judge what IAM says was made since; CloudTrail may not tell yet of what is later than ``late``."""
    made_by = {name: one for one in ground.others if not one.error and (name := _made_name(one))}
    innocent: list[str] = []
    unknown: list[str] = []
    for name, at in _fresh(ground, since - _MARGIN):
        one = made_by.get(name)
        if one is not None:
            innocent.append(f"{name}, made by {one.principal_arn}")
        elif at >= late:
            unknown.append(f"{name}, made at {at:%H:%M:%SZ}: CloudTrail lags, so who made it is not known yet")
        else:
            unknown.append(f"{name}, made at {at:%H:%M:%SZ}: CloudTrail holds no record of who made it")
    return Dated(tuple(innocent), tuple(unknown))


def _fresh(ground: Ground, since: datetime) -> Iterator[tuple[str, datetime]]:
    """Users, roles and keys made since that did not come of the suspects and are not shut in."""
    known_keys = set(ground.tree.keys)
    for listed in (*ground.account.users.values(), *ground.account.roles.values()):
        kind, name = listed.holder.kind, listed.holder.name
        if ground.is_made(kind, name):
            continue
        if listed.created_at >= since and not is_shut_in(ground, listed):
            yield str(listed.holder), listed.created_at
        for key in ground.keys(name) if kind is HolderKind.USER else ():
            if key.created_at >= since and key.key_id not in known_keys and key.status is KeyStatus.ACTIVE:
                yield f"access key {key.key_id}", key.created_at


def _made_name(one: Record) -> str:
    match one.call:
        case "iam:CreateUser":
            return f"user {one.param('userName')}"
        case "iam:CreateRole":
            return f"role {one.param('roleName')}"
        case "iam:CreateAccessKey":
            return f"access key {one.answered('accessKey', 'accessKeyId')}"
    return ""
