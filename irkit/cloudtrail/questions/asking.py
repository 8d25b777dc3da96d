"""Ask a source a question: look, follow what services and sessions did for the callers, make the rows."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace

from irkit.cloudtrail.attribution import Cause, Certainty, causes
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.lineage import MINTS, Kind, Tree, births, tree
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.question import Answer, Asked, Attributed, Follow, Question, Row_co
from irkit.cloudtrail.questions.reach import (
    CAUSES,
    cause_look,
    made_for_callers,
    made_looks,
    names_caller,
    names_origin,
    of_anyone,
    tree_looks,
    widened,
)
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress, Source, in_order

_FAR = (Follow.ALONE, Follow.MADE_FOR, Follow.TREE)
_MOST_GENERATIONS = 25
_MOST_FOLLOWED = 5_000


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
    with closing(asking(source, question, query, follow)) as look:
        while True:
            try:
                batch = next(look)
            except StopIteration as end:
                answer: Answer[Row_co] = end.value
                return answer
            told(batch)


def asking(
    source: Source, question: Question[Row_co], query: Query, follow: Follow = Follow.MADE_FOR
) -> Generator[Batch, None, Answer[Row_co]]:
    """The batches as they are found, and the answer as the generator's value. Closing it ends the look."""
    far = max(follow, question.least, key=_FAR.index)
    hunt = _Hunt(source, far)
    leads: tuple[Record, ...] = ()
    pointed = query
    if question.lead is not None:
        leads = in_order((yield from hunt.aside(question.lead.look(query))))
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
        notes=tuple(hunt.notes()),
    )


class _Hunt:
    """The looks of one answer, one after another, and what they brought."""

    def __init__(self, source: Source, follow: Follow) -> None:
        self._source = source
        self._follow = follow
        self._needed = self._bare = Query()
        self._pool: dict[str, Record] = {}
        """All that the callers did, by event id: also what is not asked for but may be behind what is."""
        self._coverage: Coverage | None = None
        self._progress = Progress("files", 0, 0)
        self._left_out = 0
        self.kept: dict[str, Record] = {}
        self.attributed = Attributed()
        self.tree: Tree | None = None

    @property
    def coverage(self) -> Coverage:
        assert self._coverage is not None  # noqa: S101 -- the first look ended
        return self._coverage

    def look(self, needed: Query) -> Generator[Batch, None, None]:
        """All looks that the query needs."""
        self._needed, self._bare = needed, of_anyone(needed)
        match self._follow:
            case Follow.ALONE:
                wide = needed
            case Follow.MADE_FOR:
                wide = widened(needed, *CAUSES)
            case Follow.TREE:
                wide = widened(needed, *CAUSES, *MINTS)
        yield from self._looked(wide, needed.matches)
        if self._follow is Follow.TREE:
            yield from self._grow()
        if self._follow is not Follow.ALONE:
            yield from self._attribute()

    def _looked(self, query: Query, is_asked: Callable[[Record], bool]) -> Generator[Batch, None, None]:
        """Look once: everything goes into the pool, what is asked for is kept and told."""
        look = self._source.look(query)
        with closing(look):
            while True:
                try:
                    batch = next(look)
                except StopIteration as end:
                    self._cover(end.value)
                    return
                fresh = [one for one in batch.records if one.event_id not in self._pool]
                self._pool.update((one.event_id, one) for one in fresh)
                asked = tuple(one for one in fresh if is_asked(one))
                self.kept.update((one.event_id, one) for one in asked)
                self._progress = batch.progress
                yield Batch(asked, batch.progress)

    def aside(self, query: Query) -> Generator[Batch, None, list[Record]]:
        """Look for what is judged before it is told."""
        look = self._source.look(query)
        records: list[Record] = []
        with closing(look):
            while True:
                try:
                    batch = next(look)
                except StopIteration as end:
                    self._cover(end.value)
                    return records
                records.extend(batch.records)
                self._progress = batch.progress
                yield Batch((), batch.progress)

    def _cover(self, more: Coverage) -> None:
        """What later looks saw is of the same parts, or of parts that must be named when they failed."""
        first = self._coverage
        if first is None:
            self._coverage = more
        else:
            self._coverage = replace(first.joined(more), start=first.start, end=first.end, counts=first.counts)

    # ------------------------------------------------------------------------------------------------------- the tree

    def _grow(self) -> Generator[Batch, None, None]:
        """Look for what came of the keys, and of what came of them, until nothing new turns up."""
        roots = self._needed.keys or tuple(
            dict.fromkeys(one.key_id for one in self._pool.values() if one.key_id and not one.invoked_by)
        )
        roots = (*roots, *self._needed.arns)
        followed: set[str] = set(roots)
        grown = self._growth(roots)
        for _ in range(_MOST_GENERATIONS if names_caller(self._needed) else 0):
            fresh = [one for one in grown.births if one.id not in followed][: _MOST_FOLLOWED - len(followed)]
            if not fresh:
                break
            followed.update(one.id for one in fresh)
            for query in tree_looks(self._needed, fresh):
                yield from self._looked(query, self._bare.matches)
            grown = self._growth(roots)
        self._left_out = sum(one.id not in followed for one in grown.births) if names_caller(self._needed) else 0
        self.tree = grown

    def _growth(self, roots: tuple[str, ...]) -> Tree:
        records = self._pool.values()
        if names_caller(self._needed) and not self._needed.keys:
            # By name or address, everything that the matching calls made is of the tree, whatever signed them.
            unsigned = (one.by for one in births(records) if self._needed.matches(self._pool[one.event_id]))
            roots = tuple(dict.fromkeys((*roots, *unsigned)))
        return tree(roots, records)

    # ------------------------------------------------------------------------------------------------ made by services

    def _attribute(self) -> Generator[Batch, None, None]:
        """Find whose calls were behind what services made, and what services made for the callers."""
        callers = list(self._pool.values())
        others: list[Record] = []
        found = {one.event_id: one for one in made_for_callers(self.kept.values())}
        for query in made_looks(self._needed, callers):
            more = yield from self.aside(query)
            others += [one for one in more if one.event_id not in self._pool]
            found.update((one.event_id, one) for one in made_for_callers(more) if self._bare.matches(one))
        known = causes(found.values(), [*callers, *others])
        lost = [one for one in found.values() if one.event_id not in known]
        look = cause_look(self._needed, lost)
        if look is not None:
            others += yield from self.aside(look)
            known.update(causes(lost, [*callers, *others]))
        yield from self._judge(found, known)

    def _judge(self, found: dict[str, Record], known: dict[str, Cause]) -> Generator[Batch, None, None]:
        mine: dict[str, Cause] = {}
        other_keys: list[Record] = []
        unknown: list[Record] = []
        added: list[Record] = []
        for event_id, one in found.items():
            cause = known.get(event_id)
            is_ours = event_id in self.kept
            if cause is None:
                unknown.append(one)
                continue
            ours = self._ours(cause)
            if ours is not None:
                mine[event_id] = ours
                if not is_ours:
                    added.append(one)
            elif is_ours:
                mine[event_id] = cause
            else:
                other_keys.append(one)
        self.kept.update((one.event_id, one) for one in added)
        self.attributed = Attributed(mine, tuple(other_keys), tuple(unknown))
        if added:
            yield Batch(in_order(added), self._progress)

    def _ours(self, cause: Cause) -> Cause | None:
        """The cause with a call of ours at its head, if any of those that may be it is ours."""
        if cause.call.event_id in self._pool:
            return cause
        for event_id in cause.others:
            if event_id in self._pool:
                others = (cause.call.event_id, *(each for each in cause.others if each != event_id))
                return replace(cause, call=self._pool[event_id], others=others)
        return None

    def notes(self) -> Generator[str, None, None]:
        """In words, what was followed and how sure it is."""
        told = self.attributed
        if told.causes:
            yield f"{len(told.causes)} calls that services made are told with their callers' key and address"
        for certainty in (Certainty.SEVERAL, Certainty.UNCLEAR, Certainty.RESOURCE, Certainty.SERVICE):
            if count := sum(each.certainty is certainty for each in told.causes.values()):
                yield f"{count} of them joined less surely: {certainty}"
        if told.other_keys:
            count = len(told.other_keys)
            yield f"{count} more were made for the same identity, other key or address: not in the answer"
        if told.unknown:
            absent = "not in the answer" if names_origin(self._needed) else "in the answer as the service's own"
            yield f"{len(told.unknown)} were made for the same identity, and the causing call is not known: {absent}"
        if self.tree is not None:
            sessions = sum(one.kind is Kind.SESSION for one in self.tree.births)
            yield f"followed {len(self.tree.births)} that came of the keys, {sessions} of them sessions"
        if self._left_out:
            yield f"NOT FOLLOWED: {self._left_out} more that came of the keys"
