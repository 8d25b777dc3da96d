"""What is looked at: a question, a query, filters over its rows, their order; each change makes a new one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.questions.question import Follow
from irkit.tui.trail_cells import words
from irkit.tui.trail_fields import FIELDS, LABELS


class Sense(StrEnum):
    """Whether a condition keeps a value or leaves it out."""

    ONLY = "only"
    NOT = "not"


class Over(StrEnum):
    """What a condition goes over: the records that rows are made of, or the rows."""

    RECORDS = "records"
    ROWS = "rows"


class Direction(StrEnum):
    """Which end of an order comes first."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Condition:
    """A filter over what is loaded: ``field`` is a field of records (``trail_fields``), or a column of rows."""

    field: str
    value: str
    sense: Sense
    over: Over = Over.RECORDS


@dataclass(frozen=True)
class Order:
    """By which column the rows are put in order; the question's own order where there is none."""

    column: str
    direction: Direction


@dataclass(frozen=True)
class Chip:
    """A filter as it is shown, and the view that is left when it is taken away."""

    text: str
    rest: View


@dataclass(frozen=True)
class View:
    """All that says what the table shows."""

    question: str
    query: Query = field(default_factory=Query)
    follow: Follow = Follow.MADE_FOR
    conditions: tuple[Condition, ...] = ()
    text: str = ""
    """Only rows that hold it, letter case aside."""
    order: Order | None = None

    def asks_as(self, other: View) -> bool:
        """Whether both are made of the same answer, so that nothing must be asked again."""
        return (self.question, self.query, self.follow) == (other.question, other.query, other.follow)

    def of(self, question: str) -> View:
        """Another question with the same filters, in its own order."""
        return replace(self, question=question, order=None)

    def narrowed(self, asks: str, value: str) -> View:
        """With one value of a field of the query, in the place of others."""
        return replace(self, query=with_values(self.query, asks, (value,)))

    def bare(self) -> View:
        """Without any filter: everything, of all time."""
        return View(self.question, follow=self.follow, order=self.order)

    def with_condition(self, condition: Condition) -> View:
        """With one more condition; one of the same field and sense ``only`` gives way."""
        kept = tuple(each for each in self.conditions if not _gives_way(each, condition))
        return replace(self, conditions=(*kept, condition))

    def within(self, window: Window | None) -> View:
        """Of another span of time; None for all time."""
        return replace(self, query=self.query.within((window,) if window else ()))

    def sorted_by(self, column: str, first: Direction) -> View:
        """By a column; again turns it round, a third time gives the question's own order back."""
        if self.order is None or self.order.column != column:
            return replace(self, order=Order(column, first))
        if self.order.direction is first:
            return replace(self, order=Order(column, Direction.DOWN if first is Direction.UP else Direction.UP))
        return replace(self, order=None)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The filters, each with what is left without it."""
        return (*self._of_query(), *self._of_rows())

    def _of_query(self) -> tuple[Chip, ...]:
        chips: list[Chip] = []
        for name in LABELS:
            values = getattr(self.query, name)
            for each in values:
                rest = tuple(other for other in values if other != each)
                text = span(each) if isinstance(each, Window) else f"{LABELS[name]} {words(each)}"
                chips.append(Chip(text, replace(self, query=with_values(self.query, name, rest))))
        if self.query.outcome is not Outcome.ANY:
            rest_of = replace(self, query=replace(self.query, outcome=Outcome.ANY))
            chips.append(Chip(self.query.outcome.value, rest_of))
        return tuple(chips)

    def _of_rows(self) -> tuple[Chip, ...]:
        chips = []
        for each in self.conditions:
            named = FIELDS[each.field].label if each.over is Over.RECORDS else each.field
            name = named.replace("_", " ").removesuffix(" id")
            rest = replace(self, conditions=tuple(other for other in self.conditions if other != each))
            sense = "not " if each.sense is Sense.NOT else ""
            chips.append(Chip(f"{name} {sense}{words(each.value) or 'empty'}", rest))
        if self.text:
            chips.append(Chip(f"/{words(self.text)}", replace(self, text="")))
        return tuple(chips)


def _gives_way(old: Condition, new: Condition) -> bool:
    is_of_same = (old.field, old.over) == (new.field, new.over)
    return old == new or (is_of_same and old.sense is new.sense is Sense.ONLY)


def with_values(query: Query, asks: str, values: tuple[object, ...]) -> Query:
    """With other values in the field that is named."""
    return replace(query, **{asks: values})  # type: ignore[arg-type]  # each but the outcome holds a tuple


def span(window: Window) -> str:
    """``2023-07-10 11:54:42 to 11:58:28``."""
    start, end = (words(at).replace("T", " ").removesuffix("Z") for at in window)
    return f"{start} to {end.removeprefix(f'{start[:10]} ')}"


def contained(inner: Query, outer: Query) -> bool:
    """Whether every record that ``inner`` asks for is asked for by ``outer`` too (when in doubt, it is not)."""
    if outer.windows and not (inner.windows and all(_within(each, outer.windows) for each in inner.windows)):
        return False
    for each in fields(Query):
        if each.name in {"windows", "outcome", "calls"}:
            continue
        wide, narrow = getattr(outer, each.name), getattr(inner, each.name)
        if wide and not (narrow and set(narrow) <= set(wide)):
            return False
    if outer.calls and not (inner.calls and all(_called(each, outer.calls) for each in inner.calls)):
        return False
    return outer.outcome in {Outcome.ANY, inner.outcome} or (
        (outer.outcome, inner.outcome) == (Outcome.FAILED, Outcome.DENIED)
    )


def _within(window: Window, windows: tuple[Window, ...]) -> bool:
    return any(each.start <= window.start and window.end <= each.end for each in windows)


def _called(asked: str, calls: tuple[str, ...]) -> bool:
    held = {each.lower() for each in calls}
    source, colon, name = asked.lower().rpartition(":")
    return bool({asked.lower(), name} & held) or (bool(colon) and f"{source}:*" in held) or bool({"*", "*:*"} & held)
