"""A result as people read it: names and values, one below the other, lists with a dash before each row. Pure.

JSON's quotes and brackets are left out; ``irkit status --json`` and the journal have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue
from rich.text import Text

from irkit.tui.printable import printable

_INDENT = "  "


def outline(values: Mapping[str, JsonValue]) -> list[Text]:
    """Rows; what holds others stands above them, and they are indented below it. What is empty is left out."""
    return list(_mapping(values, ""))


def _mapping(values: Mapping[str, JsonValue], lead: str) -> Iterator[Text]:
    shown = {name: value for name, value in values.items() if not _is_empty(value)}
    plain = [printable(name) for name, value in shown.items() if not isinstance(value, dict | list)]
    width = max(map(len, plain), default=0)
    for name, value in shown.items():
        if isinstance(value, dict | list):
            yield Text.assemble(lead, (printable(name), "bold"))
            yield from _below(value, lead + _INDENT)
        else:
            yield Text.assemble(lead, (f"{printable(name):<{width}}", "bold"), _INDENT, _plain(value))


def _below(value: dict[str, JsonValue] | list[JsonValue], lead: str) -> Iterator[Text]:
    if isinstance(value, dict):
        yield from _mapping(value, lead)
        return
    for each in value:
        if isinstance(each, dict | list):
            rows = list(_below(each, lead + _INDENT))
            if rows:
                rows[0] = Text.assemble(lead, "- ", rows[0][len(lead) + len(_INDENT) :])
            yield from rows
        else:
            yield Text.assemble(lead, "- ", _plain(each))


def _plain(value: str | float | bool | None) -> str:  # noqa: FBT001 - a value of JSON
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else printable(str(value))


def _is_empty(value: JsonValue) -> bool:
    return value is None or value in ("", [], {})
