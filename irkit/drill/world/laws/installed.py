"""Puts the rehearsal's laws into the emulator, before it starts.

ministack is pinned to one version; each name that is replaced here must be there, or the start fails and says so.
"""

from __future__ import annotations

import hmac
import importlib
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import ModuleType
from typing import TypeAlias
from urllib.parse import parse_qs, urlencode

from irkit.drill.world.json_shape import JsonObject, mapping, parsed, written
from irkit.drill.world.key_ids import key_id
from irkit.drill.world.laws.bound_iam import BoundIam
from irkit.drill.world.laws.gate import Gate
from irkit.drill.world.laws.organization import OTHER_MEMBER, Organization, OrganizationRefused
from irkit.drill.world.laws.passage import PASSAGE, SETTLE, SETTLE_TOKEN, current, passage_note
from irkit.drill.world.laws.quarantine import Quarantine

Answer: TypeAlias = "tuple[int, dict[str, str], bytes]"
Handler: TypeAlias = "Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]]"
_JSON = {"Content-Type": "application/x-amz-json-1.1"}
_KEYS_A_USER = 2
_OF_ONESELF = frozenset(
    {
        "ChangePassword",
        "CreateAccessKey",
        "DeleteAccessKey",
        "GetUser",
        "ListAccessKeys",
        "ListMFADevices",
        "UpdateAccessKey",
    }
)
"""IAM operations that mean the caller's own user when no ``UserName`` is given (IAM API reference)."""


def install() -> None:
    """Replaces what must be replaced. Raises RuntimeError when this ministack lacks one of the names."""
    app, services = _module("app"), _module("services")
    evaluator, actions = _module("core.iam_evaluator"), _module("core.iam_actions")
    iam = _module("services.iam")
    _check(iam, "_gen_access_key_id", "_gen_session_access_key", "_access_keys", "_error")
    _check(app, "app", "SERVICE_HANDLERS")
    _check(evaluator, "enforce", "resolve_principal", "AuthError", "EvalResult")
    _check(actions, "access_denied_response")
    responses = _module("core.responses")
    for name, prefix in (("_gen_access_key_id", "AKIA"), ("_gen_session_access_key", "ASIA")):
        setattr(iam, name, lambda prefix=prefix: key_id(prefix, responses.get_account_id()))
    quarantine = Quarantine(_organization())
    bound, gate = BoundIam(iam), Gate(evaluator, quarantine)
    services.__dict__["iam"] = bound
    evaluator.__dict__["enforce"] = gate.enforce
    _reword(actions, gate)
    handlers: dict[str, Handler] = app.__dict__["SERVICE_HANDLERS"]
    handlers["iam"] = _Iam(handlers["iam"], iam, bound, evaluator).handle
    handlers["organizations"] = _organizations(quarantine, responses)
    app.__dict__["app"] = _Door(app.__dict__["app"], (bound.settle, quarantine.settle)).answer


def _organization() -> Organization | None:
    own, management = os.environ["MINISTACK_ACCOUNT_ID"], os.environ["REHEARSAL_MANAGEMENT"]
    if not management:
        return None
    members = {own: "production"} if own != management else {}
    return Organization(management, {**members, OTHER_MEMBER: "sandbox"})


class _Door:
    """The emulator's ASGI entry, which reads the proxy's note off each request first."""

    def __init__(self, app: _App, settlers: Sequence[Callable[[], None]]) -> None:
        self._app = app
        self._settlers = settlers
        self._token = os.environ["REHEARSAL_TOKEN"].encode()

    async def answer(self, scope: dict[str, object], receive: object, send: _Send) -> None:
        """One connection event of ASGI."""
        headers = scope.get("headers") if scope.get("type") == "http" else None
        found = {name.lower(): value for name, value in headers} if isinstance(headers, list) else {}
        if scope.get("path") == SETTLE and scope.get("type") == "http":
            await self._settle(found.get(SETTLE_TOKEN.lower().encode(), b""), send)
            return
        told = found.get(PASSAGE.lower().encode(), b"")
        note = passage_note(told.decode()) if told else None
        current.set(note)
        if note is not None:
            scope = {**scope, "client": (note.source_ip, 0)}
        await self._app(scope, receive, send)

    async def _settle(self, token: bytes, send: _Send) -> None:
        is_known = hmac.compare_digest(token, self._token)
        for settle in self._settlers if is_known else ():
            settle()
        await send({"type": "http.response.start", "status": 200 if is_known else 403, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class _Iam:
    """IAM's operations: what the caller leaves out, the quota of keys, and the spreading of what they write."""

    def __init__(self, handler: Handler, module: ModuleType, bound: BoundIam, evaluator: ModuleType) -> None:
        self._handler = handler
        self._module = module
        self._bound = bound
        self._evaluator = evaluator

    async def handle(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        """One call of IAM."""
        asked = {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        action = asked.get("Action", "")
        caller: str = self._evaluator.caller_arn()
        if action in _OF_ONESELF and not asked.get("UserName") and ":user/" in caller:
            asked["UserName"] = caller.rpartition("/")[2]
            body = urlencode(asked).encode()
        if action == "CreateAccessKey" and self._has_no_room(asked.get("UserName", "")):
            message = f"Cannot exceed quota for AccessKeysPerUser: {_KEYS_A_USER}"
            refused: Answer = self._module.__dict__["_error"](409, "LimitExceeded", message, ns="iam")
            return refused
        told = await self._handler(method, path, headers, body, query)
        if not action.startswith(("Get", "List", "Simulate", "Generate")):
            note = current.get()
            self._bound.wrote(note.iam_delay if note else 0)
        return told

    def _has_no_room(self, user: str) -> bool:
        keys = self._module.__dict__["_access_keys"].values()
        return sum(1 for key in keys if key["UserName"] == user) >= _KEYS_A_USER


def _organizations(quarantine: Quarantine, responses: ModuleType) -> Handler:
    async def handle(
        _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
    ) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        note = current.get()
        try:
            told = quarantine.answer(
                responses.get_account_id(), operation, mapping(parsed(body)), note.scp_delay if note else 0
            )
        except OrganizationRefused as refused:
            error: JsonObject = {"__type": refused.code, "Message": refused.message}
            return 400, dict(_JSON), written(error | ({"Reason": refused.reason} if refused.reason else {}))
        return 200, dict(_JSON), written(told)

    return handle


def _reword(actions: ModuleType, gate: Gate) -> None:
    own: Callable[..., Answer] = actions.__dict__["access_denied_response"]

    def access_denied_response(*given: str, **named: object) -> Answer:
        words = gate.words()
        return own(*given, **{**named, "message": words} if words else named)

    actions.__dict__["access_denied_response"] = access_denied_response


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"ministack.{name}")


def _check(module: ModuleType, *names: str) -> None:
    missing = [name for name in names if name not in module.__dict__]
    if missing:
        msg = f"this ministack's {module.__name__} has no {', '.join(missing)}: the rehearsal's laws do not fit it"
        raise RuntimeError(msg)


_Send: TypeAlias = "Callable[[Mapping[str, object]], Awaitable[None]]"
_App: TypeAlias = "Callable[[dict[str, object], object, _Send], Awaitable[None]]"
