"""``ListSecrets`` tells the KMS key of each secret, as AWS does (Secrets Manager API reference, SecretListEntry).

The emulator keeps the key and tells it in DescribeSecret alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from irkit.drill.world.json_shape import Json, JsonObject, items, mapping, parsed, text, written
from irkit.drill.world.laws.asgi import Answer, Handler

_OK = 200


def with_keys(handler: Handler, module: ModuleType) -> Handler:
    """The emulator's handler of Secrets Manager, with the keys. ``module`` is the emulator's own."""
    held: Mapping[str, Mapping[str, str]] = module.__dict__["_secrets"]

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Answer:
        told = await handler(method, path, headers, body, query)
        if not headers.get("x-amz-target", "").endswith(".ListSecrets") or told[0] != _OK:
            return told
        answer = mapping(parsed(told[2]))
        rows: list[Json] = [_keyed(mapping(row), held) for row in items(answer.get("SecretList"))]
        return told[0], told[1], written({**answer, "SecretList": rows})

    return handle


def _keyed(row: JsonObject, held: Mapping[str, Mapping[str, str]]) -> JsonObject:
    key = held[text(row.get("Name"))].get("KmsKeyId")
    return {**row, "KmsKeyId": key} if key else row
