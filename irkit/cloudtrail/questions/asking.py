"""Ask a source a question: look, follow what services and sessions did for the callers, make the rows."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.question import Answer, Asked, Follow, Question, Row_co
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Source, in_order


def _nobody(batch: Batch) -> None:
    """Is told, and does nothing."""


def ask(
    source: Source,
    question: Question[Row_co],
    query: Query,
    follow: Follow = Follow.MADE_FOR,
    told: Callable[[Batch], None] = _nobody,
) -> Answer[Row_co]:
    """The answer. ``told`` hears each batch of records as it is found; when it raises, the look ends.

    Raises what ``Source.look`` raises.
    """
    with closing(asking(source, question, query, follow)) as look:
        while True:
            try:
                told(next(look))
            except StopIteration as end:
                answer: Answer[Row_co] = end.value
                return answer


def asking(
    source: Source, question: Question[Row_co], query: Query, follow: Follow = Follow.MADE_FOR
) -> Generator[Batch, None, Answer[Row_co]]:
    """The batches as they are found, and the answer as the generator's value. Closing it ends the look."""
    records: list[Record] = []
    look = source.look(question.needs(query))
    with closing(look):
        while True:
            try:
                batch = next(look)
            except StopIteration as end:
                coverage = end.value
                break
            records.extend(batch.records)
            yield batch
    asked = Asked(in_order(records), query)
    return Answer(question, query, follow, question.rows(asked), asked.records, coverage, asked)
