"""A Slack Web API server with the methods irkit uses: channels, messages with metadata, pins, limits, errors, outage.

Bodies follow https://docs.slack.dev/reference/methods; Block Kit limits https://docs.slack.dev/reference/block-kit/blocks.
Every message is appended to ``slack.jsonl`` in the server's folder.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, NamedTuple, cast
from urllib.parse import parse_qs, urlsplit

from pydantic import JsonValue

from irkit.drill.world.loopback_server import LoopbackHandler, LoopbackServer
from irkit.drill.world.slack_limits import blocks_fault
from irkit.secret import Secret

Json = dict[str, JsonValue]
_TOPIC_LIMIT = 250
_NAME_LIMIT = 80
_TEXT_LIMIT = 40_000
_FORM_ONLY = {
    "conversations.list", "conversations.info", "conversations.members", "conversations.history",
    "conversations.replies",
    "users.lookupByEmail",
}  # fmt: skip


class SlackFault(Exception):
    """Slack's own error code: the answer is ``{"ok": false, "error": code}``."""


class SlackChannel(NamedTuple):
    """A channel, its members and its messages, oldest first."""

    id: str
    name: str
    facts: Json
    members: list[str]
    messages: list[Json]
    pins: list[str]


class _SlackHandler(LoopbackHandler):
    """One Web API call: form, query or JSON arguments, a JSON answer."""

    def do_POST(self) -> None:
        self._serve()

    do_GET = do_POST  # noqa: N815 - a name the parent looks up

    def _serve(self) -> None:
        owner = cast("SlackServer", self.server.owner)
        body = self.body()
        method = self.route.removeprefix("/api/")
        wait = owner.wait_for(method)
        if wait:
            self.answer_json(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(wait)})
            return
        given: Json = {key: values[-1] for key, values in parse_qs(urlsplit(self.path).query).items()}
        if "json" in self.headers.get("Content-Type", ""):
            given |= {} if method in _FORM_ONLY else cast("Json", json.loads(body or b"{}"))
        else:
            given |= {key: values[-1] for key, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        self.answer_json(200, owner.reply(method, self.headers.get("Authorization", ""), given))


class SlackServer(LoopbackServer):
    """Answers ``<url>/api/<method>`` to those who hold the token. ``base_url`` is what a client is pointed at."""

    handler: ClassVar[type[LoopbackHandler]] = _SlackHandler

    def __init__(self, root: Path, token: Secret, people: tuple[str, ...] = ("ada", "ben", "chiara", "dana")) -> None:
        super().__init__()
        self.root = root
        self.token = token
        self.bot = "U0IRKIT"
        self._people = {f"U{number:07d}": name for number, name in enumerate(people, start=1)}
        self._channels: dict[str, SlackChannel] = {}
        self._lock = threading.Lock()
        self._limits: dict[str, list[int]] = {}
        self._last = 0
        self._methods: dict[str, Callable[[Json], Json]] = {
            "auth.test": self._auth_test,
            "users.lookupByEmail": self._find_user,
            "conversations.create": self._create,
            "conversations.list": self._list,
            "conversations.info": lambda given: {"channel": self._told(self._channel(given))},
            "conversations.invite": self._invite,
            "conversations.members": self._members,
            "conversations.setTopic": self._set_topic,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "pins.add": self._pin,
        }
        for name in ("general", "security"):
            self._add(name)

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT/api/``, as slack_sdk wants it."""
        return f"{self.url}/api/"

    def limit(self, method: str, times: int, retry_after: int = 1) -> None:
        """Answer the next ``times`` calls of a method with 429 and ``Retry-After`` in seconds."""
        with self._lock:
            self._limits[method] = [retry_after] * times

    def wait_for(self, method: str) -> int:
        """Seconds to wait as a planted rate limit demands; 0 when there is none."""
        with self._lock:
            waits = self._limits.get(method, [])
            return waits.pop() if waits else 0

    def messages(self, channel: str) -> list[Json]:
        """The messages of a channel by name, oldest first."""
        return [message for found in self._channels.values() if found.name == channel for message in found.messages]

    def reply(self, method: str, authorization: str, given: Json) -> Json:
        """The answer to one call."""
        token = authorization.removeprefix("Bearer ") or str(given.pop("token", ""))
        if not token or not self.token.matches(Secret(token)):
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        if method not in self._methods:
            return {"ok": False, "error": "unknown_method"}
        try:
            with self._lock:
                return {"ok": True} | self._methods[method](given)
        except SlackFault as fault:
            return {"ok": False, "error": str(fault)}

    def _auth_test(self, _: Json) -> Json:
        return {
            "url": f"{self.url}/",
            "team": "Acme",
            "user": "irkit",
            "team_id": "T0ACME",
            "user_id": self.bot,
            "bot_id": "B0IRKIT",
        }

    def _find_user(self, given: Json) -> Json:
        for number, name in self._people.items():
            if given.get("email") == f"{name}@acme.example":
                return {
                    "user": {"id": number, "name": name, "deleted": False, "profile": {"email": given.get("email")}}
                }
        raise SlackFault("users_not_found")

    def _create(self, given: Json) -> Json:
        name = str(given.get("name", ""))
        if (
            not name
            or len(name) > _NAME_LIMIT
            or not all(letter.islower() or letter.isdigit() or letter in "-_" for letter in name)
        ):
            raise SlackFault("invalid_name_specials" if name else "invalid_name_required")
        if any(found.name == name for found in self._channels.values()):
            raise SlackFault("name_taken")
        return {"channel": self._told(self._add(name, private=str(given.get("is_private")).lower() in {"true", "1"}))}

    def _add(self, name: str, *, private: bool = False) -> SlackChannel:
        number = f"C{len(self._channels) + 1:07d}"
        facts: Json = {
            "is_private": private,
            "is_archived": False,
            "created": int(time.time()),
            "topic": "",
            "creator": self.bot,
        }
        self._channels[number] = SlackChannel(number, name, facts, [self.bot], [], [])
        return self._channels[number]

    def _list(self, given: Json) -> Json:
        size = int(str(given.get("limit") or 100))
        start = int(str(given.get("cursor") or 0))
        found = list(self._channels.values())
        after = str(start + size) if start + size < len(found) else ""
        listed: list[JsonValue] = [self._told(channel) for channel in found[start : start + size]]
        return {"channels": listed, "response_metadata": {"next_cursor": after}}

    def _invite(self, given: Json) -> Json:
        channel = self._channel(given)
        wanted = [user for user in str(given.get("users", "")).split(",") if user]
        if not wanted or any(user not in self._people for user in wanted):
            raise SlackFault("user_not_found" if wanted else "no_user")
        if all(user in channel.members for user in wanted):
            raise SlackFault("already_in_channel")
        channel.members.extend(user for user in wanted if user not in channel.members)
        return {"channel": self._told(channel)}

    def _members(self, given: Json) -> Json:
        members: list[JsonValue] = [*self._channel(given).members]
        return {"members": members, "response_metadata": {"next_cursor": ""}}

    def _set_topic(self, given: Json) -> Json:
        channel = self._channel(given)
        topic = str(given.get("topic", ""))
        if len(topic) > _TOPIC_LIMIT:
            raise SlackFault("too_long")
        channel.facts["topic"] = topic
        return {"channel": self._told(channel)}

    def _history(self, given: Json) -> Json:
        channel = self._channel(given)
        top = [
            message
            for message in reversed(channel.messages)
            if message.get("thread_ts", message["ts"]) == message["ts"]
        ]
        return self._page(top, given)

    def _replies(self, given: Json) -> Json:
        channel = self._channel(given)
        thread = [
            message for message in channel.messages if given.get("ts") in {message["ts"], message.get("thread_ts")}
        ]
        if not thread:
            raise SlackFault("thread_not_found")
        return self._page(thread, given)

    def _page(self, messages: list[Json], given: Json) -> Json:
        size = int(str(given.get("limit") or 100))
        start = int(str(given.get("cursor") or 0))
        hidden = set() if str(given.get("include_all_metadata")).lower() in {"true", "1"} else {"metadata"}
        shown: list[JsonValue] = [
            {key: value for key, value in message.items() if key not in hidden}
            for message in messages[start : start + size]
        ]
        more = start + size < len(messages)
        return {
            "messages": shown,
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + size) if more else ""},
        }

    def _post(self, given: Json) -> Json:
        channel = self._channel(given)
        blocks = _parsed(given.get("blocks"), "invalid_blocks_format") or []
        text = str(given.get("text") or "")
        if not text and not blocks:
            raise SlackFault("no_text")
        if len(text) > _TEXT_LIMIT:
            raise SlackFault("msg_too_long")
        if fault := blocks_fault(blocks):
            raise SlackFault(fault)
        message: Json = {
            "type": "message",
            "user": self.bot,
            "bot_id": "B0IRKIT",
            "text": text,
            "ts": self._stamp(),
            "blocks": blocks,
        }
        if metadata := _parsed(given.get("metadata"), "invalid_metadata_format"):
            message["metadata"] = metadata
        if given.get("thread_ts"):
            message["thread_ts"] = given["thread_ts"]
        channel.messages.append(message)
        self._keep("posted", channel, message)
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    def _update(self, given: Json) -> Json:
        channel = self._channel(given)
        for message in channel.messages:
            if message["ts"] == given.get("ts"):
                message |= {"text": str(given.get("text") or ""), "edited": {"user": self.bot, "ts": self._stamp()}}
                if given.get("blocks"):
                    message["blocks"] = _parsed(given["blocks"], "invalid_blocks_format")
                self._keep("updated", channel, message)
                return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}
        raise SlackFault("message_not_found")

    def _pin(self, given: Json) -> Json:
        channel = self._channel(given)
        stamp = str(given.get("timestamp", ""))
        if all(message["ts"] != stamp for message in channel.messages):
            raise SlackFault("message_not_found")
        if stamp in channel.pins:
            raise SlackFault("already_pinned")
        channel.pins.append(stamp)
        return {}

    def _channel(self, given: Json) -> SlackChannel:
        found = self._channels.get(str(given.get("channel", "")))
        if found is None:
            raise SlackFault("channel_not_found")
        return found

    def _told(self, channel: SlackChannel) -> Json:
        topic = {"value": channel.facts["topic"], "creator": self.bot, "last_set": 0}
        return channel.facts | {
            "id": channel.id, "name": channel.name, "is_channel": True, "is_member": True,
            "topic": cast("JsonValue", topic),
            "num_members": len(channel.members),
        }  # fmt: skip

    def _stamp(self) -> str:
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def _keep(self, what: str, channel: SlackChannel, message: Json) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "slack.jsonl").open("a") as store:
            store.write(json.dumps({"what": what, "channel": channel.name, "message": message}) + "\n")


def _parsed(value: JsonValue, fault: str) -> JsonValue:
    if not isinstance(value, str) or not value:
        return value
    try:
        return cast("JsonValue", json.loads(value))
    except json.JSONDecodeError:
        raise SlackFault(fault) from None
