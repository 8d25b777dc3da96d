"""From a cell to a view: what a pivot asks for, by the records behind the cell. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from irkit.cloudtrail.query import Window
from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.record import Record
from irkit.tui.trail_cells import words
from irkit.tui.trail_fields import FIELDS, Caller, Field, mention, value
from irkit.tui.trail_shown import event_ids
from irkit.tui.trail_view import Condition, Sense, View

_AROUND = timedelta(minutes=5)
_SHORTEST = 4
"""A text of fewer characters is looked for in its column alone: too many records would mention it."""


def records_of(row: object, asked: Asked) -> tuple[Record, ...]:
    """The records that a row rests on."""
    ids = set(event_ids(row))
    return tuple(one for one in asked.records if one.event_id in ids) if ids else ()


def narrowed(view: View, column: str, held: object, records: Sequence[Record], caller: Caller) -> View:
    """The view with only a value of a field or a column: asked of the source where that can be asked for it.

    ``records`` are those behind the cell, or all that are loaded.
    """
    if isinstance(held, datetime):
        return view.within(Window(held - _AROUND, held + _AROUND))
    field = FIELDS.get(column)
    if field is None:
        return _mentioning(view, column, held, records)
    text = str(held)
    if field.asks and text and (asked_for := _asked_for(field, text, records, caller)):
        return view.narrowed(field.asks, asked_for)
    return view.with_condition(Condition(field.id, text, Sense.ONLY))


def excluded(view: View, column: str, held: object) -> View:
    """The view without a value."""
    return view.with_condition(Condition(column, str(held) if column in FIELDS else words(held), Sense.NOT))


def _asked_for(field: Field, text: str, records: Sequence[Record], caller: Caller) -> str:
    one = next((each for each in records if value(field, each, caller) == text), None)
    if one is None:
        return ""
    return field.value(caller(one) if field.callers else one)


def _mentioning(view: View, column: str, held: object, records: Sequence[Record]) -> View:
    if isinstance(held, str) and len(held) >= _SHORTEST:
        part = next((part for one in records[:1] if (part := mention(one, held))), "")
        if part:
            return view.narrowed("mentions", part)
    return view.with_condition(Condition(column, words(held), Sense.ONLY))
