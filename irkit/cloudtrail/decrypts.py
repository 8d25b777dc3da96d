"""Find the KMS decrypts that a service made on a caller's behalf.

A question by access key misses all of them: the service signs with a fresh session key that occurs nowhere else (744
of 744 in two real sets). They join to the caller's own event by the same identity ARN and the same resource within 5
seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from irkit.cloudtrail.record import Record, word

WITHIN = timedelta(seconds=5)
_JOINED = timedelta(seconds=60)
_NAMED_BY = ("SecretARN", "PARAMETER_ARN", "aws:s3:arn")
"""Keys of an encryption context that name the resource: Secrets Manager, Parameter Store, S3."""
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
    """Those decrypts that a service made for one of the callers."""
    return tuple(one for one in decrypts if one.invoked_by and any(_joins(parent, one) for parent in callers))


def _joins(parent: Record, decrypt: Record) -> bool:
    near = timedelta(0) <= abs(decrypt.at - parent.at) <= WITHIN
    if not near or decrypt.principal_arn != parent.principal_arn:
        return False
    named = [arn for name in _NAMED_BY if (arn := word(decrypt.params, "encryptionContext", name))]
    asked = [text for text in chain(_texts(parent.params), parent.resources) if text]
    return any(_same(arn, text) for arn in named for text in asked)


def _texts(value: object) -> Iterator[str]:
    """Every text within a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(_texts(inner) for inner in value.values())
    elif isinstance(value, list):
        yield from chain.from_iterable(_texts(inner) for inner in value)


def _same(arn: str, asked: str) -> bool:
    """Whether what was asked for is the resource: by ARN, or by name (a secret's ARN ends in ``-`` and six signs)."""
    tail = arn.split(":", maxsplit=5)[-1]
    name = tail.split(":", maxsplit=1)[-1] if tail.startswith("secret:") else tail.removeprefix("parameter")
    return asked in {arn, name, name.lstrip("/")} or (tail.startswith("secret:") and name[:-7] == asked)
