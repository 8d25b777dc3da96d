"""Values that a person types, in the spellings in which records have them.

All are compared exactly, so that one which no record can hold would be told as "nothing found": it is refused.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from irkit.errors import UsageError

MOST_ADDRESSES = 1_024
"""So many addresses of a range are asked for one by one."""
_NAMES = {
    "keys": "--key",
    "arns": "--arn",
    "users": "--user",
    "sessions": "--session",
    "source_identities": "--source-identity",
    "ips": "--ip",
    "accounts": "--account",
    "regions": "--region",
    "event_ids": "--event-id",
}
"""The fields of ``Query`` whose values have no ``*`` in them, and their options."""
_HOST = ".amazonaws.com"
_SQL = "values are whole; irkit trail sql has LIKE"
_ACCOUNT = re.compile(r"(\d{4})-(\d{4})-(\d{4})", re.ASCII)
_KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,124}", re.ASCII | re.IGNORECASE)
_NUMBERS = re.compile(r"[\d.]+(-[\d.]+)?|.*/.*", re.ASCII)
"""What is meant as addresses, and is no name of a service."""


def as_recorded(given: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The values of a query's fields with the other spellings of each; addresses of a range one by one.

    Raises ``UsageError`` for what is in no record.
    """
    found: dict[str, tuple[str, ...]] = {}
    for field, values in given.items():
        spelled = _SPELLINGS.get(field, _itself)
        for each in values:
            if field in _NAMES and "*" in each:
                raise UsageError(f"{_NAMES[field]} {each!r}: there is no * in any", hint=_SQL)
        found[field] = tuple(dict.fromkeys(text for each in values for text in spelled(each)))
    return found


def _itself(text: str) -> Iterator[str]:
    yield text


def _key(text: str) -> Iterator[str]:
    """Access key ids are in capitals."""
    yield text.upper() if _KEY.fullmatch(text) else text


def _event_id(text: str) -> Iterator[str]:
    """Event ids are in small letters."""
    yield from (text, text.lower())


def _region(text: str) -> Iterator[str]:
    yield text.lower()


def _account(text: str) -> Iterator[str]:
    """The console writes ``1111-2222-3333``."""
    yield "".join(found.groups()) if (found := _ACCOUNT.fullmatch(text)) else text


def _call(text: str) -> Iterator[str]:
    source, colon, name = text.rpartition(":")
    if "*" in text and name != "*":
        raise UsageError(
            f"--call {text!r}: a call is named whole (iam:CreateUser), or all of a service are (iam:*)", hint=_SQL
        )
    yield f"{source.lower().removesuffix(_HOST)}{colon}{name}"


def _arn(text: str) -> Iterator[str]:
    if not text.startswith("arn:"):
        raise UsageError(f"--arn {text!r} is no ARN", hint="--user takes the name of a user or of a role")
    kind, _, path = text.split(":", maxsplit=5)[-1].partition("/")
    if kind == "assumed-role" and "/" not in path:
        raise UsageError(
            f"--arn {text!r} names no session", hint=f"--user {path} has all sessions of the role, as has its own ARN"
        )
    yield text


def _user(text: str) -> Iterator[str]:
    if text.startswith("arn:"):
        raise UsageError(f"--user {text!r} is an ARN", hint="--arn takes it")
    yield text


def _addresses(text: str) -> Iterator[str]:
    """An IPv6 address has several spellings, and nothing says which of them records have."""
    try:
        asked = ipaddress.ip_network(text, strict=False)
    except ValueError:
        if _NUMBERS.fullmatch(text):
            raise UsageError(f"--ip {text!r} is no address", hint="a range is written as 203.0.113.0/24") from None
        yield text  # records have names of services there as well
        return
    if asked.num_addresses > MOST_ADDRESSES:
        raise UsageError(f"--ip {text!r} has more than {MOST_ADDRESSES:,} addresses", hint=_SQL)
    if "/" not in text:
        yield text
    for each in asked:
        yield from (str(each), each.exploded, _unpadded(each))


def _unpadded(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """``2001:db8:0:0:0:0:0:1``, as Java writes it."""
    if address.version == 4:  # noqa: PLR2004 -- a version has no other name
        return str(address)
    return ":".join(f"{int(part, 16):x}" for part in address.exploded.split(":"))


_SPELLINGS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "keys": _key,
    "event_ids": _event_id,
    "regions": _region,
    "accounts": _account,
    "calls": _call,
    "arns": _arn,
    "users": _user,
    "ips": _addresses,
}
