"""Who wrote a stored value last, by CloudTrail's records: for values that no tag gives an owner. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.questions.target import plain
from irkit.cloudtrail.record import Record

OWNER_TAGS = ("owner", "team", "contact", "maintainer", "squad", "service-owner", "costcenter-owner")
"""Names of tags (in small letters) that name an owner."""


@dataclass(frozen=True)
class Writer:
    """Who wrote a value last, as far as the log goes back."""

    who: str
    principal: str
    at: datetime
    event_id: str


def last_writers(records: Iterable[Record]) -> dict[str, Writer]:
    """The last writer of each value, by its plain name; records oldest first. A failed call wrote nothing."""
    found: dict[str, Writer] = {}
    for one in records:
        name = one.param("secretId") or one.param("name") or one.param("bucketName")
        if name and not one.error:
            found[plain(name)] = Writer(who(one), one.principal_arn, one.at, one.event_id)
    return found


def tagged_owner(tags: Mapping[str, str]) -> str:
    """The owner that tags name; empty when none does."""
    lower = {name.lower(): value for name, value in tags.items()}
    return next((lower[name] for name in OWNER_TAGS if lower.get(name)), "")
