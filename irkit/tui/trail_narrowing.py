"""From a cell to a view: what a pivot asks for, by the records behind the cell. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from irkit.cloudtrail.query import Window
from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.record import Record
from irkit.tui.trail_cells import words
from irkit.tui.trail_fields import FIELDS, Caller, Field, mention, value
from irkit.tui.trail_shown import event_ids
from irkit.tui.trail_view import Condition, Over, Sense, View

_AROUND = timedelta(minutes=5)
_SHORTEST = 4
"""A text of fewer characters is looked for in its column alone: too many records would mention it."""
_KEY = re.compile(r"A[KS]IA[A-Z0-9]{16}")
"""Access key ids (IAM user guide, "Understanding unique ID prefixes")."""
_SEVERAL = {"calls": "call", "ips": "ip", "agents": "agent"}
"""Columns that hold several values of a field."""
_WHAT = {"key": "key_id", "service address": "ip"}
"""What some tables call a field in their column ``what``, of the value beside it."""


@dataclass(frozen=True)
class Cell:
    """A value in a column, and the row it stands in (None for one that was picked from all that is loaded)."""

    column: str
    held: object
    row: object | None = None

    @property
    def field(self) -> Field | None:
        """The field of records that it is a value of, if of any."""
        what = getattr(self.row, "what", "") if self.column == "value" else ""
        name = _WHAT.get(what, what) if what else _SEVERAL.get(self.column, self.column)
        return FIELDS.get(name)

    @property
    def text(self) -> str:
        """As records hold it."""
        return self.held if isinstance(self.held, str) else words(self.held)


def records_of(row: object, asked: Asked) -> tuple[Record, ...]:
    """The records that a row rests on."""
    ids = set(event_ids(row))
    return tuple(one for one in asked.records if one.event_id in ids) if ids else ()


def narrowed(view: View, cell: Cell, asked: Asked) -> View:
    """The view with only a cell's value: asked of the source where that can be asked for it."""
    if isinstance(cell.held, datetime):
        return view.within(Window(cell.held - _AROUND, cell.held + _AROUND))
    records = (records_of(cell.row, asked) if cell.row is not None else ()) or asked.records
    one = _holder(cell, records, asked.caller) or _holder(cell, asked.records, asked.caller)
    if cell.field is not None and one is not None:
        source = asked.caller(one) if cell.field.callers else one
        if cell.field.asks and cell.text and (asked_for := cell.field.value(source)):
            return view.narrowed(cell.field.asks, asked_for)
        return view.with_condition(Condition(cell.field.id, cell.text, Sense.ONLY))
    if _KEY.fullmatch(cell.text):
        return view.narrowed("keys", cell.text)
    if isinstance(cell.held, str) and len(cell.held) >= _SHORTEST:
        part = next((part for each in records[:1] if (part := mention(each, cell.held))), "")
        if part:
            return view.narrowed("mentions", part)
    return view.with_condition(Condition(cell.column, words(cell.held), Sense.ONLY, Over.ROWS))


def excluded(view: View, cell: Cell, asked: Asked) -> View:
    """The view without a cell's value."""
    if cell.field is not None and _holder(cell, asked.records, asked.caller) is not None:
        return view.with_condition(Condition(cell.field.id, cell.text, Sense.NOT))
    return view.with_condition(Condition(cell.column, words(cell.held), Sense.NOT, Over.ROWS))


def alone(view: View) -> View:
    """The view without any filter but its time."""
    return replace(view.bare(), query=replace(view.bare().query, windows=view.query.windows))


def _holder(cell: Cell, records: Sequence[Record], caller: Caller) -> Record | None:
    """The first record that has the cell's value."""
    field = cell.field
    return None if field is None else next((one for one in records if value(field, one, caller) == cell.text), None)
