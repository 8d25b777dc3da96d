"""Whether a text is a JSON Web Token: three parts in base64url, the first two JSON, with an algorithm that signs."""

from __future__ import annotations

import binascii

NO_JWT = "no JSON Web Token"
_HMACS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_KNOWN_KEYS = (b"secret", b"your-256-bit-secret", b"your-secret-key", b"mysecret", b"key", b"test", b"changeme")
_REGISTERED = frozenset(("iss", "sub", "aud", "exp", "nbf", "iat"))
"""Claims that say whose a token is, or until when (RFC 7519)."""
_PARTS, _ENCRYPTED_PARTS = 3, 5
_BRIEF_SECONDS = 600


def unlike_jwt(value: bytes) -> str:
    """Why a value is no signed JSON Web Token (RFC 7519, RFC 7515); "" when it is one. One that is not signed is none.

    The middle part of an encrypted token (RFC 7516, five parts) is not JSON.
    """
    parts = value.replace(b"\\/", b"/").replace(b"\\", b"").split(b".")
    if len(parts) not in (_PARTS - 1, _PARTS, _ENCRYPTED_PARTS):
        return NO_JWT
    header = _json(parts[0])
    if header is None or not isinstance(header.get("alg"), str):
        return NO_JWT
    if str(header["alg"]).lower() == "none":
        return "not signed: its algorithm is none"
    if len(parts) == _ENCRYPTED_PARTS:
        return ""
    claims = _json(parts[1])
    if claims is None:
        return NO_JWT
    reason = _harmless(claims)
    if reason or len(parts) != _PARTS or _REGISTERED.intersection(claims):
        return reason
    return _forged(parts, _HMACS.get(str(header["alg"]), ""))


def unlike_jwt_base64(value: bytes) -> str:
    """The same for a token that is encoded in base64 once more."""
    inner = _decoded(value)
    return NO_JWT if inner is None else unlike_jwt(inner.strip().split(b"\n")[0])


def _harmless(claims: dict[str, object]) -> str:
    """The example of jwt.io that every documentation copies; a token that was made to live for minutes."""
    if claims.get("sub") == "1234567890" and str(claims.get("name", "")).lower() in {"", "john doe"}:
        return "documented example"
    made, ends = claims.get("iat", claims.get("nbf")), claims.get("exp")
    is_brief = isinstance(made, int) and isinstance(ends, int) and 0 <= ends - made <= _BRIEF_SECONDS
    return "valid for minutes only" if is_brief else ""


def _forged(parts: list[bytes], name: str) -> str:
    """One that anybody can make: signed with the key of the examples (``secret``), by HMAC (RFC 7518)."""
    import hmac

    signature = _decoded(parts[2]) if name else None
    signed = b".".join(parts[:2])
    if signature and any(hmac.digest(key, signed, name) == signature for key in _KNOWN_KEYS):
        return "signed with a key that everybody knows"
    return ""


def _json(part: bytes) -> dict[str, object] | None:
    import json

    text = _decoded(part)
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _decoded(part: bytes) -> bytes | None:
    ordinary = part.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    if len(ordinary) % 4 == 1:
        return None
    try:
        return binascii.a2b_base64(ordinary + b"==", strict_mode=False)
    except binascii.Error:
        return None
