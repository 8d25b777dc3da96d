"""``RotateKeyOnDemand`` and ``ListKeyRotations``, which the emulator lacks (KMS API reference).

Old material is kept, as in AWS: what was sealed before the rotation still opens. A rotation takes its time, as in AWS:
until it is completed, it is in no list, and ``GetKeyRotationStatus`` says since when it is under way.
"""

from __future__ import annotations

import threading
import time

from irkit.drill.world.json_shape import Json, JsonObject, at, mapping, parsed, text, written
from irkit.drill.world.laws.asgi import Answer, Handler

_OK, _REFUSED = 200, 400
_JSON = {"Content-Type": "application/x-amz-json-1.1"}
_ANSWERED = frozenset({"RotateKeyOnDemand", "ListKeyRotations", "GetKeyRotationStatus"})
TAKES_S = 2.0
"""How long a rotation is under way; in AWS it is minutes."""


class KeyRotation:
    """The rotations of every key, in front of the emulator's own handler of KMS."""

    def __init__(self, handler: Handler, takes_s: float = TAKES_S) -> None:
        self._handler = handler
        self._takes_s = takes_s
        self._asked: dict[str, list[float]] = {}
        """When each rotation was asked for, by the key's id."""
        self._lock = threading.Lock()

    async def handle(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        """One call of KMS; a key is looked up as DescribeKey does."""
        target = headers.get("x-amz-target", "")
        operation = target.rpartition(".")[2]
        if operation not in _ANSWERED:
            return await self._handler(method, path, headers, body, query)
        asked = {**headers, "x-amz-target": target.replace(operation, "DescribeKey")}
        only: JsonObject = {"KeyId": mapping(parsed(body)).get("KeyId")}
        told = await self._handler(method, path, asked, written(only), query)
        if told[0] != _OK:
            return told
        key = mapping(at(mapping(parsed(told[2])), "KeyMetadata"))
        if operation == "GetKeyRotationStatus":
            status, _, answer = await self._handler(method, path, headers, body, query)
            return status, dict(_JSON), written({**mapping(parsed(answer)), **self._under_way(text(key.get("KeyId")))})
        if operation == "RotateKeyOnDemand" and text(key.get("KeyState")) != "Enabled":
            error: JsonObject = {"__type": "DisabledException", "message": f"{text(key.get('Arn'))} is disabled."}
            return _REFUSED, dict(_JSON), written(error)
        return _OK, dict(_JSON), written(self._answer(operation, text(key.get("KeyId"))))

    def _answer(self, operation: str, key_id: str) -> JsonObject:
        with self._lock:
            asked = self._asked.setdefault(key_id, [])
            if operation == "RotateKeyOnDemand":
                asked.append(time.time())
                return {"KeyId": key_id}
            completed = (when + self._takes_s for when in asked)
            rows: list[Json] = [
                {"KeyId": key_id, "RotationDate": when, "RotationType": "ON_DEMAND"}
                for when in completed
                if when <= time.time()
            ]
            return {"Rotations": rows, "Truncated": False}

    def _under_way(self, key_id: str) -> JsonObject:
        with self._lock:
            since = [when for when in self._asked.get(key_id, ()) if when + self._takes_s > time.time()]
        return {"OnDemandRotationStartDate": since[0]} if since else {}
