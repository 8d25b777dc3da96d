"""What was opened, and the list of values to rotate with their owners: from what the steps measured. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from irkit.contract import Frozen
from irkit.counted import counted
from irkit.report.findings import Findings, Loose
from irkit.report.spans import utc
from irkit.report.statement import Basis, Statement

_MOST = 4
"""Names told of one opened thing."""


class OpenedThing(Loose):
    """A row of ``cloudtrail.measure_opened``: one thing that the intruder opened."""

    what: str
    who: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    count: int = 0
    first_at: datetime
    last_at: datetime


class Task(Loose):
    """A value to rotate, with who answers for it; ``opened`` is ``yes``, ``perhaps``, ``by right`` or ``no``."""

    name: str
    kind: str = ""
    owner: str = ""
    owner_by: str = ""
    opened: str = ""


class Opened(Loose):
    """Of ``cloudtrail.measure_opened``."""

    opened: tuple[OpenedThing, ...] = ()
    by_right: tuple[OpenedThing, ...] = ()
    tasks: tuple[Task, ...] = ()
    rightful: int = 0
    unusual: tuple[str, ...] = ()
    coverage: str = ""


class Blast(Loose):
    """Of ``aws.find_sealed_values`` and ``aws.find_readable_values``: what they could not look at."""

    coverage: str = ""


class Warned(Loose):
    """Of ``cloudtrail.judge_context``: whether the log tells values apart."""

    warning: str = ""


class Todo(Frozen):
    """One value to rotate."""

    name: str
    kind: str
    owner: str
    opened: str
    events: tuple[int, ...]


class Rotation(Frozen):
    """What was opened, the list, and what a reader must know of it. ``asked`` are the events of those who looked."""

    asked: tuple[int, ...]
    opened: tuple[Statement, ...]
    todo: tuple[Todo, ...]
    notes: tuple[Statement, ...]


def rotation(found: Findings) -> Rotation:
    """Gather it from the last answer of each step."""
    steps = found.of("cloudtrail.measure_opened")
    told = [(step.seq, one) for step in steps for one in step.read(Opened)]
    notes = [
        Statement(text=one.warning, events=(step.seq,), basis=Basis.INFERRED)
        for step in found.of("cloudtrail.judge_context")
        for one in step.read(Warned)
        if one.warning
    ]
    for seq, each in told:
        if each.rightful:
            text = f"{each.rightful} uses of the same principals came from our own networks: by right, so not opened"
            unusual = f"; new among them: {', '.join(each.unusual)}" if each.unusual else ""
            notes.append(Statement(text=f"{text}{unusual}", events=(seq,), basis=Basis.INFERRED))
    notes += [_opened(seq, row, "by right, so known to them: ") for seq, each in told for row in each.by_right]
    notes += [
        Statement(text=one.coverage, events=(step.seq,))
        for step in found.of("aws.find_sealed_values", "aws.find_readable_values")
        for one in step.read(Blast)
        if one.coverage
    ]
    return Rotation(
        asked=tuple(seq for seq, _ in told),
        opened=tuple(_opened(seq, row) for seq, each in told for row in each.opened),
        todo=tuple(_todo(seq, task) for seq, each in told for task in each.tasks),
        notes=tuple(notes),
    )


def summed(rotation: Rotation) -> Iterator[Statement]:
    """How much was opened; what it is stands in a part of its own. Nothing is said where no step asked."""
    if not rotation.asked:
        return
    things = counted(len(rotation.opened), "thing was", "things were")
    told = f"{things} opened without right" if rotation.opened else "Nothing was seen to be opened without right"
    listed = f"; {counted(len(rotation.todo), 'value stands', 'values stand')} on the list to rotate"
    yield Statement(text=f"{told}{listed if rotation.todo else ''}.", events=rotation.asked, basis=Basis.INFERRED)


def _opened(seq: int, row: OpenedThing, how: str = "") -> Statement:
    text = (
        f"{how}{row.what}: {_when(row)}, by {_few(row.who) or 'nobody named'} from {_few(row.ips) or 'nowhere named'}"
    )
    return Statement(text=text, events=(seq,))


def _few(names: tuple[str, ...]) -> str:
    """The first of them, the others counted: the evidence names all."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _when(row: OpenedThing) -> str:
    if row.count == 1:
        return f"once, {utc(row.first_at)}"
    return f"{row.count} times, {utc(row.first_at)} to {utc(row.last_at)}"


def _todo(seq: int, task: Task) -> Todo:
    by = f" ({task.owner_by})" if task.owner_by and task.owner_by != task.owner else ""
    return Todo(name=task.name, kind=task.kind, owner=f"{task.owner}{by}", opened=task.opened, events=(seq,))
