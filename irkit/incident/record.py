"""How an event is written down so that it can be checked, and later redacted, by a stranger.

A record is ``{"v": 1, "seq": n, "previous": H, "fields": {name: [salt, value]}}``. Each field is committed to by
``SHA-256(JCS([name, salt, value]))`` and the record's hash is ``SHA-256(JCS({"v", "seq", "previous",
"commitments"}))``, with JCS the canonical JSON of RFC 8785. A field of the event's own body is named
``event.<field>``. To redact a field, put its commitment in the place of ``[salt, value]``: the record's hash, and
with it the chain, stays the same.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TypeGuard

import rfc8785
from pydantic import JsonValue, ValidationError

from irkit.errors import JournalBroken
from irkit.incident.events import Actor, Event, Recorded, parse

GENESIS = "0" * 64
"""What the first record names as the one before."""

_SALT_BYTES = 16
_SAFE_INTEGER = 2**53
"""From here on JSON numbers are not exact (RFC 8785, section 3.2.2.3)."""


def canonical(value: JsonValue) -> bytes:
    """The canonical JSON of a value (RFC 8785).

    Of values without decimals, numbers beyond 53 bits and keys beyond ASCII, the standard library writes the same bytes
    in a fifth of the time (a test compares the two); for the others the reference is asked. Half of a surrogate pair,
    which is no character and which no JSON can hold (a byte of a command line or a name that is no UTF-8), becomes
    U+FFFD.
    """
    if not _is_simple(value):
        return rfc8785.dumps(_whole(value))
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return canonical(_whole(value))


def _whole(value: JsonValue) -> JsonValue:
    """A value without halves of surrogate pairs."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {str(_whole(key)): _whole(member) for key, member in value.items()}
    return value


def _is_simple(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() and _is_simple(member) for key, member in value.items())
    if isinstance(value, list):
        return all(map(_is_simple, value))
    if isinstance(value, int):
        return abs(value) < _SAFE_INTEGER
    return not isinstance(value, float)


def sha256(value: JsonValue) -> str:
    """SHA-256 in hex over the canonical JSON of a value."""
    return hashlib.sha256(canonical(value)).hexdigest()


def written(
    event: Event, *, seq: int, previous: str, actor: Actor, at: Mapping[str, JsonValue], runbook_sha256: str
) -> tuple[str, str]:
    """The record's text and hash. ``at`` holds ``at``, ``at_source``, ``at_uncertainty_ms`` and ``recorded_at``."""
    plain: dict[str, JsonValue] = {
        "actor": actor.model_dump(mode="json"),
        "runbook_sha256": runbook_sha256,
        **at,
        **{f"event.{name}": value for name, value in event.model_dump(mode="json").items()},
    }
    fields: dict[str, JsonValue] = {name: [secrets.token_hex(_SALT_BYTES), value] for name, value in plain.items()}
    record: dict[str, JsonValue] = {"v": 1, "seq": seq, "previous": previous, "fields": fields}
    return canonical(record).decode(), record_hash(record)


def commitment(name: str, entry: JsonValue) -> str:
    """A field's commitment; a redacted field *is* its commitment."""
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, list) or len(entry) != 2:  # noqa: PLR2004 - salt and value
        msg = f"field {name} is neither [salt, value] nor a commitment"
        raise JournalBroken(msg)
    return sha256([name, entry[0], entry[1]])


def record_hash(record: Mapping[str, JsonValue]) -> str:
    """The hash of a record: over its place in the chain and its fields' commitments."""
    fields = record.get("fields")
    if not _is_object(fields):
        msg = "the record has no fields"
        raise JournalBroken(msg)
    return sha256(
        {
            "v": record.get("v"),
            "seq": record.get("seq"),
            "previous": record.get("previous"),
            "commitments": {name: commitment(name, entry) for name, entry in fields.items()},
        }
    )


def read(text: str, *, seq: int, previous: str, stored_hash: str) -> Recorded:
    """Read a record back and check it against its place in the chain.

    Raises:
        JournalBroken: it is not JSON, not the record of this place, altered, or not an event this irkit knows.
    """
    try:
        record = json.loads(text)
        if not _is_object(record):
            msg = f"event {seq}: not a JSON object"
            raise JournalBroken(msg)
        if record.get("seq") != seq or record.get("previous") != previous:
            msg = f"event {seq}: it does not follow the event before it"
            raise JournalBroken(msg)
        if record_hash(record) != stored_hash:
            msg = f"event {seq}: its content does not match its hash"
            raise JournalBroken(msg)
        return _recorded(record, seq, previous, stored_hash)
    except (ValueError, ValidationError, KeyError, TypeError) as error:
        msg = f"event {seq}: cannot be read ({type(error).__name__})"
        raise JournalBroken(msg) from error


def _recorded(record: Mapping[str, JsonValue], seq: int, previous: str, stored_hash: str) -> Recorded:
    fields = record["fields"]
    if not _is_object(fields):
        raise TypeError
    plain = {name: entry[1] if isinstance(entry, list) else entry for name, entry in fields.items()}
    body = {name.removeprefix("event."): value for name, value in plain.items() if name.startswith("event.")}
    return Recorded(
        seq=seq,
        event=parse(body),
        actor=Actor.model_validate(plain["actor"]),
        at=datetime.fromisoformat(str(plain["at"])),
        at_source=str(plain["at_source"]),
        at_uncertainty_ms=int(str(plain["at_uncertainty_ms"])),
        recorded_at=datetime.fromisoformat(str(plain["recorded_at"])),
        runbook_sha256=str(plain["runbook_sha256"]),
        previous=previous,
        hash=stored_hash,
    )


def _is_object(value: object) -> TypeGuard[dict[str, JsonValue]]:
    return isinstance(value, dict)
