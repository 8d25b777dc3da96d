"""What a view shows of an answer: the rows that pass its filters, in its order; and values with their counts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.record import Record
from irkit.tui.trail_cells import words
from irkit.tui.trail_fields import FIELDS, value
from irkit.tui.trail_view import Condition, Direction, Over, Sense, View


@dataclass(frozen=True)
class Shown:
    """The table's rows, and what they were chosen from."""

    rows: tuple[object, ...]
    total: int
    """How many rows there are before text and columns filter them."""
    asked: Asked
    """What the rows were made of; records left out by a condition are not in it."""
    loaded: int
    """How many records were loaded, conditions aside."""


def shown(question: Question[object], asked: Asked, rows: tuple[object, ...], view: View) -> Shown:
    """Leave out, find, put in order. ``rows`` are those of all that was asked."""
    of_records = [each for each in view.conditions if each.over is Over.RECORDS]
    of_rows = [each for each in view.conditions if each.over is Over.ROWS]
    kept = _kept(asked, of_records) if of_records else asked
    made = rows if kept is asked else rows_of(question, kept, rows)
    left: Iterable[object] = made
    columns = names(question)
    for each in of_rows:
        if each.field in columns:
            left = [row for row in left if _passes(row, each)]
    if view.text:
        sought = view.text.casefold()
        left = [row for row in left if sought in line(row)]
    if view.order is not None and view.order.column in columns:
        left = _sorted(left, view.order.column, view.order.direction)
    return Shown(tuple(left), len(made), kept, len(asked.records))


def names(question: Question[object]) -> frozenset[str]:
    """The fields of a question's rows."""
    return frozenset(field.name for field in fields(question.row))  # type: ignore[arg-type]


def rows_of(question: Question[object], kept: Asked, rows: Sequence[object] | None) -> tuple[object, ...]:
    """The rows of fewer records. Where a row is of one record, they are among ``rows``; else they are made anew."""
    if rows is None or "event_id" not in names(question):
        return question.rows(kept)
    ids = {one.event_id for one in kept.records}
    return tuple(row for row in rows if getattr(row, "event_id", "") in ids)


def _kept(asked: Asked, conditions: Sequence[Condition]) -> Asked:
    def keeps(one: Record) -> bool:
        return all(
            (value(FIELDS[each.field], one, asked.caller) == each.value) is (each.sense is Sense.ONLY)
            for each in conditions
        )

    records = tuple(one for one in asked.records if keeps(one))
    before = tuple(one for one in asked.before if keeps(one))
    return replace(asked, records=records, before=before)


def _passes(row: object, condition: Condition) -> bool:
    return (condition.value in values(row, condition.field)) is (condition.sense is Sense.ONLY)


def values(row: object, column: str) -> tuple[str, ...]:
    """The values of a cell, one text each: a cell may hold several."""
    held = getattr(row, column)
    return tuple(words(one) for one in held) if isinstance(held, tuple | frozenset) else (words(held),)


def line(row: object) -> str:
    """All of a row's values, folded, to find a text in."""
    return "\n".join(words(getattr(row, name)) for name in row.__dataclass_fields__).casefold()  # type: ignore[attr-defined]


def _sorted(rows: Iterable[object], column: str, direction: Direction) -> list[object]:
    """Rows without a value come last, whichever way."""
    held = [(getattr(row, column), row) for row in rows]
    with_value = [each for each in held if each[0] not in {None, "", ()}]
    without = [row for found, row in held if found in {None, "", ()}]
    with_value.sort(key=lambda each: _comparable(each[0]), reverse=direction is Direction.DOWN)
    return [*(row for _, row in with_value), *without]


def _comparable(held: object) -> tuple[int, float, str]:
    if isinstance(held, datetime):
        return 0, held.timestamp(), ""
    if isinstance(held, bool | int | float):
        return 0, float(held), ""
    if isinstance(held, tuple | frozenset | Mapping):
        return 1, len(held), words(held)
    return 2, 0.0, words(held).casefold()


def event_ids(row: object) -> tuple[str, ...]:
    """The events that a row rests on."""
    one, several = getattr(row, "event_id", ""), getattr(row, "event_ids", ())
    return tuple(dict.fromkeys([*([one] if one else []), *several]))


def counts(shown: Shown, field: str) -> tuple[tuple[str, int], ...]:
    """The values of a field of the records, or of a column of the rows, most frequent first; empty ones too."""
    if field in FIELDS:
        record_field = FIELDS[field]
        found = Counter(value(record_field, one, shown.asked.caller) for one in shown.asked.records)
    else:
        found = Counter(each for row in shown.rows for each in values(row, field))
    return tuple(sorted(found.items(), key=lambda each: (-each[1], each[0])))
