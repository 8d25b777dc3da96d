"""A JSON object of a record, parsed when it is first looked into: a store's rows are many, and few are looked into."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar, overload

import orjson

from irkit.cloudtrail.nesting import is_too_deep

if TYPE_CHECKING:
    from pydantic import JsonValue

_T = TypeVar("_T")
_VERBATIM = frozenset({"encryptionContext", "tags"})
"""Maps whose keys are the caller's own words, not AWS's names."""
_CAPITALS, _BEYOND_ASCII = "[", "\x7f"
"""What is greater than all that begins with a capital of ASCII, and less than what begins beyond ASCII."""


class JsonMap(Mapping[str, "JsonValue"]):
    """A read-only map. Equal to any mapping with the same items; what is no JSON object is an empty one.

    Keys that begin with a capital (Pascal case, as some emulators and exports write) are given in camel case.
    """

    __slots__ = ("_held",)

    def __init__(self, held: Mapping[str, JsonValue] | str) -> None:
        self._held = held

    @classmethod
    def of(cls, value: JsonValue) -> JsonMap:
        """The map of a parsed value; empty for anything but an object (a text that holds an object is read)."""
        if isinstance(value, str) and value[:1] == "{":
            return cls(value)
        return cls(_camel(value) if isinstance(value, dict) else {})

    @property
    def text(self) -> str:
        """As JSON, on one line; empty for an empty map. ``JsonMap(text)`` is equal to it."""
        held = self._opened()
        return json.dumps(held, ensure_ascii=False, separators=(",", ":")) if held else ""

    @property
    def opened(self) -> Mapping[str, JsonValue]:
        """The items as they are held, a plain dict most often, through which loops run five times as fast."""
        return self._opened()

    def _opened(self) -> Mapping[str, JsonValue]:
        if isinstance(self._held, str):
            self._held = _parsed(self._held)
        return self._held

    def __getitem__(self, name: str) -> JsonValue:
        return self._opened()[name]

    @overload
    def get(self, key: str, /) -> JsonValue: ...

    @overload
    def get(self, key: str, /, default: JsonValue | _T) -> JsonValue | _T: ...

    def get(self, key: str, /, default: JsonValue | _T | None = None) -> JsonValue | _T:
        """As ``dict.get``: ``Mapping``'s own takes ten times as long for a key that is not there."""
        return self._opened().get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened())

    def __len__(self) -> int:
        return len(self._opened())

    def __eq__(self, other: object) -> bool:
        return dict(self._opened()) == dict(other) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"JsonMap({dict(self._opened())!r})"

    def __reduce__(self) -> tuple[type[JsonMap], tuple[Mapping[str, JsonValue] | str]]:
        return JsonMap, (self._held,)


def _parsed(text: str) -> dict[str, JsonValue]:
    if not text or is_too_deep(text):
        return {}
    try:
        value: JsonValue = orjson.loads(text)
    except (ValueError, RecursionError):
        value = _parsed_leniently(text)
    return _camel(value) if isinstance(value, dict) else {}


def _parsed_leniently(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value


def _camel(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Itself when its keys are in camel case, which AWS's are; else all keys below it turned to that."""
    if value and min(value) > _CAPITALS and max(value) < _BEYOND_ASCII:  # half the time of looking at each
        return value
    if not any(name[:1].isupper() for name in value):
        return value
    named = {name[:1].lower() + name[1:]: inner for name, inner in value.items()}
    return {name: inner if name in _VERBATIM else _camel_value(inner) for name, inner in named.items()}


def _camel_value(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_camel_value(one) for one in value]
    if not isinstance(value, dict):
        return value
    named = {name[:1].lower() + name[1:]: inner for name, inner in value.items()}
    return {name: inner if name in _VERBATIM else _camel_value(inner) for name, inner in named.items()}
