"""Tokens that the GitHub server knows: whose they are, and which of them have been revoked.

``POST /credentials/revoke`` takes values without a token of its own, revokes those of the kinds GitHub names, answers
202 whatever they are, and refuses who comes with a token (https://docs.github.com/rest/credentials/revoke).
"""

from __future__ import annotations

from http import HTTPStatus

from irkit.drill.world.github_reply import Json, Reply, fault
from irkit.secret import Secret

REVOKE = "/credentials/revoke"
_REVOCABLE = ("ghp_", "github_pat_", "gho_", "ghu_", "ghr_")
_MOST = 1000


class GithubTokens:
    """Every token by its owner's login."""

    def __init__(self) -> None:
        self._alive: list[tuple[Secret, str]] = []

    def add(self, token: Secret, login: str) -> None:
        """Make a token known."""
        self._alive.append((token, login))

    def login(self, authorization: str) -> str | None:
        """Whose token a request came with; None when it is none, unknown or revoked."""
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() not in {"token", "bearer"} or not credentials:
            return None
        given = Secret(credentials)
        return next((login for token, login in self._alive if token.matches(given)), None)

    def revoke(self, authorization: str, given: Json) -> Reply:
        """Revoke those that are given, as GitHub does."""
        if authorization:
            return fault(HTTPStatus.FORBIDDEN, "This endpoint does not support authenticated requests")
        values = given.get("credentials")
        if not isinstance(values, list) or not 0 < len(values) <= _MOST:
            return fault(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid request. credentials must hold 1 to 1000 values.")
        gone = [Secret(str(value)) for value in values if value and str(value).startswith(_REVOCABLE)]
        self._alive = [(token, login) for token, login in self._alive if not any(token.matches(one) for one in gone)]
        return Reply(HTTPStatus.ACCEPTED, {})
