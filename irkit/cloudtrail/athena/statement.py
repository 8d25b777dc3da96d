"""The SQL of a query: one statement that people can review, and no ``SELECT *``.

The values are written into the text, quoted (``literal``): Athena's execution parameters would hide them from whoever
reviews the statement, and engines that stand in for Athena do not know them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from irkit.cloudtrail.athena.column import COLUMNS, NEEDED, PATH, as_json
from irkit.cloudtrail.athena.literal import identifier, remark
from irkit.cloudtrail.athena.narrowing import CONVERTED, TABLE, Dialect, Narrowing, narrowed, said_columns
from irkit.cloudtrail.athena.partitions import partitions
from irkit.cloudtrail.athena.shape import RowPath, Shape, TimeKind
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.query import Query
from irkit.errors import OutsideError, UsageError

LONGEST = 262_144
"""Bytes of one statement that Athena takes (service quotas)."""
_LISTED = 3


class Statement(NamedTuple):
    """The text, and what a reader of its answer must know."""

    text: str
    notes: tuple[str, ...] = ()


def statement(query: Query, shape: Shape, today: date) -> Statement:
    """The SQL that gives at least the records of a query.

    Raises ``UsageError`` when it would be longer than Athena takes, ``OutsideError`` when the table lacks a column
    that the query rests on.
    """
    dialect = _dialect(shape)
    narrowing = narrowed(query, dialect)
    refuse_lacking(narrowing, shape)
    if shape.nested:
        narrowing = narrowing._replace(said=())  # objects have no text to look into
    within = partitions(query, shape, today)
    head = (*header(query, shape, within), remark("It narrows: irkit judges each row again by the query."))
    text = "\n".join((*head, _body(narrowing, shape, (within, said_columns(dialect)))))
    refuse_long(text, LONGEST)
    return Statement(text, notes(shape))


def header(query: Query, shape: Shape, within: tuple[str, ...]) -> tuple[str, ...]:
    """What is asked, and which partitions it costs, as lines of comment."""
    asked = "; ".join(_asked(query)) or "everything"
    return (
        remark(f"irkit: CloudTrail records of {shape.label} by {asked}"),
        remark(f"Partitions: {'; '.join(within) or 'none, the whole table is read'}"),
    )


def notes(shape: Shape) -> tuple[str, ...]:
    """What the table cannot say."""
    lacks = [f"the table {shape.label} has no {', '.join(shape.lacking)}: empty in every record"]
    return tuple(lacks) if shape.lacking else ()


def refuse_lacking(narrowing: Narrowing, shape: Shape) -> None:
    """Raise ``OutsideError`` when an answer would be wrong for want of a column."""
    gone = sorted((NEEDED | narrowing.reads) - shape.has)
    if gone:
        msg = f"the table {shape.label} has no {', '.join(gone)}, so it cannot answer this"
        raise OutsideError(msg, hint="make irkit's own table: it has all that CloudTrail records")


def refuse_long(text: str, longest: int) -> None:
    """Raise ``UsageError`` for a statement that the engine would refuse."""
    if len(text.encode()) > longest:
        msg = f"the SQL of this query is longer than the {longest} bytes that the engine takes"
        raise UsageError(msg, hint="ask for fewer keys, ARNs or texts at once")


def _asked(query: Query) -> Iterable[str]:
    for name, value in vars(query).items():
        if name == "windows":
            for start, end in value[:_LISTED]:
                yield f"{iso(start)} to {iso(end)}"
            if len(value) > _LISTED:
                yield f"{len(value) - _LISTED} more windows"
        elif name != "spare" and isinstance(value, tuple) and value:
            more = [f"and {len(value) - _LISTED} more"] if len(value) > _LISTED else []
            yield f"{name.replace('_', ' ')} {', '.join((*value[:_LISTED], *more))}"
        elif name == "outcome" and value != "any":
            yield f"{value} calls"


def _dialect(shape: Shape) -> Dialect:
    """How the table is asked: its kind of times, and of what tells a record's texts what it has."""
    usual = TABLE if shape.times is TimeKind.TEXT else CONVERTED
    resources = usual.resources if usual.resources in shape.has else ""
    said = tuple(each for each in usual.said if each in shape.has)
    return usual._replace(said=said, resources=resources, answers=answers(shape))


def answers(shape: Shape) -> tuple[str, ...] | None:
    """As ``Dialect.answers``."""
    has = tuple(each for each in TABLE.answers or () if each in shape.has)
    return None if shape.nested.intersection(has) else has


def _body(narrowing: Narrowing, shape: Shape, parts: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
    within, texts = parts
    more = texts if narrowing.said else ()
    columns = ",\n    ".join((*_columns(shape), *more))
    conditions = "\n  AND ".join((*within, *narrowing.conditions))
    table = f"FROM {identifier(shape.database)}.{identifier(shape.table)}"
    look = f"SELECT\n    {columns}\n{table}" + (f"\nWHERE {conditions}" if conditions else "")
    if not narrowing.said:
        return look
    names = textwrap.fill(", ".join((*(column.name for column in COLUMNS), PATH)), 110, initial_indent="    ")
    names = names.replace("\n", "\n    ")
    either = "\n   OR ".join(narrowing.said)
    return f"WITH trail AS (\n{look}\n)\nSELECT\n{names}\nFROM trail\nWHERE {either}"


def _columns(shape: Shape) -> Iterable[str]:
    for column in COLUMNS:
        if column.name not in shape.has:
            yield f"CAST(NULL AS varchar) AS {column.name}"
        else:
            yield as_json(column.name) if column.name in shape.nested else column.given
    yield f'"$path" AS {PATH}' if shape.path is RowPath.KNOWN else f"CAST(NULL AS varchar) AS {PATH}"
