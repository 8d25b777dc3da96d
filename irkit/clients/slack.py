"""Slack's Web API as irkit uses it, through slack_sdk: an incident's channel, and messages that arrive once.

Every message carries metadata (``event_type`` ``irkit``, ``event_payload`` ``{"token": ...}``); before posting anew,
the channel's history is asked for that token. Source: https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import JsonValue

from irkit.clients.call_record import CallLog
from irkit.errors import Denied, NotFound, OutsideError, Throttled, Unreachable
from irkit.secret import Secret

if TYPE_CHECKING:
    from slack_sdk import WebClient

_TIMEOUT_SECONDS = 15
_PAGE = 200
_DENIED = {
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
    "no_permission",
    "not_in_channel", "restricted_action", "ekm_access_denied",
}  # fmt: skip
_NOT_FOUND = {"channel_not_found", "users_not_found", "user_not_found", "message_not_found", "thread_not_found"}
_READS = {"conversations.list", "conversations.members", "conversations.history", "users.lookupByEmail", "auth.test"}
"""Methods that take form or query arguments alone; the others take JSON."""
_DONE_BEFORE = {"already_in_channel", "already_pinned"}

Block = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Channel:
    """A channel as Slack tells it."""

    id: str
    name: str
    topic: str


@dataclass(frozen=True)
class Message:
    """A message that is there: ``ts`` is its id within the channel."""

    channel_id: str
    ts: str
    text: str


class Slack(Protocol):
    """What irkit asks of Slack."""

    def identity(self) -> str:
        """``team/user`` that the token belongs to."""

    def channel(self, name: str) -> Channel | None:
        """A channel by its name (a leading ``#`` is taken off) or id; None when there is none we can see."""

    def create_channel(self, name: str) -> Channel:
        """Open a public channel. Raises OutsideError when the name is taken."""

    def set_topic(self, channel_id: str, topic: str) -> None:
        """Set a channel's topic, at most 250 characters."""

    def user_id(self, email: str) -> str:
        """A person's id by email address. Raises NotFound."""

    def invite(self, channel_id: str, users: Sequence[str]) -> None:
        """Bring people in; those who are in already are fine."""

    def members(self, channel_id: str) -> Sequence[str]:
        """User ids of who is in a channel."""

    def find_message(self, channel_id: str, token: str) -> Message | None:
        """Our message of this token, if it arrived."""

    def post(self, channel_id: str, text: str, blocks: Sequence[Block], token: str) -> Message:
        """Post once: a message of this token that is there already is given instead."""

    def pin(self, message: Message) -> None:
        """Pin a message to its channel; one that is pinned already is fine."""


class SlackWeb:
    """Slack through slack_sdk. ``base_url`` ends in ``/api/``; the usual one is ``https://slack.com/api/``."""

    def __init__(self, base_url: str, token: Secret, calls: CallLog | None = None) -> None:
        self._base_url = f"{base_url.rstrip('/')}/"
        self._token = token
        self._calls = calls or CallLog()
        self._api: WebClient | None = None

    def identity(self) -> str:
        """``team/user`` that the token belongs to."""
        told = self._call("auth.test")
        return f"{told['team']}/{told['user']}"

    def channel(self, name: str) -> Channel | None:
        """A channel by its name (a leading ``#`` is taken off) or id; None when there is none we can see."""
        wanted = name.removeprefix("#")
        arguments = {"exclude_archived": "true", "types": "public_channel,private_channel"}
        for told in self._pages("conversations.list", "channels", arguments):
            if wanted in {told["name"], told["id"]}:
                return _channel(told)
        return None

    def create_channel(self, name: str) -> Channel:
        """Open a public channel. Raises OutsideError when the name is taken."""
        return _channel(self._call("conversations.create", name=name)["channel"])

    def set_topic(self, channel_id: str, topic: str) -> None:
        """Set a channel's topic, at most 250 characters."""
        self._call("conversations.setTopic", channel=channel_id, topic=topic)

    def user_id(self, email: str) -> str:
        """A person's id by email address. Raises NotFound."""
        return str(self._call("users.lookupByEmail", email=email)["user"]["id"])

    def invite(self, channel_id: str, users: Sequence[str]) -> None:
        """Bring people in; those who are in already are fine."""
        self._call("conversations.invite", channel=channel_id, users=",".join(users))

    def members(self, channel_id: str) -> Sequence[str]:
        """User ids of who is in a channel."""
        return tuple(str(user) for user in self._pages("conversations.members", "members", {"channel": channel_id}))

    def find_message(self, channel_id: str, token: str) -> Message | None:
        """Our message of this token, if it arrived."""
        arguments = {"channel": channel_id, "include_all_metadata": "true"}
        for told in self._pages("conversations.history", "messages", arguments):
            metadata = told.get("metadata") or {}
            if metadata.get("event_type") == "irkit" and metadata.get("event_payload", {}).get("token") == token:
                return Message(channel_id, told["ts"], told.get("text", ""))
        return None

    def post(self, channel_id: str, text: str, blocks: Sequence[Block], token: str) -> Message:
        """Post once: a message of this token that is there already is given instead."""
        there = self.find_message(channel_id, token)
        if there is not None:
            return there
        told = self._call(
            "chat.postMessage", channel=channel_id, text=text, blocks=[dict(block) for block in blocks],
            unfurl_links=False,
            metadata={"event_type": "irkit", "event_payload": {"token": token}},
        )  # fmt: skip
        return Message(str(told["channel"]), str(told["ts"]), text)

    def pin(self, message: Message) -> None:
        """Pin a message to its channel; one that is pinned already is fine."""
        self._call("pins.add", channel=message.channel_id, timestamp=message.ts)

    def _pages(self, method: str, key: str, arguments: Mapping[str, Any]) -> Iterator[Any]:
        cursor = ""
        while True:
            told = self._call(method, **arguments, limit=_PAGE, **({"cursor": cursor} if cursor else {}))
            yield from told.get(key, [])
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        from slack_sdk.errors import SlackApiError, SlackClientError

        api: Callable[..., Any] = self._client().api_call
        given: Mapping[str, Any] = (
            {"http_verb": "GET", "params": arguments} if method in _READS else {"json": arguments}
        )
        try:
            told = api(method, **given)
        except SlackApiError as error:
            code = str(error.response.get("error", "")) if isinstance(error.response.data, dict) else ""
            self._calls.note(f"slack: {method}", error=code or str(error.response.status_code))
            if code in _DONE_BEFORE:
                return {}
            raise _meaning(method, error.response.status_code, code) from None
        except (SlackClientError, OSError) as error:
            self._calls.note(f"slack: {method}", error=type(error).__name__)
            msg = f"Slack {method}: no answer ({type(error).__name__})"
            raise Unreachable(msg, hint="look at Slack's status page; the message can arrive late") from None
        self._calls.note(f"slack: {method}", request_id=str(told.headers.get("x-slack-req-id", "")))
        return dict(told.data)

    def _client(self) -> WebClient:
        if self._api is None:
            from slack_sdk import WebClient
            from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

            self._api = WebClient(self._token.reveal(), base_url=self._base_url, timeout=_TIMEOUT_SECONDS)
            self._api.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
        return self._api


def incident_channel(prefix: str, incident: str) -> str:
    """The name of an incident's channel: ``inc-0042`` for ``INC-0042``, ``inc-drill-0007`` for ``DRILL-0007``."""
    return f"{prefix}{incident.lower().removeprefix('inc-')}"


def _channel(told: Mapping[str, Any]) -> Channel:
    return Channel(str(told["id"]), str(told["name"]), str((told.get("topic") or {}).get("value", "")))


def _meaning(method: str, status: int, code: str) -> OutsideError:
    text = f"Slack {method}: {code or f'HTTP {status}'}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or code == "ratelimited":
        return Throttled(text, hint="Slack asked us to slow down; retry the step in a minute")
    if code in _DENIED:
        return Denied(text, hint="check the bot token and its scopes, and that the bot is in the channel")
    if code in _NOT_FOUND:
        return NotFound(text)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in {"internal_error", "fatal_error", "service_unavailable"}:
        return Unreachable(text, hint="look at Slack's status page; the message can arrive late")
    return OutsideError(text)
