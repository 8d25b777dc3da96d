"""GitHub as somebody else's token sees it: whether it is alive, and how it is revoked without being anybody.

``POST /credentials/revoke`` takes no token of ours (with one it refuses, 403), 60 requests an hour, and answers 202
before the work is done. Its owner is told, and nobody can bring it back.
Source: https://docs.github.com/rest/credentials/revoke
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from irkit.clients.call_record import CallLog
from irkit.contract import Seen
from irkit.errors import OutsideError, Throttled, Unreachable
from irkit.secret import Secret

REVOCABLE = ("ghp_", "github_pat_", "gho_", "ghu_", "ghr_")
"""Personal tokens, old and fine-grained, and those of OAuth and GitHub apps. Not ``ghs_``, SSH and deploy keys."""
_TIMEOUT_SECONDS = 15
_REFRESH = "ghr_"


class TokenAnswer(NamedTuple):
    """What one call with a token showed; ``says`` in words, never the token."""

    seen: Seen
    says: str


def is_revocable(token: Secret) -> bool:
    """Whether GitHub revokes tokens of its kind for anybody who shows them."""
    return token.reveal().startswith(REVOCABLE)


class GitHubTokens:
    """``base_url`` is ``https://api.github.com``, or ``https://HOST/api/v3`` of a server."""

    def __init__(self, base_url: str, calls: CallLog | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._calls = calls or CallLog()

    def answer(self, token: Secret) -> TokenAnswer:
        """Ask GitHub who the token is. Only 200 and 401 say anything of it; a refresh token cannot be asked about."""
        import requests

        if token.reveal().startswith(_REFRESH):
            return TokenAnswer(Seen.UNKNOWN, "a refresh token cannot be asked about")
        headers = {"Authorization": f"Bearer {token.reveal()}", "User-Agent": "irkit"}
        try:
            answer = requests.get(f"{self._base_url}/user", headers=headers, timeout=_TIMEOUT_SECONDS)
        except requests.RequestException as error:
            self._calls.note("github: GET /user with the leaked token", error=type(error).__name__)
            return TokenAnswer(Seen.UNKNOWN, f"GitHub gave no answer ({type(error).__name__})")
        self._calls.note("github: GET /user with the leaked token", error="" if answer.ok else str(answer.status_code))
        says = f"GitHub answered GET /user with it by {answer.status_code}"
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            return TokenAnswer(Seen.DENIED, says)
        return TokenAnswer(Seen.ALIVE if answer.ok else Seen.UNKNOWN, says)

    def revoke(self, tokens: Sequence[Secret]) -> None:
        """Revoke up to 1,000 tokens for good. Raises ``Unreachable``, ``Throttled``, ``OutsideError``."""
        import requests

        what = f"github: POST /credentials/revoke ({len(tokens)})"
        body = {"credentials": [token.reveal() for token in tokens]}
        try:
            answer = requests.post(
                f"{self._base_url}/credentials/revoke",
                json=body,
                headers={"User-Agent": "irkit"},
                timeout=_TIMEOUT_SECONDS,
            )
        except requests.RequestException as error:
            self._calls.note(what, error=type(error).__name__)
            msg = f"GitHub gave no answer to POST /credentials/revoke ({type(error).__name__})"
            raise Unreachable(msg, hint="look at GitHub's status page") from None
        self._calls.note(what, error="" if answer.ok else str(answer.status_code))
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Throttled("GitHub takes 60 such requests an hour", hint="wait, then retry the step")
        if answer.status_code != HTTPStatus.ACCEPTED:
            raise OutsideError(f"GitHub POST /credentials/revoke: {answer.status_code}")
