"""AWS's public keys for digests: read from JSON, written as JSON, and whether a signature is theirs.

The JSON is that of ``aws cloudtrail list-public-keys``: a ``PublicKeyList`` of ``Value`` (base64 of the DER form:
PKCS #1, and in the guide's examples SubjectPublicKeyInfo too), ``Fingerprint`` (the MD5 of that form),
``ValidityStartTime`` and ``ValidityEndTime`` (ISO 8601, or seconds since 1970). irkit adds ``Region``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.record import parsed, part, word
from irkit.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue

_LISTS = ("PublicKeyList", "publicKeyList")


class PublicKey(NamedTuple):
    """One public key; ``der`` is its DER form. Times are empty (None) where the file has none."""

    fingerprint: str
    der: bytes
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    region: str = ""


def public_keys(text: bytes) -> tuple[PublicKey, ...]:
    """Read the keys of a JSON text; AWS's list may be empty. Raises ``OutsideError`` for what holds no list."""
    body = parsed(text)
    found = next((body[name] for name in _LISTS if name in body), None) if isinstance(body, dict) else body
    if not isinstance(found, list):
        raise OutsideError("there is no PublicKeyList in it", hint="save what `aws cloudtrail list-public-keys` prints")
    return tuple(_public_key(one) for one in found)


def read_keys(path: Path) -> tuple[PublicKey, ...]:
    """The keys of a file. Raises ``UsageError`` when it cannot be read or holds none."""
    try:
        return public_keys(path.read_bytes())
    except (OSError, OutsideError) as error:
        hint = "it should hold what `aws cloudtrail list-public-keys --start-time ... --end-time ...` prints"
        raise UsageError(f"{path} gives no public keys: {error}", hint=hint) from error


def keys_json(keys: Iterable[PublicKey]) -> bytes:
    """The keys as ``public_keys`` reads them, and as AWS prints them."""
    listed = [
        {
            "Value": base64.b64encode(one.der).decode(),
            "ValidityStartTime": one.valid_from.isoformat() if one.valid_from else None,
            "ValidityEndTime": one.valid_until.isoformat() if one.valid_until else None,
            "Fingerprint": one.fingerprint,
            "Region": one.region,
        }
        for one in keys
    ]
    return json.dumps({"PublicKeyList": listed}, indent=1).encode() + b"\n"


def signed(key: PublicKey, signature: str, to_sign: bytes) -> bool:
    """Whether a signature (hex) of a string is the key's: RSA PKCS #1 v1.5 over SHA-256."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        loaded = load_der_public_key(key.der)
        if not isinstance(loaded, RSAPublicKey):
            return False
        loaded.verify(binascii.unhexlify(signature), to_sign, PKCS1v15(), SHA256())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _public_key(one: JsonValue) -> PublicKey:
    fingerprint = word(one, "Fingerprint").lower()
    try:
        der = base64.b64decode("".join(word(one, "Value").split()), validate=True)
    except ValueError as error:
        raise OutsideError(f"the key {fingerprint} is no base64", hint="save the keys again") from error
    if not fingerprint or not der:
        raise OutsideError("a key has no Fingerprint or no Value", hint="save the keys again")
    start, end = _moment(part(one, "ValidityStartTime")), _moment(part(one, "ValidityEndTime"))
    return PublicKey(fingerprint, der, start, end, word(one, "Region"))


def _moment(value: JsonValue) -> datetime | None:
    """A time as AWS's tools write it: ISO 8601, or seconds since 1970 as a number or a text."""
    if value is None or value == "" or isinstance(value, bool | list | dict):
        return None
    try:
        at = datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise OutsideError(f"{value!r} is no time", hint="save the keys again") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
