"""Whether JSON is nested deeper than what goes through it level by level can follow. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

MOST = 200
"""Levels. CloudTrail's own records have about ten, and the documents that AWS's services take some dozens at most."""
TOO_DEEP = f"it is nested more than {MOST} levels deep"
_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]]', re.DOTALL)
_STEP = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}


def is_too_deep(text: str | bytes, most: int = MOST) -> bool:
    """Whether more than so many brackets are open at once, those within strings left out."""
    if len(text) <= 2 * most:
        return False
    held = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if held.count(b"{") + held.count(b"[") <= most:
        return False
    level = 0
    for token in _TOKENS.finditer(held):
        level += _STEP.get(token[0], 0)
        if level > most:
            return True
    return False


def goes_too_deep(value: JsonValue) -> bool:
    """Whether a value is nested more than ``MOST`` levels deep."""
    level: list[JsonValue] = [value]
    for _ in range(MOST + 1):
        level = [inner for each in level for inner in _below(each)]
    return bool(level)


def _below(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
