"""How GitHub's REST interface is called: one session through PyGithub, every call noted, every refusal in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from pydantic import JsonValue

from irkit.clients.call_record import CallLog
from irkit.errors import Denied, NotFound, OutsideError, Throttled, Unreachable
from irkit.secret import Secret

if TYPE_CHECKING:
    from github import Github
    from github.GithubException import GithubException
    from urllib3.util import Retry

TIMEOUT_SECONDS = 15
_PAGE = 100
_CHUNK_BYTES = 1 << 18
_PATIENCE_SECONDS = 60
"""When GitHub wants a pause, one of up to so long is made."""


class GithubApi:
    """GitHub as one caller. ``base_url`` is ``https://api.github.com``, or ``https://HOST/api/v3`` of a server."""

    def __init__(self, base_url: str, token: Secret, calls: CallLog | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._calls = calls or CallLog()
        self._api: Github | None = None

    def call(self, method: str, path: str, body: Mapping[str, JsonValue] | None = None) -> Mapping[str, Any]:
        """One call; gives the answer's JSON object, empty when there is none.

        Raises ``Denied``, ``NotFound``, ``Throttled``, ``Unreachable`` or ``OutsideError``.
        """
        with self.answers(f"{method} {path}"):
            _, answer = self.library.requester.requestJsonAndCheck(
                method, path, input=None if body is None else dict(body)
            )
            return answer or {}

    def rows(self, path: str, word: str = "", **asked: str) -> list[Mapping[str, Any]]:
        """All pages of a list; ``word`` names the field that the rows are in, where it is not the answer itself."""
        rows: list[Mapping[str, Any]] = []
        number = 1
        while True:
            query = {**asked, "per_page": str(_PAGE), "page": str(number)}
            with self.answers(f"GET {path}"):
                _, answer = self.library.requester.requestJsonAndCheck("GET", path, parameters=query)
            found = (answer or {}).get(word, []) if word else (answer or [])
            rows += found
            if len(found) < _PAGE:
                return rows
            number += 1

    def place(self, path: str) -> str:
        """Where a file lies: GitHub redirects to a short-lived address, which needs no token.

        Raises ``NotFound`` when it was deleted or has expired (404, 410).
        """
        import requests

        headers = {"Authorization": f"Bearer {self._token.reveal()}", "User-Agent": "irkit"}
        with self.answers(f"GET {path}"):
            first = requests.get(self.base_url + path, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            if first.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                raise NotFound(f"GitHub GET {path}: {first.status_code}", hint="it was deleted, or has expired")
            _require(first.status_code == HTTPStatus.FOUND, path, first.status_code)
            return first.headers["Location"]

    def fetch(self, path: str) -> Iterator[bytes]:
        """A file, in chunks. Raises as ``place`` does."""
        import requests

        where = self.place(path)
        with (
            self.answers(f"GET {path}, the file"),
            requests.get(where, timeout=TIMEOUT_SECONDS, stream=True) as answer,
        ):
            _require(answer.ok, path, answer.status_code)
            yield from answer.iter_content(_CHUNK_BYTES)

    @contextmanager
    def answers(self, what: str) -> Iterator[None]:
        """Note the call, and turn what PyGithub and requests raise into what it means for irkit."""
        from github.GithubException import GithubException
        from requests.exceptions import RequestException

        try:
            yield
        except GithubException as error:
            self._calls.note(f"github: {what}", request_id=_request_id(error), error=str(error.status))
            raise _meaning(what, error) from None
        except OutsideError as error:
            self._calls.note(f"github: {what}", error=type(error).__name__)
            raise
        except RequestException as error:
            self._calls.note(f"github: {what}", error=type(error).__name__)
            msg = f"GitHub {what}: no answer ({type(error).__name__})"
            raise Unreachable(msg, hint="look at GitHub's status page, or at the configured address") from None
        self._calls.note(f"github: {what}")

    @property
    def library(self) -> Github:
        """PyGithub's own face of it, for what it does well."""
        if self._api is None:
            from github import Auth, Github

            self._api = Github(
                base_url=self.base_url,
                auth=Auth.Token(self._token.reveal()),
                timeout=TIMEOUT_SECONDS,
                retry=_patient(),
                per_page=_PAGE,
                user_agent="irkit",
                seconds_between_requests=0,
                seconds_between_writes=0,
            )
        return self._api


def _patient() -> Retry:
    """Reading again after faults, and after the pause that a refusal asks for (``Retry-After``), where it is short.

    Source: GitHub, "Rate limits for the REST API": exceeding a secondary limit gives 403 or 429 with that header.
    """
    from urllib3.exceptions import MaxRetryError, ResponseError
    from urllib3.util import Retry

    class Patient(Retry):
        RETRY_AFTER_STATUS_CODES = frozenset({403, 429, 503})

        def increment(self, method: Any = None, url: Any = None, response: Any = None, *rest: Any, **more: Any) -> Self:
            pause = None if response is None else self.get_retry_after(response)
            if pause is not None and pause > _PATIENCE_SECONDS:
                raise MaxRetryError(more["_pool"], url, ResponseError("a long pause was asked for"))
            return super().increment(method, url, response, *rest, **more)

    return Patient(total=2, status_forcelist=(502, 503, 504), backoff_factor=0.2, raise_on_status=False)


def _require(holds: bool, path: str, status: int) -> None:  # noqa: FBT001 - a condition, as in assert
    if not holds:
        raise OutsideError(f"GitHub GET {path}: {status} where a file was expected")


def _request_id(error: GithubException) -> str:
    return next((value for name, value in (error.headers or {}).items() if name.lower() == "x-github-request-id"), "")


def _meaning(what: str, error: GithubException) -> OutsideError:
    data = error.data if isinstance(error.data, Mapping) else {}
    text = f"GitHub {what}: {error.status} {data.get('message', '')}".rstrip()
    if error.status == HTTPStatus.TOO_MANY_REQUESTS or "rate limit" in text.lower():
        return Throttled(text, hint="wait until the rate limit is over, then retry the step")
    if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Denied(text, hint="check the token's permissions: contents, administration, secrets, pull requests")
    if error.status == HTTPStatus.NOT_FOUND:
        return NotFound(
            text, hint="check the repository's name; GitHub also answers 404 to a token that may not see it"
        )
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(text, hint="look at GitHub's status page")
    return OutsideError(text)
