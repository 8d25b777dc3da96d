"""KMS in the emulator: grants that give access, and bind as late as any write."""

from __future__ import annotations

import time
from collections.abc import Iterable
from types import ModuleType

from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.laws.asgi import Answer, Handler
from irkit.drill.world.laws.passage import current
from irkit.drill.world.laws.spreading import Spreading

_WRITES = {"CreateGrant", "RevokeGrant", "RetireGrant"}


class KmsLaw:
    """KMS's operations, and its grants as they bind."""

    def __init__(self, handler: Handler, module: ModuleType) -> None:
        self._handler = handler
        self._module = module
        self._spreading: Spreading[object, JsonObject] = Spreading()

    async def handle(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        """One call of KMS."""
        told = await self._handler(method, path, headers, body, query)
        if headers.get("x-amz-target", "").rpartition(".")[2] in _WRITES:
            note = current.get()
            wait = note.iam_delay if note else 0
            grants = self._module.__dict__["_grants"].to_dict()
            state = {
                key: {name: value for name, value in one.items() if name != "_tokens"} for key, one in grants.items()
            }
            self._spreading.write(state, time.monotonic(), lambda: wait)
        return told

    def grants(self) -> Iterable[JsonObject]:
        """Those that bind."""
        return self._spreading.bound(time.monotonic()).values()

    def settle(self) -> None:
        """Lets everything bind now."""
        self._spreading.settle()
