"""JSON web tokens signed with RS256: made, read and checked. Source: RFC 7515, RFC 7519, RFC 7518 section 3.3."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from irkit.drill.world.json_shape import JsonObject, mapping, parsed, text, written
from irkit.secret import Secret

_PARTS = 3


class WrongToken(Exception):
    """No token, or not one that is signed with that key."""


def signed_token(claims: JsonObject, key: RSAPrivateKey, key_name: str) -> Secret:
    """A token that makes these claims."""
    header: JsonObject = {"typ": "JWT", "alg": "RS256", "kid": key_name}
    body = f"{_encoded(written(header))}.{_encoded(written(claims))}"
    return Secret(f"{body}.{_encoded(key.sign(body.encode(), PKCS1v15(), SHA256()))}")


def bare_claims(token: str) -> JsonObject:
    """What a token claims, unchecked. Raises WrongToken when it is none."""
    parts = token.split(".")
    claims = mapping(parsed(_decoded(parts[1]))) if len(parts) == _PARTS else {}
    if not claims:
        raise WrongToken("it has no claims")
    return claims


def verified_claims(token: str, public_key: bytes) -> JsonObject:
    """What a token claims, when it is signed with this key (PEM; empty for an unknown issuer's). Raises WrongToken."""
    claims = bare_claims(token)
    header, _, seal = token.split(".")
    if text(mapping(parsed(_decoded(header))).get("alg")) != "RS256":
        raise WrongToken("it is not signed with RS256")
    key = _public(public_key) if public_key else None
    if key is None:
        raise WrongToken("its issuer has no key that is known")
    try:
        key.verify(_decoded(seal), token.rpartition(".")[0].encode(), PKCS1v15(), SHA256())
    except InvalidSignature as wrong:
        raise WrongToken("its signature is wrong") from wrong
    return claims


@lru_cache(maxsize=8)
def _public(pem: bytes) -> RSAPublicKey | None:
    key = load_pem_public_key(pem)
    return key if isinstance(key, RSAPublicKey) else None


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as wrong:
        raise WrongToken("it is not base64") from wrong
