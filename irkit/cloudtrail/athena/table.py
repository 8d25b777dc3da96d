"""A CloudTrail table: what an existing one is like and what is wrong with it.

AWS's own statement: Athena user guide, "Create the table for CloudTrail logs in Athena using partition projection".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from irkit.clients.glue import GlueTable
from irkit.cloudtrail.athena.column import ALL, NEEDED, OBJECTS
from irkit.cloudtrail.athena.shape import DayColumn, Shape, TimeKind, columns_of

INPUT_FORMAT = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
SERDE = "org.apache.hive.hcatalog.data.JsonSerDe"
_SERDES = frozenset({SERDE, "com.amazon.emr.hive.serde.CloudTrailSerde"})
"""The second is what CloudTrail's console made tables with before 2024; it reads the files itself."""
_CONVERTED = ("parquet", "orc", "avro", "iceberg")
_ACCOUNTS = frozenset({"account", "accountid", "account_id", "aws_account", "recipientaccountid"})
_REGIONS = frozenset({"region", "awsregion", "aws_region"})
_DAYS = frozenset({"timestamp", "day", "date", "dt", "event_date", "eventdate", "partition_date", "datehour"})
_TEXT_TYPES = frozenset({"string", "varchar"})


class Weight(StrEnum):
    """What a finding does to an answer."""

    WRONG = "wrong"
    """No answer, or a wrong one: the table is not used."""
    COSTLY = "costly"
    """It costs more than it must."""
    LACKING = "lacking"
    """Something that CloudTrail records is not in it."""


class Finding(NamedTuple):
    """One thing about a table, and what to do."""

    weight: Weight
    what: str
    hint: str


def shape_of(table: GlueTable) -> Shape:
    """What a query needs to know of a table."""
    keys = dict(table.partitions)
    types = {name.lower(): kind.lower() for name, kind in table.columns}
    projected = table.parameters
    names = {name.lower(): name for name in keys}
    account = next((names[each] for each in sorted(_ACCOUNTS) if each in names), "")
    region = next((names[each] for each in sorted(_REGIONS) if each in names), "")
    three = {"year", "month", "day"} <= names.keys()
    day = None if three else _day(table)
    within = _range(table, day)
    return Shape(
        database=table.database,
        table=table.name,
        has=columns_of(types),
        account=account,
        region=region,
        day=day,
        year_month_day=("year", "month", "day") if three else None,
        accounts=_values(table, account),
        regions=_values(table, region),
        location=table.location,
        template=projected.get("storage.location.template", ""),
        injected=tuple(name for name in keys if projected.get(f"projection.{name}.type") == "injected"),
        first=within[0],
        last=within[1],
        nested=frozenset(name for name in OBJECTS if types.get(name, "string") not in _TEXT_TYPES),
        times=TimeKind.TIMESTAMP if types.get("eventtime", "string").startswith("timestamp") else TimeKind.TEXT,
    )


def findings(table: GlueTable) -> tuple[Finding, ...]:
    """All that is wrong with a table, the worst first."""
    found = (*_format(table), *_columns(table), *_partitions(table))
    return tuple(sorted(found, key=lambda one: list(Weight).index(one.weight)))


def _format(table: GlueTable) -> Iterator[Finding]:
    """CloudTrail's own files need its input format; files that somebody has converted have any."""
    own = "make irkit's own table beside it"
    if table.input_format == INPUT_FORMAT:
        if table.serde not in _SERDES:
            yield Finding(Weight.WRONG, f"its SerDe is {table.serde or 'not told'}, not {SERDE}", own)
    elif any(word in table.input_format.lower() for word in _CONVERTED):
        what = f"its files are not CloudTrail's own ({table.input_format.rsplit('.', 1)[-1]})"
        yield Finding(Weight.LACKING, what, "what was converted is what is asked; evidence is the trail's own files")
    elif "/AWSLogs" in table.location:
        what = f"its input format is {table.input_format or 'not told'}, not {INPUT_FORMAT}: a row is a whole file"
        yield Finding(Weight.WRONG, what, own)
    folder = table.location.rstrip("/") + "/"
    if "/AWSLogs/" in folder and "/CloudTrail/" not in folder and not table.parameters.get("storage.location.template"):
        what = f"its location {folder} holds more than log files: digests and Insights are read and paid for"
        yield Finding(Weight.COSTLY, what, "let the location end in .../CloudTrail/")


def _columns(table: GlueTable) -> Iterator[Finding]:
    for name in sorted(ALL - columns_of(dict(table.columns))):
        if name in NEEDED:
            yield Finding(Weight.WRONG, f"it has no column {name}", "make irkit's own table beside it")
        else:
            yield Finding(
                Weight.LACKING, f"it has no {name}: empty in every record", "make irkit's own table beside it"
            )


def _partitions(table: GlueTable) -> Iterator[Finding]:
    shape = shape_of(table)
    own = "make irkit's own table, which is partitioned by account, region and day"
    if shape.day is None and shape.year_month_day is None:
        yield Finding(Weight.COSTLY, "it has no partition by day: every question reads the whole trail", own)
    if not shape.region or not shape.account:
        missing = " and ".join(each for each, has in (("account", shape.account), ("region", shape.region)) if not has)
        yield Finding(Weight.COSTLY, f"it has no partition by {missing}: those of a day are read together", own)
    if table.partitions and table.parameters.get("projection.enabled", "").lower() != "true":
        what = "its partitions are not projected: days that nobody added are not seen"
        yield Finding(Weight.LACKING, what, "add the partitions of the days that are asked for, or " + own)
    elif shape.template:
        gone = [name for name, _ in table.partitions if f"${{{name}}}" not in shape.template]
        if gone:
            what = f"storage.location.template does not name {', '.join(gone)}"
            yield Finding(Weight.WRONG, what, "name every partition in the template as ${name}")


def _day(table: GlueTable) -> DayColumn | None:
    for name, kind in table.partitions:
        told = table.parameters.get(f"projection.{name}.type", "")
        if told == "date" or (name.lower() in _DAYS and kind.lower() == "date"):
            java = table.parameters.get(f"projection.{name}.format", "yyyy-MM-dd")
            return DayColumn(name, "" if kind.lower() == "date" else java)
    return None


def _values(table: GlueTable, name: str) -> tuple[str, ...]:
    """Of an enumerated partition, its values."""
    if not name or table.parameters.get(f"projection.{name}.type") != "enum":
        return ()
    return tuple(each.strip() for each in table.parameters.get(f"projection.{name}.values", "").split(",") if each)


def _range(table: GlueTable, day: DayColumn | None) -> tuple[date | None, date | None]:
    """The days that a projection covers; None for no bound that is written as a date (``NOW``)."""
    if day is None:
        return None, None
    first, _, last = table.parameters.get(f"projection.{day.name}.range", "").partition(",")
    return _date(first, day.format), _date(last, day.format)


def _date(text: str, java: str) -> date | None:
    pattern = (java or "yyyy-MM-dd").replace("yyyy", "%Y").replace("MM", "%m").replace("dd", "%d")
    try:
        return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
