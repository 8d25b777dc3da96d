"""Rows of an answer before it is complete: as JSON lines for programs, as a few lines for the person who waits.

Only for a question whose rows are each made of one record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TextIO

from irkit.cli.trail_cells import cell
from irkit.cli.trail_table import line
from irkit.cli.trail_written import json_line
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.hear_out import hear_out
from irkit.cloudtrail.met import Met
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Source

_PREVIEW = {"at": 20, "call": 30, "error": 14, "who": 26, "ip": 15, "target": 40}
"""The columns that are shown while one waits, and their widths."""


class Stream:
    """Writes rows as JSON lines as they are found, each event once.

    A call that a service made is not written before its caller is known, nor what was only followed to.
    """

    def __init__(self, question: Question[object], asked: Query, columns: Sequence[str], out: TextIO) -> None:
        self._question, self._query, self._columns, self._out = question, asked, columns, out
        self._seen = Met()

    @property
    def count(self) -> int:
        """How many rows went out."""
        return len(self._seen)

    @property
    def written(self) -> Met:
        """The event ids of the rows that went out."""
        return self._seen

    @property
    def rest(self) -> Question[object]:
        """The question, whose rows are those that did not go out."""

        def rows(asked: Asked) -> tuple[object, ...]:
            left = tuple(each for each in asked.records if each.event_id not in self._seen)
            return self._question.rows(replace(asked, records=left))

        return replace(self._question, rows=rows)

    def hear(self, batch: Batch) -> None:
        """Write what is new in a batch."""
        self._write({each.event_id: each for each in batch.records if self._is_new(each)})

    def _write(self, once: Mapping[str, Record]) -> None:
        for row in self._question.rows(Asked(tuple(once.values()), self._query)):
            print(json_line(row, self._columns), file=self._out)
        for event_id in once:
            self._seen.add(event_id)
        if once:
            self._out.flush()

    def through(self, source: Source, hear: Callable[[Batch], None]) -> Coverage:
        """Write all that matches as it is found, and hold none of it: for ``Follow.ALONE``."""

        def told(batch: Batch) -> None:
            hear(batch)
            self._write({each.event_id: each for each in batch.records if each.event_id not in self._seen})

        return hear_out(source.look(self._question.needs(self._query)), told)

    def _is_new(self, one: Record) -> bool:
        return not one.invoked_by and one.event_id not in self._seen and self._query.matches(one)


def preview(question: Question[object], asked: Query) -> Callable[[Batch], list[str]]:
    """The lines of a batch's records, cut to what one glance takes."""

    def lines(batch: Batch) -> list[str]:
        rows = question.rows(Asked(batch.records, asked))
        return [line([cell(getattr(row, name)) for name in _PREVIEW], list(_PREVIEW.values())) for row in rows]

    return lines
