"""Find the KMS decrypts that a service made on a caller's behalf.

A question by access key misses all of them: the service signs with a fresh session key that occurs nowhere else (744
of 744 in two real sets). They join to the caller's own event by the same identity ARN and the same resource within 5
seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from irkit.cloudtrail.attribution import WITHIN, Certainty, causes
from irkit.cloudtrail.record import Record

_JOINED = timedelta(seconds=60)
_SERVICES = frozenset({"secretsmanager", "ssm", "s3"})


def parents(records: Iterable[Record]) -> tuple[Record, ...]:
    """The direct calls to services that decrypt for their callers.

    Any call, not only those that are known to decrypt: in a real set one decrypt's own GetParameter was missing.
    """
    return tuple(one for one in records if one.source in _SERVICES and not one.error and not one.invoked_by)


def windows(records: Sequence[Record]) -> Iterator[tuple[datetime, datetime]]:
    """The spans of time to look for decrypts in, for parents oldest first; near ones are joined into one span."""
    start: datetime | None = None
    end: datetime | None = None
    for one in records:
        if start is None or end is None:
            start, end = one.at - WITHIN, one.at + WITHIN
        elif one.at - WITHIN <= end + _JOINED:
            end = one.at + WITHIN
        else:
            yield start, end
            start, end = one.at - WITHIN, one.at + WITHIN
    if start is not None and end is not None:
        yield start, end


def made_for(callers: Sequence[Record], decrypts: Iterable[Record]) -> tuple[Record, ...]:
    """Those decrypts that a service made for one of the callers, on a resource that the caller asked for."""
    several = list(decrypts)
    found = causes(several, callers)
    return tuple(
        one
        for one in several
        if (cause := found.get(one.event_id)) is not None and cause.certainty is not Certainty.SERVICE
    )
