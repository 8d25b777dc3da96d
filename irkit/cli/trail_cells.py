"""A row of an answer as texts: for tables and CSV one text a column, for JSON values that JSON has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from irkit.cloudtrail.locator import Locator

if TYPE_CHECKING:
    from pydantic import JsonValue


_PLAIN = (str, int, float)
"""bool is an int."""
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
"""Times as ``stamp`` has them; dataclasses and all that JSON does not know are left to ``as_json``."""


def names(row: type[object]) -> tuple[str, ...]:
    """The fields of a row's type, in order."""
    return tuple(each.name for each in fields(row)) if is_dataclass(row) else ()


def as_json(value: object) -> JsonValue:
    """A value as JSON has it: times in ISO 8601 with Z, spans in seconds, locators as their texts."""
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(name): as_json(inner) for name, inner in value.items()}
    if is_dataclass(value):
        return {each.name: as_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Sequence | AbstractSet) and not isinstance(value, Locator):
        return [as_json(inner) for inner in value]
    return value.text if isinstance(value, Locator) else str(value)


def cell(value: object) -> str:
    """A value as one text, not yet made safe for a terminal."""
    if isinstance(value, str):
        return value
    found = as_json(value)
    if found is None or isinstance(found, bool):
        return {None: "", True: "yes", False: "no"}[found]
    if isinstance(found, float):
        return f"{found:g}"
    if isinstance(found, list):
        return ", ".join(map(cell, found))
    if isinstance(found, dict):
        return ", ".join(f"{name}={cell(inner)}" for name, inner in found.items())
    return str(found)


def rank(value: object) -> tuple[float, str]:
    """What a value of a column is ordered by: numbers as such, all else as its text."""
    return (float(value), "") if isinstance(value, int | float) else (0.0, cell(value))


def stamp(at: datetime) -> str:
    """``2026-11-21T03:00:00Z``; parts of a second only where there are some."""
    return at.isoformat().replace("+00:00", "Z")


def stamps(several: Iterable[datetime]) -> list[str]:
    """``stamp`` of each."""
    joined = "\n".join(map(datetime.isoformat, several)).replace("+00:00", "Z")
    return joined.split("\n") if joined else []


def safe_json(value: object, indent: int | None = None) -> str:
    r"""A value (as ``as_json`` has it) as JSON whose texts no terminal obeys.

    Controls, bidirectional marks and lone surrogates are written ``\uXXXX``.
    """
    text = _dumped(value, indent)
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(each if each == "\n" or each.isprintable() else _escaped(each) for each in text)


def _dumped(value: object, indent: int | None) -> str:
    try:
        return orjson.dumps(value, as_json, _OPTIONS | (orjson.OPT_INDENT_2 if indent else 0)).decode()
    except TypeError:  # half of a surrogate pair, or a number of more than 64 bits
        return json.dumps(value, ensure_ascii=False, indent=indent, default=as_json)


def _escaped(character: str) -> str:
    raw = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[at : at + 2].hex()}" for at in range(0, len(raw), 2))
