"""A person's answer to a human step, in words: ``purge``, ``user/a, user/b``, ``confirmed``. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

_SAID_ALONE = frozenset({"choice", "picked", "text"})
"""Fields of the shipped human actions' answers whose value says it all."""


def answer_words(answer: Mapping[str, JsonValue]) -> str:
    """All of it but the reason, which stands beside; of a list its members, ``none`` of an empty one."""
    return ", ".join(_words(name, value) for name, value in answer.items() if name != "reason")


def _words(name: str, value: JsonValue) -> str:
    if name == "confirmed_by":
        return f"confirmed by {value}"
    return _value(value) if name in _SAID_ALONE else f"{name} = {_value(value)}"


def _value(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
