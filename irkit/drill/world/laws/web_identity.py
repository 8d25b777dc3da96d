"""The check of a web identity token that ``AssumeRoleWithWebIdentity`` is asked with. Pure.

The account must have a provider of the token's issuer with the token's audience among its client ids; the signature,
made with the issuer's key, must be right and the token in force. Whether the role lets it in is its trust policy's.
Source: STS API reference, AssumeRoleWithWebIdentity, "Errors"; IAM user guide, "OIDC federation".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from irkit.drill.world.json_shape import Json, JsonObject, items, number, text
from irkit.drill.world.web_token import WrongToken, bare_claims, verified_claims


class TokenRefused(Exception):
    """The call is refused with this AWS error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class WebCaller:
    """Whom a token speaks for."""

    provider: str
    """The ARN of the account's provider."""
    audience: str
    subject: str


def issuer_host(claims: JsonObject) -> str:
    """The issuer as IAM names it: without its scheme."""
    return text(claims.get("iss")).partition("://")[2].rstrip("/")


def audiences(claims: JsonObject) -> list[Json]:
    """The token's audiences: it has one or several."""
    told = claims.get("aud")
    return items(told) if isinstance(told, list) else [told]


def web_caller(
    token: str, account: str, providers: Mapping[str, JsonObject], keys: Mapping[str, bytes], now: float
) -> WebCaller:
    """Who asks. ``providers`` are the account's by ARN, ``keys`` the issuers' public keys (PEM) by their host.

    Raises TokenRefused when the token is not to be trusted.
    """
    claims = _read(token)
    host = issuer_host(claims)
    arn = f"arn:aws:iam::{account}:oidc-provider/{host}"
    provider = providers.get(arn)
    if provider is None:
        wrong = f"No OpenIDConnect provider found in your account for https://{host}"
        raise TokenRefused("InvalidIdentityToken", wrong)
    known = [one for one in audiences(claims) if one in items(provider.get("ClientIDList"))]
    if not known:
        raise TokenRefused("InvalidIdentityToken", "Incorrect token audience")
    try:
        verified_claims(token, keys.get(host, b""))
    except WrongToken as wrong_token:
        message = f"Couldn't verify the token with a key of your identity provider: {wrong_token}"
        raise TokenRefused("InvalidIdentityToken", message) from wrong_token
    if number(claims.get("exp")) <= now:
        raise TokenRefused("ExpiredTokenException", "Token expired: current date/time must be before the expiration")
    return WebCaller(arn, text(known[0]), text(claims.get("sub")))


def _read(token: str) -> JsonObject:
    try:
        return bare_claims(token)
    except WrongToken as wrong:
        raise TokenRefused("InvalidIdentityToken", f"The token is malformed: {wrong}") from wrong
