"""A record as a page to read: what it is, where it lies, its JSON with nothing that a terminal obeys. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import JsonValue

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.record import Record
from irkit.tui.trail_cells import drawable, escape, words

_MOST = 2_000_000
"""Longer texts are not set out anew; they are shown as they lie."""


def page(one: Record, caller: Record, text: str) -> Iterator[tuple[str, str]]:
    """The lines with their tones: ``head``, ``quiet``, ``bad`` or none."""
    yield f"{words(one.at)}  {drawable(one.call)}  {drawable(one.error)}".rstrip(), "bad" if one.error else "head"
    yield f"by {drawable(who(one))}  {_from(one)}", ""
    if caller is not one:
        yield f"made for {words(caller.at)}  {drawable(caller.call)}  {_from(caller)}  event {caller.event_id}", ""
    yield f"event {drawable(one.event_id)}  in account {drawable(one.account)}, {drawable(one.region)}", "quiet"
    yield f"lies at {drawable(one.locator.text) or 'no place that is known'}", "quiet"
    yield "", ""
    yield from ((line, "") for line in json_lines(text))


def _from(one: Record) -> str:
    parts = [f"key {one.key_id}" if one.key_id else "no key", f"from {one.ip}" if one.ip else "", one.agent]
    return drawable("  ".join(each for each in parts if each))


def json_lines(text: str) -> Iterator[str]:
    """JSON over several lines; each character that is not safe to draw is written as JSON's own escape."""
    try:
        value: JsonValue = json.loads(text) if len(text) <= _MOST else text
    except (ValueError, RecursionError):
        value = text
    shown = text if value is text else json.dumps(value, indent=2, ensure_ascii=False)
    for line in shown.split("\n"):
        yield line if line.isascii() and line.isprintable() else "".join(_exact(each) for each in line)


def _exact(each: str) -> str:
    """A character, or its escape where drawing it would change it."""
    return each if drawable(each) == each else escape(each)
