"""A question whose records do not fit into memory: asked span by span of time, its rows made shelf by shelf.

The rows are those of ``asking``. What services made is joined to the callers' calls within a span and a minute around
it: whoever did the same with the same resource every few seconds, for longer than that, can have a decrypt near a
span's start joined to another of these calls.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Generic, Protocol, TypeVar
from zlib import crc32

from irkit.cloudtrail.attribution import Cause
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.group import grouped
from irkit.cloudtrail.questions.hunt import Hunt
from irkit.cloudtrail.questions.question import Asked, Attributed, Follow, Gathering, Question
from irkit.cloudtrail.questions.reach import names_origin
from irkit.cloudtrail.questions.tally import Tally, Unknown
from irkit.cloudtrail.ranked_rows import RankedRows
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress, Source, in_order
from irkit.cloudtrail.spool import Spool

Row = TypeVar("Row")
IN_A_SPAN = 20_000
"""Records that are asked for at once."""
_SHELVES_OF_A_SPAN = 4
"""A shelf then holds a fourth of the records of a span, as evenly as the shelves' names allow."""
_MOST_SHELVES = 2_000
_AROUND = timedelta(minutes=1)


class Spanned(Source, Protocol):
    """A source that can be asked span by span."""

    def spans(self, query: Query, most: int) -> tuple[Window, ...]:
        """Spans, oldest first, that hold all records of a query, each about ``most`` of them or less."""


@dataclass(frozen=True)
class Sliced(Generic[Row]):
    """The rows, on disk until they are closed, and what a reader must know beside the coverage."""

    rows: RankedRows[Row]
    notes: tuple[str, ...]


def is_sliceable(question: Question[object], follow: Follow) -> bool:
    """Whether a question can be asked so: not for a tree of what came of keys, which is one whole."""
    return question.wide is not None and Follow.TREE not in {follow, question.least}


def slicing(
    source: Spanned, question: Question[Row], query: Query, follow: Follow, folder: Path
) -> Generator[Batch, None, Sliced[Row]]:
    """The records of each span as they are found, and the rows as the generator's value, kept in ``folder``.

    Raises what ``asking`` raises, and ``OutsideError`` when there is no room in the folder.
    """
    with ExitStack() as opened:
        rows: RankedRows[Row] = RankedRows(folder)
        opened.callback(rows.close)
        look = _Looks(source, question, query, follow)
        leads = yield from look.lead()
        gathering, spans = look.gathering, look.spans()
        count = min(max(1, len(spans)) * _SHELVES_OF_A_SPAN, _MOST_SHELVES)
        shelves = opened.enter_context(closing(_Shelves(folder, gathering, count, Asked((), query, leads))))
        del leads
        for batch, asked in look.looked(spans):
            yield batch
            gathering.learn(asked)
            shelves.put(asked)
            if gathering.shelf is None:
                rows.add(gathering.ranked(asked))
        for asked in shelves.each():
            rows.add(gathering.ranked(asked))
        rows.add(gathering.last())
        shelves.close()
        opened.pop_all()
    return Sliced(rows, (*gathering.remarks(), *look.notes()))


class _Looks(Generic[Row]):
    """The looks of one question: for what leads to its records, then span by span for these."""

    def __init__(self, source: Spanned, question: Question[Row], query: Query, follow: Follow) -> None:
        if question.wide is None:
            raise ValueError(f"{question.id} cannot be asked span by span")
        self.gathering: Gathering[Row] = question.wide()
        self._source, self._question, self._query, self._follow = source, question, query, follow
        self._needed = query
        self._tally = Tally()

    def lead(self) -> Generator[Batch, None, tuple[Record, ...]]:
        """What says what to ask for."""
        lead, pointed = self._question.lead, self._query
        leads: tuple[Record, ...] = ()
        if lead is not None:
            leads = yield from Hunt(self._source, self._follow).lead(lead.look(self._query))
            pointed = lead.then(self._query, leads)
        self._needed = self._question.needs(pointed)
        return leads

    def spans(self) -> tuple[Window, ...]:
        """The spans, once the leads are known."""
        return self._source.spans(self._needed, IN_A_SPAN)

    def looked(self, spans: Sequence[Window]) -> Iterator[tuple[Batch, Asked]]:
        """What is asked for in each span, oldest first."""
        for number, span in enumerate(spans, 1):
            asked = self._asked(span)
            records = (*asked.before, *asked.records)
            yield Batch(records, Progress("spans of time", number, len(spans))), asked

    def _asked(self, span: Window) -> Asked:
        hunt = Hunt(self._source, self._follow)
        near = Window(span.start - _AROUND, span.end + _AROUND)
        windows = [_shared(near, each) for each in self._needed.windows or (near,)]
        for _ in hunt.look(self._needed.within(each for each in windows if each.start < each.end)):
            pass
        records = tuple(one for one in in_order(hunt.kept.values()) if span.holds(one.at))
        told = hunt.attributed
        causes = {one.event_id: told.causes[one.event_id] for one in records if one.event_id in told.causes}
        others = (tuple(one for one in each if span.holds(one.at)) for each in (told.other_keys, told.unknown))
        self._tally.add(records, Attributed(causes, *others))
        start = self._query.span.start if self._query.span else None
        return Asked(
            records=tuple(one for one in records if start is None or one.at >= start),
            query=self._query,
            before=tuple(one for one in records if start is not None and one.at < start),
            causes=causes,
        )

    def notes(self) -> Iterator[str]:
        """What was made by services, and how sure it is."""
        yield from self._tally.told(Unknown.LEFT_OUT if names_origin(self._needed) else Unknown.KEPT)


def _shared(one: Window, other: Window) -> Window:
    """What two windows have in common; its start is not before its end when that is nothing."""
    return Window(max(one.start, other.start), min(one.end, other.end))


class _Shelves:
    """Records with their causes, and leads, on disk by the shelf that a gathering names. Close it."""

    def __init__(self, folder: Path, gathering: Gathering[object], count: int, led: Asked) -> None:
        self._gathering, self._query, self._count = gathering, led.query, count
        self._records: Spool[tuple[Record, Cause | None]] = Spool(folder)
        self._leads: Spool[Record] = Spool(folder)
        for number, several in grouped(led.leads, lambda one: self._number(gathering.led(one))).items():
            if number is not None:
                self._leads.put(number, several)

    def put(self, asked: Asked) -> None:
        """Put away what a span holds. A gathering without shelves needs none of it later."""
        shelf = self._gathering.shelf
        if shelf is None:
            return
        named = grouped(asked.records, lambda one: self._number(shelf(asked, one)))
        for number, several in named.items():
            if number is not None:
                self._records.put(number, [(one, asked.causes.get(one.event_id)) for one in several])

    def each(self) -> Iterator[Asked]:
        """What is on each shelf, its records oldest first."""
        for number in sorted({*self._records.shelves, *self._leads.shelves}):
            held = list(self._records.taken(number))
            yield Asked(
                records=tuple(one for one, _ in held),
                query=self._query,
                leads=tuple(self._leads.taken(number)),
                causes={one.event_id: cause for one, cause in held if cause is not None},
            )

    def close(self) -> None:
        """Let go of them."""
        self._records.close()
        self._leads.close()

    def _number(self, shelf: str | None) -> int | None:
        return None if shelf is None else crc32(shelf.encode("utf-8", "replace")) % self._count
