"""The emulator's entry, which reads the proxy's note off each request first, and takes the world's own orders."""

from __future__ import annotations

import hmac
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from irkit.drill.world.laws.passage import ORDER_TOKEN, ORDERS, PASSAGE, current, passage_note

Answer: TypeAlias = "tuple[int, dict[str, str], bytes]"
Handler: TypeAlias = "Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]]"
"""How the emulator answers for one service: method, path, headers, body and query."""
Event: TypeAlias = "Mapping[str, object]"
Send: TypeAlias = "Callable[[Event], Awaitable[None]]"
Receive: TypeAlias = "Callable[[], Awaitable[Event]]"
App: TypeAlias = "Callable[[dict[str, object], Receive, Send], Awaitable[None]]"
Order: TypeAlias = "Callable[[bytes], None]"
"""What the world can order, with the request's body."""


class Door:
    """Stands before the emulator. ``orders`` are by the last part of their path."""

    def __init__(self, app: App, orders: Mapping[str, Order]) -> None:
        self._app = app
        self._orders = orders
        self._token = os.environ["REHEARSAL_TOKEN"].encode()

    async def answer(self, scope: dict[str, object], receive: Receive, send: Send) -> None:
        """One connection event of ASGI."""
        if scope.get("type") != "http":
            await self._app(scope, receive, send)
            return
        listed = scope.get("headers")
        headers = {name.lower(): value for name, value in listed} if isinstance(listed, list) else {}
        path = str(scope.get("path"))
        if path.startswith(ORDERS):
            is_known = hmac.compare_digest(headers.get(ORDER_TOKEN.lower().encode(), b""), self._token)
            order = self._orders.get(path.removeprefix(ORDERS)) if is_known else None
            await _obey(order, receive, send)
            return
        told = headers.get(PASSAGE.lower().encode(), b"")
        note = passage_note(told.decode()) if told else None
        current.set(note)
        await self._app({**scope, "client": (note.source_ip, 0)} if note else scope, receive, send)


async def _obey(order: Order | None, receive: Receive, send: Send) -> None:
    body = b""
    while True:
        event = await receive()
        part = event.get("body", b"")
        body += part if isinstance(part, bytes) else b""
        if not event.get("more_body"):
            break
    if order is not None:
        order(body)
    await send({"type": "http.response.start", "status": 200 if order else 403, "headers": []})
    await send({"type": "http.response.body", "body": b""})
