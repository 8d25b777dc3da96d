"""JSON values as the rehearsal cloud handles them: plain data, narrowed without guessing.

The consumer apps import this, so it imports nothing but the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"


def parsed(data: bytes | str) -> Json:
    """The value written in ``data``; ``None`` when it is no JSON."""
    try:
        value: Json = json.loads(data)
    except ValueError:
        return None
    return value


def mapping(value: Json) -> JsonObject:
    """``value`` when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Json]:
    """``value`` when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Json) -> str:
    """``value`` when it is a string, else the empty one."""
    return value if isinstance(value, str) else ""


def number(value: Json, default: float = 0) -> float:
    """``value`` when it is a number (a bool is none), else ``default``."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def at(value: Json, *path: str) -> Json:
    """The member at ``path``, or ``None``."""
    for name in path:
        value = mapping(value).get(name)
    return value


def texts(values: Iterable[Json]) -> Iterator[str]:
    """The strings among ``values``."""
    return (value for value in values if isinstance(value, str))


def written(value: Json) -> bytes:
    """``value`` as compact UTF-8 JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
