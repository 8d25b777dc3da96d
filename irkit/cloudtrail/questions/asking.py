"""Ask a source a question: look, follow what services and sessions did for the callers, make the rows."""

from __future__ import annotations

from collections.abc import Callable, Generator

from irkit.cloudtrail.hear_out import hear_out
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.hunt import Hunt
from irkit.cloudtrail.questions.question import Answer, Asked, Follow, Question, Row_co
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Source, in_order, steadied

_FAR = (Follow.ALONE, Follow.MADE_FOR, Follow.TREE)


def _nobody(batch: Batch) -> None:
    """Is told, and does nothing."""


def ask(
    source: Source,
    question: Question[Row_co],
    query: Query,
    follow: Follow = Follow.MADE_FOR,
    told: Callable[[Batch], None] = _nobody,
) -> Answer[Row_co]:
    """The answer. ``told`` hears each batch of the answer's records as it is found; when it raises, the look ends.

    Raises what ``Source.look`` and ``Question.needs`` raise.
    """
    return hear_out(asking(source, question, query, follow), told)


def asking(
    source: Source, question: Question[Row_co], query: Query, follow: Follow = Follow.MADE_FOR
) -> Generator[Batch, None, Answer[Row_co]]:
    """The batches as they are found, and the answer as the generator's value. Closing it ends the look."""
    with steadied(source) as held:
        return (yield from _asked(held, question, query, max(follow, question.least, key=_FAR.index)))


def _asked(
    source: Source, question: Question[Row_co], query: Query, far: Follow
) -> Generator[Batch, None, Answer[Row_co]]:
    hunt = Hunt(source, far)
    leads: tuple[Record, ...] = ()
    pointed = query
    if question.lead is not None:
        leads = yield from hunt.lead(question.lead.look(query))
        pointed = question.lead.then(query, leads)
    yield from hunt.look(question.needs(pointed))
    start = query.span.start if query.span else None
    records = in_order(hunt.kept.values())
    asked = Asked(
        records=tuple(one for one in records if start is None or one.at >= start),
        query=query,
        leads=leads,
        before=tuple(one for one in records if start is not None and one.at < start),
        causes=hunt.attributed.causes,
        tree=hunt.tree,
    )
    return Answer(
        question=question,
        query=query,
        follow=far,
        rows=question.rows(asked),
        records=asked.records,
        coverage=hunt.coverage,
        asked=asked,
        attributed=hunt.attributed,
        notes=(*question.remarks(asked), *hunt.notes()),
    )
