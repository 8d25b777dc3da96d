"""Rows of the store as records.

To make a Python text of each column of each row is what an answer's rows cost most. Most texts are those of the row
before: the call's are read as one text, the caller's as another, and each such text is taken apart once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache

from irkit.cloudtrail.json_map import JsonMap
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.store.columns import SEPARATOR

_FIELDS = Record._fields
_CALL = _FIELDS[: _FIELDS.index("ip")]
_CALLER = _FIELDS[len(_CALL) : _FIELDS.index("event_id")]
_ALONE = ("event_id", "time", "message", "request_id", "shared_id", "resources", "params", "answer", "extra")
_WHERE = ("place", "byte_at", "byte_count", "odd")
SELECTED = ", ".join(
    (*(f"concat_ws(chr({ord(SEPARATOR)}), {', '.join(names)})" for names in (_CALL, _CALLER)), *_ALONE, *_WHERE)
)
"""What a statement must select for ``Reader.records``."""
_MOST_APART = 20_000
"""So many texts are kept as they were taken apart."""
_SHORT = 1_000
"""Maps that are written in so many signs are held once for all rows that have them."""
_EMPTY = JsonMap("")
Selected = tuple[str, str, str, datetime, str, str, str, str, str, str, str, str, int, int, str]
"""A row of the engine: the time has no zone and is in UTC."""


class NotApart(ValueError):
    """A text holds the separator: a store of an older irkit."""


class _Apart(dict[str, tuple[str, ...]]):
    """Texts taken apart into as many as there are names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, text: str) -> tuple[str, ...]:
        parts = tuple(text.split(SEPARATOR))
        if len(parts) != len(self._names):
            raise NotApart(f"there are {len(parts)} texts for {', '.join(self._names)}")
        if len(self) >= _MOST_APART:
            self.clear()
        self[text] = parts
        return parts


class Reader:
    """Makes records of rows, and holds once what many of them have in common. For one look."""

    def __init__(self) -> None:
        self._calls = _Apart(_CALL)
        self._callers = _Apart(_CALLER)
        self._places: dict[str, str] = {}

    def records(self, rows: Iterable[Selected]) -> Iterator[Record]:
        """The records. Raises ``NotApart``."""
        calls, callers, place_of, make = self._calls, self._callers, self._places.setdefault, Record._make
        for row in rows:
            (call, caller, event_id, at, message, request_id, shared_id, resources, params, answer, extra) = row[:11]
            (place, byte_at, byte_count, odd) = row[11:]
            locator = Locator._make((place_of(place, place), byte_at, byte_count))
            if odd:
                yield record(odd, locator)
                continue
            yield make(
                (
                    *calls[call],
                    *callers[caller],
                    event_id,
                    at.replace(tzinfo=UTC),
                    message,
                    request_id,
                    shared_id,
                    _arns(resources) if resources else (),
                    _map(params) if params else _EMPTY,
                    _map(answer) if answer else _EMPTY,
                    _map(extra) if extra else _EMPTY,
                    locator,
                    "",
                )
            )


def _map(text: str) -> JsonMap:
    return _short_map(text) if len(text) < _SHORT else JsonMap(text)


_short_map = lru_cache(maxsize=4096)(JsonMap)


@lru_cache(maxsize=4096)
def _arns(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
