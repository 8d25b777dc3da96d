"""The world's own control port: flip faults, deliver logs, ask how things stand. Guarded by a token, loopback only.

``POST /faults`` takes any of ``{"service": "iam", "outage": "on"}`` (also ``aws``, ``github``, ``git``, ``slack``),
``{"service": "kms", "throttle": 3}``, ``{"iam_delay_s": 4}`` and ``{"scp_delay_s": 4}``.
``POST /deliver`` writes log files now.
``POST /settle`` lets every write that is still spreading bind.
``POST /intruder`` lets the intruder try each of its credentials again and tells what it gets.
``POST /revive`` with ``{"key_id": "AKIA..."}`` has an administrator make that key active again, if AWS lets them.
``POST /restart`` with ``{"service": "api"}`` restarts an app. ``GET /status`` tells the apps' health.
``GET /truth`` tells what really happened so far (``drill.world.truth``).
``POST /stop`` ends the world.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from irkit.drill.world.json_shape import Json, JsonObject, mapping, parsed
from irkit.drill.world.loopback_server import LoopbackHandler, LoopbackServer
from irkit.secret import Secret

Command = Callable[[JsonObject], JsonObject]
"""Takes the request's JSON and gives the answer's; raises ValueError for a wrong request."""


@dataclass(frozen=True)
class Commands:
    """What the port can do, by method and path: ``("POST", "/faults")``."""

    table: Mapping[tuple[str, str], Command]


class _Handler(LoopbackHandler):
    def _serve(self) -> None:
        control = self.server.owner
        assert isinstance(control, ControlServer)  # noqa: S101  the only owner this handler is given
        body = self.body()
        status, answer = control.answer_to(self.command, self.route, self.headers.get("Authorization", ""), body)
        self.answer_json(status, answer)

    do_GET = do_POST = _serve  # noqa: N815  names the parent looks up


class ControlServer(LoopbackServer):
    """Answers commands of whoever holds the token."""

    handler = _Handler

    def __init__(self, commands: Commands, token: Secret) -> None:
        super().__init__()
        self._commands = commands
        self._token = token

    def answer_to(self, method: str, route: str, authorization: str, body: bytes) -> tuple[int, Json]:
        """The HTTP status and the JSON of one answer."""
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self._token.reveal()}".encode()):
            return 401, {"error": "the control token is wanted"}
        command = self._commands.table.get((method, route))
        if command is None:
            return 404, {"error": f"no command {method} {route}"}
        try:
            return 200, command(mapping(parsed(body or b"{}")))
        except ValueError as error:
            return 400, {"error": str(error)}
