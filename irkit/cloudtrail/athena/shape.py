"""What a table has: its columns, and the partitions that keep a query from reading everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from irkit.cloudtrail.athena.column import ALL

_STRUCT = "struct<"


class RowPath(StrEnum):
    """What the engine can say about where a row lies."""

    KNOWN = "known"
    """By the pseudo column ``"$path"``, as Athena does."""
    UNKNOWN = "unknown"


class TimeKind(StrEnum):
    """What ``eventtime`` is."""

    TEXT = "text"
    """As CloudTrail writes it: ``2026-11-21T12:00:00Z``."""
    TIMESTAMP = "timestamp"
    """As converted tables, and CloudTrail Lake, have it."""


@dataclass(frozen=True)
class DayColumn:
    """A partition that is a day. ``format`` is a Java date pattern; empty for a column of type date."""

    name: str
    format: str = "yyyy/MM/dd"


@dataclass(frozen=True)
class Shape:
    """One table as a query needs to know it. Partitions that it lacks are empty."""

    database: str
    table: str
    has: frozenset[str] = ALL
    """Every column and field that the table has."""
    account: str = ""
    """The column of the account's partition."""
    region: str = ""
    day: DayColumn | None = None
    year_month_day: tuple[str, str, str] | None = None
    """Three columns that together are a day, where there is no one column for it."""
    accounts: tuple[str, ...] = ()
    """All values that the account's partition takes; empty when they are not known, or any may be asked for."""
    regions: tuple[str, ...] = ()
    location: str = ""
    """``s3://bucket/AWSLogs/``."""
    template: str = ""
    """``storage.location.template`` of a projected table."""
    injected: tuple[str, ...] = ()
    """Partitions that every query must name a value of (projection type ``injected``)."""
    first: date | None = None
    """The first day of its projection; None for no bound."""
    last: date | None = None
    nested: frozenset[str] = frozenset()
    """Those of ``OBJECTS`` that are not texts."""
    path: RowPath = RowPath.KNOWN
    times: TimeKind = TimeKind.TEXT

    @property
    def label(self) -> str:
        """``default.cloudtrail``."""
        return f"{self.database}.{self.table}"

    @property
    def lacking(self) -> tuple[str, ...]:
        """The columns and fields of a record that the table does not have."""
        return tuple(sorted(ALL - self.has))


def columns_of(types: Mapping[str, str]) -> frozenset[str]:
    """Every column and every field below it: ``{"useridentity": "struct<arn:string>"}`` has ``useridentity.arn``."""
    return frozenset(each for name, kind in types.items() for each in _below(name.lower(), kind))


def _below(name: str, kind: str) -> Iterator[str]:
    yield name
    tight = "".join(kind.lower().split())
    if tight.startswith(_STRUCT):
        for part in _parts(tight.removeprefix(_STRUCT).removesuffix(">")):
            inner, _, below = part.partition(":")
            yield from _below(f"{name}.{inner}", below)


def _parts(text: str) -> Sequence[str]:
    """Cut at the commas that are in no bracket."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "<(") - (sign in ">)")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [each for each in parts if each]
