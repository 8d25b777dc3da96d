"""Rows of the store as records.

To make a Python text of each column of each row is what an answer's rows cost most. Most texts are those of the row
before: the call's are read as one text, the caller's as another, and each such text is taken apart once. The row's own
are read as one text too: to take it apart costs less than to have each of its values from the engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from irkit.cloudtrail.json_map import JsonMap
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Spare
from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.store.columns import SEPARATOR
from irkit.native import native

_FIELDS = Record._fields
_CALL = _FIELDS[: _FIELDS.index("ip")]
_CALLER = _FIELDS[len(_CALL) : _FIELDS.index("event_id")]
_OWN = (
    *("event_id", "concat(time, '+00:00')", "message", "request_id", "shared_id", "resources", "params", "answer"),
    *("extra", "place", "byte_at", "byte_count"),
)


def _joined(names: Iterable[str]) -> str:
    return f"concat_ws(chr({ord(SEPARATOR)}), {', '.join(names)})"


_ODD = f"CASE WHEN odd = '' THEN '' ELSE {_joined(('byte_at', 'byte_count', 'place', 'odd'))} END"
SELECTED = ", ".join((*map(_joined, (_CALL, _CALLER, _OWN)), _ODD))
"""What a statement must select for ``Reader.records``."""
WITHOUT = {Spare.REQUEST_ID: SELECTED.replace(Spare.REQUEST_ID, "''")}
"""The same without a field."""
_MOST_APART = 20_000
"""So many texts are kept as they were taken apart."""
_SHORT = 1_000
"""Maps that are written in so many signs are held once for all rows that have them."""
_EMPTY = JsonMap("")
Selected = tuple[str, str, str, str]
"""A row of the engine: of its call, of its caller, its own; and all of it as JSON where these do not hold it."""


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

    def records(self, rows: Iterable[Selected]) -> list[Record]:
        """The records. Raises ``NotApart``."""
        return records(rows, self._calls, self._callers, self._places, _TOOLS)


class _Tools(NamedTuple):
    """What records are made with, in the order in which native code has it."""

    record: type[Record]
    locator: type[Locator]
    moment: Callable[[str], datetime]
    arns: Callable[[str], tuple[str, ...]]
    map: Callable[[str], JsonMap]
    empty: JsonMap
    odd: Callable[[str], Record]
    apart: Callable[[str], list[str]]


def records(
    rows: Iterable[Selected], calls: _Apart, callers: _Apart, places: dict[str, str], tools: _Tools
) -> list[Record]:
    """The records of rows. Raises ``NotApart``."""
    return [
        tools.odd(odd) if odd else _plain(own, calls[call], callers[caller], places) for call, caller, own, odd in rows
    ]


def _plain(own: str, call: tuple[str, ...], caller: tuple[str, ...], places: dict[str, str]) -> Record:
    event_id, at, message, request_id, shared_id, resources, params, answer, extra, place, byte_at, count = _apart(own)
    return Record._make(
        (
            *call,
            *caller,
            event_id,
            datetime.fromisoformat(at),
            message,
            request_id,
            shared_id,
            _arns(resources) if resources else (),
            _map(params) if params else _EMPTY,
            _map(answer) if answer else _EMPTY,
            _map(extra) if extra else _EMPTY,
            Locator(places.setdefault(place, place), int(byte_at), int(count)),
            "",
        )
    )


def _apart(own: str) -> list[str]:
    parts = own.split(SEPARATOR)
    if len(parts) != len(_OWN):
        raise NotApart(f"there are {len(parts)} texts for {', '.join(_OWN)}")
    return parts


def _odd(text: str) -> Record:
    """Of a record as JSON, in which no separator stands; one may stand in the place before it."""
    byte_at, byte_count, rest = text.split(SEPARATOR, 2)
    place, _, body = rest.rpartition(SEPARATOR)
    return record(body, Locator(place, int(byte_at), int(byte_count)))


def _map(text: str) -> JsonMap:
    return _short_map(text) if len(text) < _SHORT else JsonMap(text)


_short_map = lru_cache(maxsize=4096)(JsonMap)


@lru_cache(maxsize=4096)
def _arns(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


_TOOLS = _Tools(Record, Locator, datetime.fromisoformat, _arns, _map, _EMPTY, _odd, _apart)
records_in_python = records
"""What the native function is compared with."""
records = native("irkit.cloudtrail.store._rows", records)
