"""Whole answers in memory: a narrower question of the same records is answered from them, at once and to the row.

Who a service's call was made for is known by then, and is not worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from irkit.cloudtrail.attribution import Cause
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.question import Answer, Asked, Follow, Question
from irkit.cloudtrail.questions.reach import of_anyone
from irkit.cloudtrail.record import Record
from irkit.errors import IrkitError
from irkit.tui.trail_shown import event_ids, names, rows_of
from irkit.tui.trail_view import View, contained

_KEPT = 100_000
"""Records kept in all; the answers of longest ago go first, but never the newest."""
_FAR = (Follow.ALONE, Follow.MADE_FOR, Follow.TREE)
_MARKS = ("keys", "arns", "users", "sessions", "source_identities", "ips", "agents")
"""What a query says of the caller."""


@dataclass(frozen=True)
class Base:
    """An answer to narrow."""

    needed: Query
    follow: Follow
    asked: Asked
    coverage: Coverage
    rows: dict[str, tuple[object, ...]]
    """By question; those that were made."""
    notes: tuple[str, ...] = ()

    def answer(self, question: Question[object], view: View) -> tuple[Asked, tuple[object, ...]]:
        """What the view asks for, and its rows."""
        asked = self._narrowed(question, view)
        if len(asked.records) == len(self.asked.records):
            if question.id not in self.rows:
                self.rows[question.id] = question.rows(asked)
            return asked, self.rows[question.id]
        rows = rows_of(question, asked, self.rows.get(question.id))
        other = tuple(one for one in asked.records if self._is_told_otherwise(one, asked))
        if not other or "event_id" not in names(question):
            return asked, rows
        anew = {event_ids(row): row for row in question.rows(replace(asked, records=other))}
        return asked, tuple(anew.get(event_ids(row), row) for row in rows)

    def _is_told_otherwise(self, one: Record, asked: Asked) -> bool:
        """Whether another of several possible callers is at the head of a record's cause now."""
        return asked.causes.get(one.event_id) is not self.asked.causes.get(one.event_id)

    def _narrowed(self, question: Question[object], view: View) -> Asked:
        """A call that may have been made for one of several callers is of each of them."""
        needed = question.needs(view.query)
        marks = replace(Query(), **{name: getattr(needed, name) for name in _MARKS})
        anyone = of_anyone(needed)
        by_id = {one.event_id: one for one in self.asked.records}
        causes: dict[str, Cause] = {}

        def holds(one: Record) -> bool:
            if self.follow is Follow.TREE:  # the same callers are asked for, and all that came of them is here
                return anyone.matches(one)
            cause = self.asked.causes.get(one.event_id)
            ours = _ours(cause, marks, by_id) if cause is not None and anyone.matches(one) else None
            if ours is not None:
                causes[one.event_id] = ours
                return True
            if cause is not None and needed.matches(one):
                causes[one.event_id] = cause
            return needed.matches(one)

        records = tuple(one for one in self.asked.records if holds(one))
        told = self.asked.causes if self.follow is Follow.TREE else causes
        return replace(self.asked, records=records, query=view.query, causes=told)

    def covered(self, query: Query) -> Coverage:
        """Of the narrower span."""
        if (span := query.span) is None:
            return self.coverage
        start = max(self.coverage.start, span.start)
        return replace(self.coverage, start=start, end=max(start, min(self.coverage.end, span.end)))


class Loaded:
    """The answers that are kept."""

    def __init__(self) -> None:
        self._bases: list[Base] = []

    def keep(self, answer: Answer[object]) -> None:
        """Remember an answer to which nothing is lacking."""
        needed = answer.question.needs(answer.query)
        if answer.asked.before:
            return  # it was split in two, and holds no records of one span
        remarks = answer.question.remarks(answer.asked)
        notes = tuple(f"of all that was loaded, {each}" for each in answer.notes if each not in remarks)
        self._bases.append(
            Base(needed, answer.follow, answer.asked, answer.coverage, {answer.question.id: answer.rows}, notes)
        )
        while len(self._bases) > 1 and sum(len(each.asked.records) for each in self._bases) > _KEPT:
            self._bases.pop(0)

    def forget(self) -> None:
        """Begin anew."""
        self._bases.clear()

    def base(self, question: Question[object], view: View) -> Base | None:
        """The newest answer that holds all that a view asks for; None when it must be asked of the source."""
        try:
            needed = question.needs(view.query)
        except IrkitError:
            return None  # the question itself says so when it is asked
        if question.lead is not None or needed.windows != view.query.windows:
            return None  # it looks further than the records it shows
        follow = max(view.follow, question.least, key=_FAR.index)
        return next((each for each in reversed(self._bases) if _holds(each, needed, follow)), None)


def _holds(base: Base, needed: Query, follow: Follow) -> bool:
    if follow is not base.follow or not contained(needed, base.needed):
        return False
    return follow is not Follow.TREE or all(getattr(needed, each) == getattr(base.needed, each) for each in _MARKS)


def _ours(cause: Cause, marks: Query, by_id: Mapping[str, Record]) -> Cause | None:
    """The cause with a caller at its head that is asked for, if any that may be it is."""
    if marks.matches(cause.call):
        return cause
    for event_id in cause.others:
        one = by_id.get(event_id)
        if one is not None and marks.matches(one):
            others = (cause.call.event_id, *(each for each in cause.others if each != event_id))
            return replace(cause, call=one, others=others)
    return None
