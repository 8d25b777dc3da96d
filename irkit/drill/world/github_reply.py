"""What the GitHub server's rooms answer with: a status and a body, GitHub's way of faults, pages and times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import JsonValue

Json = dict[str, JsonValue]


class Reply(NamedTuple):
    """A status and a body; None is no body, bytes are sent as they are."""

    status: int
    body: JsonValue | bytes = None
    headers: Mapping[str, str] = {}


class Route(NamedTuple):
    """A method, a pattern of the whole path, and who answers. What the pattern's groups hold comes first."""

    method: str
    pattern: re.Pattern[str]
    answer: Callable[..., Reply]


def fault(status: int, message: str) -> Reply:
    """A refusal (``basic-error``)."""
    return Reply(
        status, {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    )


def stamp(at: datetime) -> str:
    """A time as GitHub writes it, in UTC to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def page(items: list[Json], query: Json) -> list[JsonValue]:
    """The page that was asked for: 30 a page, 100 at most."""
    size = min(int(str(query.get("per_page", 30))), 100)
    start = (int(str(query.get("page", 1))) - 1) * size
    return list[JsonValue](items[start : start + size])
