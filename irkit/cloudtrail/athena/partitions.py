"""The predicates that keep a query within its folders: they decide what it costs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from irkit.cloudtrail.athena.days import Days, days
from irkit.cloudtrail.athena.literal import identifier, is_one_of, literal
from irkit.cloudtrail.athena.shape import DayColumn, Shape
from irkit.cloudtrail.layout import GLOBAL_AT_HOME, GLOBAL_REGIONS
from irkit.cloudtrail.query import Query
from irkit.errors import UsageError

MOST_SPANS = 40
_JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d"}


def partitions(query: Query, shape: Shape, today: date) -> tuple[str, ...]:
    """One condition a partition that the table has, each a text of SQL.

    Raises ``UsageError`` when the table demands a value (an injected partition) that the query does not give.
    """
    within = days(query, today, MOST_SPANS)
    found = []
    if shape.day:
        found.append(_any(_by_day(shape.day, each) for each in within))
    elif shape.year_month_day:
        found.append(_any(_by_three(shape.year_month_day, each) for each in within))
    for column, values in (
        (shape.account, accounts(query, shape)),
        (shape.region, regions(query, shape)),
    ):
        if column and values:
            found.append(is_one_of(identifier(column), values))
        elif column in shape.injected:
            msg = f"{shape.label} must be told which {column}s to read (its projection is of type injected)"
            raise UsageError(msg, hint=f"name the {column}s, or make irkit's own table, which lists them")
    return tuple(found)


def accounts(query: Query, shape: Shape) -> tuple[str, ...]:
    """The accounts whose folders are read; empty for all."""
    return query.accounts or shape.accounts


def regions(query: Query, shape: Shape) -> tuple[str, ...]:
    """The regions whose folders are read; empty for all.

    Until November 2021 global events were filed with a trail's home region, wherever that is (``GLOBAL_AT_HOME``).
    """
    asks_global = not GLOBAL_REGIONS.isdisjoint(query.regions)
    if asks_global and (query.span is None or query.span.start < GLOBAL_AT_HOME):
        return shape.regions
    return query.regions or shape.regions


def written(day: date, java: str) -> str:
    """A day by a Java date pattern: ``2026/11/21``."""
    return day.strftime(re.sub("yyyy|MM|dd", lambda found: _JAVA[found.group()], java.replace("'", "")))


def _any(texts: Iterable[str]) -> str:
    found = list(texts)
    return found[0] if len(found) == 1 else "(" + "\n    OR ".join(found) + ")"


def _by_day(column: DayColumn, span: Days) -> str:
    name = identifier(column.name)
    if not column.format:
        return f"{name} BETWEEN DATE '{span.first}' AND DATE '{span.last}'"
    first, last = (literal(written(day, column.format)) for day in span)
    return f"{name} = {first}" if first == last else f"{name} BETWEEN {first} AND {last}"


def _by_three(columns: tuple[str, str, str], span: Days) -> str:
    """Texts of two digits are compared: ``concat(year, '/', month, '/', day)`` would hide the partitions."""
    year, month, _ = (identifier(each) for each in columns)
    if (span.first.year, span.first.month) == (span.last.year, span.last.month):
        day = identifier(columns[2])
        return (
            f"({year} = '{span.first:%Y}' AND {month} = '{span.first:%m}'"
            f" AND {day} BETWEEN '{span.first:%d}' AND '{span.last:%d}')"
        )
    if span.first.year == span.last.year:
        return f"({year} = '{span.first:%Y}' AND {month} BETWEEN '{span.first:%m}' AND '{span.last:%m}')"
    return f"{year} BETWEEN '{span.first:%Y}' AND '{span.last:%Y}'"
