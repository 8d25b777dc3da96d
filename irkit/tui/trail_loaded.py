"""Whole answers in memory: a narrower question of the same records is answered from them, at once and to the row.

Who a service's call was made for is known by then, and is not worked out again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.question import Answer, Asked, Follow, Question
from irkit.cloudtrail.questions.reach import of_anyone
from irkit.cloudtrail.record import Record
from irkit.errors import IrkitError
from irkit.tui.trail_shown import rows_of
from irkit.tui.trail_view import View, contained

_KEPT = 200_000
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

    def answer(self, question: Question[object], view: View) -> tuple[Asked, tuple[object, ...]]:
        """What the view asks for, and its rows."""
        asked = self._narrowed(question, view)
        if len(asked.records) == len(self.asked.records):
            if question.id not in self.rows:
                self.rows[question.id] = question.rows(asked)
            return asked, self.rows[question.id]
        return asked, rows_of(question, asked, self.rows.get(question.id))

    def _narrowed(self, question: Question[object], view: View) -> Asked:
        needed = question.needs(view.query)
        marks = replace(Query(), **{name: getattr(needed, name) for name in _MARKS})
        anyone = of_anyone(needed)

        def holds(one: Record) -> bool:
            if needed.matches(one):
                return True
            caller = self.asked.caller(one)
            return caller is not one and anyone.matches(one) and marks.matches(caller)

        records = tuple(one for one in self.asked.records if holds(one))
        causes = self.asked.causes
        kept = {one.event_id: causes[one.event_id] for one in records if one.event_id in causes}
        return replace(self.asked, records=records, query=view.query, causes=kept)

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
        self._bases.append(
            Base(needed, answer.follow, answer.asked, answer.coverage, {answer.question.id: answer.rows})
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
