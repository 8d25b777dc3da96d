"""``RotateKeyOnDemand`` and ``ListKeyRotations``, which the emulator lacks (KMS API reference).

Old material is kept, as in AWS: what was sealed before the rotation still opens.
"""

from __future__ import annotations

import threading
import time

from irkit.drill.world.json_shape import Json, JsonObject, at, mapping, parsed, text, written
from irkit.drill.world.laws.asgi import Answer, Handler

_OK, _REFUSED = 200, 400
_JSON = {"Content-Type": "application/x-amz-json-1.1"}


class KeyRotation:
    """The rotations of every key, in front of the emulator's own handler of KMS."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._made: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    async def handle(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        """One call of KMS; a key is looked up as DescribeKey does."""
        target = headers.get("x-amz-target", "")
        operation = target.rpartition(".")[2]
        if operation not in {"RotateKeyOnDemand", "ListKeyRotations"}:
            return await self._handler(method, path, headers, body, query)
        asked = {**headers, "x-amz-target": target.replace(operation, "DescribeKey")}
        only: JsonObject = {"KeyId": mapping(parsed(body)).get("KeyId")}
        told = await self._handler(method, path, asked, written(only), query)
        if told[0] != _OK:
            return told
        key = mapping(at(mapping(parsed(told[2])), "KeyMetadata"))
        if operation == "RotateKeyOnDemand" and text(key.get("KeyState")) != "Enabled":
            error: JsonObject = {"__type": "DisabledException", "message": f"{text(key.get('Arn'))} is disabled."}
            return _REFUSED, dict(_JSON), written(error)
        return _OK, dict(_JSON), written(self._answer(operation, text(key.get("KeyId"))))

    def _answer(self, operation: str, key_id: str) -> JsonObject:
        with self._lock:
            made = self._made.setdefault(key_id, [])
            if operation == "RotateKeyOnDemand":
                made.append(time.time())
                return {"KeyId": key_id}
            rows: list[Json] = [
                {"KeyId": key_id, "RotationDate": when, "RotationType": "ON_DEMAND"} for when in made
            ]  # fmt: skip
            return {"Rotations": rows, "Truncated": False}
