"""What a trail's selectors record and leave out, whichever of the two kinds they are. Pure.

CloudTrail user guide, "Logging management events", "Logging data events"; API reference, AdvancedFieldSelector. An
event is recorded when one selector takes it. Management events of KMS and of the RDS Data API may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar

from irkit.clients.trails import AdvancedTold, DataResourceTold, FieldTold, SelectorsTold, SelectorTold

_CATEGORY = "eventCategory"
_READ_ONLY = "readOnly"
_SOURCE = "eventSource"
_KIND = "resources.type"
_ARN = "resources.ARN"
_WHOLE = frozenset({"arn:aws:s3", "arn:aws:s3:::", "arn:aws:lambda", "arn:aws:dynamodb"})
"""Values of a basic selector that mean every resource of the kind."""
_T = TypeVar("_T")


class Access(StrEnum):
    """Which management events are recorded."""

    ALL = "all"
    WRITES = "writes alone"
    READS = "reads alone"
    NONE = "none"


class DataEvents(NamedTuple):
    """Data events that are recorded: of one kind of resource (``AWS::S3::Object``), as far as ``limits`` say."""

    kind: str
    limits: tuple[str, ...] = ()
    """In words; empty: all of the kind."""

    @property
    def text(self) -> str:
        """``AWS::S3::Object of arn:aws:s3:::logs/``."""
        return f"{self.kind} {' and '.join(self.limits)}" if self.limits else self.kind


@dataclass(frozen=True)
class Recorded:
    """What selectors record. ``excluded`` are event sources whose management events are left out."""

    management: Access
    excluded: tuple[str, ...] = ()
    data: tuple[DataEvents, ...] = ()
    limits: tuple[str, ...] = ()
    """What else narrows the management events, in words."""
    others: tuple[str, ...] = ()
    """Further categories that are recorded, such as ``NetworkActivity``."""


def recorded(told: SelectorsTold) -> Recorded:
    """What they record together."""
    return _advanced(told.advanced) if told.advanced else _basic(told.basic)


def _basic(selectors: Iterable[SelectorTold]) -> Recorded:
    several = tuple(selectors)
    management = [one for one in several if one.has_management]
    data = [_data_of(one, each) for one in several for each in one.data]
    return Recorded(
        _access("" if one.read_write == "All" else one.read_write for one in management),
        _excluded_by_all(one.excluded for one in management),
        _once(data),
    )


def _data_of(selector: SelectorTold, each: DataResourceTold) -> DataEvents:
    limits = [] if _WHOLE.intersection(each.values) else [f"of {', '.join(each.values)}"]
    if selector.read_write != "All":
        limits.append(f"by {selector.read_write} calls")
    return DataEvents(each.kind, tuple(limits))


def _advanced(selectors: Iterable[AdvancedTold]) -> Recorded:
    management: list[tuple[FieldTold, ...]] = []
    data: list[DataEvents] = []
    others: list[str] = []
    for one in selectors:
        category = next((each.equals for each in one.fields if each.field == _CATEGORY), ())
        rest = tuple(each for each in one.fields if each.field != _CATEGORY)
        if "Management" in category:
            management.append(rest)
        elif "Data" in category:
            kinds = [kind for each in rest if each.field == _KIND for kind in each.equals]
            limits = tuple(_words(each) for each in rest if each.field != _KIND)
            data += [DataEvents(kind, limits) for kind in kinds or ["every kind"]]
        else:
            others += category
    return Recorded(
        _access(_read_write(fields) for fields in management),
        _excluded_by_all(_not_sources(fields) for fields in management),
        _once(data),
        _limits(management),
        tuple(dict.fromkeys(others)),
    )


def _read_write(fields: Iterable[FieldTold]) -> str:
    for each in fields:
        if each.field == _READ_ONLY:
            wanted = "true" in each.equals or "false" in each.not_equals
            return "ReadOnly" if wanted else "WriteOnly"
    return ""


def _not_sources(fields: Iterable[FieldTold]) -> tuple[str, ...]:
    return tuple(source for each in fields if each.field == _SOURCE for source in each.not_equals)


def _limits(management: Iterable[tuple[FieldTold, ...]]) -> tuple[str, ...]:
    """The other conditions, unless one selector has none: that one records all."""
    several = [tuple(_words(each) for each in fields if not _is_known(each)) for fields in management]
    return () if () in several else _once(words for each in several for words in each)


def _is_known(one: FieldTold) -> bool:
    """Whether a condition is told elsewhere: reads or writes, or sources that are left out."""
    others = (one.equals, one.starts, one.ends, one.not_starts, one.not_ends)
    return one.field == _READ_ONLY or (one.field == _SOURCE and bool(one.not_equals) and not any(others))


def _words(one: FieldTold) -> str:
    if one.field == _READ_ONLY:
        return f"by {_read_write((one,))} calls"
    said = (
        ("is", one.equals),
        ("begins with", one.starts),
        ("ends with", one.ends),
        ("is not", one.not_equals),
        ("does not begin with", one.not_starts),
        ("does not end with", one.not_ends),
    )
    name = "ARN" if one.field == _ARN else one.field
    return "where " + " and ".join(f"{name} {word} {' or '.join(values)}" for word, values in said if values)


def _access(read_write: Iterable[str]) -> Access:
    kinds = set(read_write)
    if not kinds:
        return Access.NONE
    if "" in kinds or kinds == {"ReadOnly", "WriteOnly"}:
        return Access.ALL
    return Access.READS if kinds == {"ReadOnly"} else Access.WRITES


def _excluded_by_all(several: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """What every selector leaves out: what one of them takes is recorded."""
    sets = [set(each) for each in several]
    return tuple(sorted(set.intersection(*sets))) if sets else ()


def _once(several: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(several))
