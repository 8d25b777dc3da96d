"""A person's answer to a human step, in words: ``choice = purge``, ``picked = user/a, user/b``. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue


def answer_words(answer: Mapping[str, JsonValue]) -> str:
    """All of it but the reason, which stands beside; of a list its members, ``none`` of an empty one."""
    return ", ".join(f"{name} = {_value(value)}" for name, value in answer.items() if name != "reason")


def _value(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
