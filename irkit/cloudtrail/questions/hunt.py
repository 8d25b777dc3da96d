"""The looks of one answer: for what is asked, what came of it, and what services made for it; each a narrow one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace

from irkit.cloudtrail.attribution import Cause, causes
from irkit.cloudtrail.births import SIGNS, Birth, Kind, births, each_once, told
from irkit.cloudtrail.coverage import NO_FILE, Coverage
from irkit.cloudtrail.family import bearer
from irkit.cloudtrail.lineage import Tree, tree
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.question import Attributed, Follow
from irkit.cloudtrail.questions.reach import (
    READS,
    cause_look,
    made_for_callers,
    made_looks,
    marked_look,
    names_caller,
    names_origin,
    of_anyone,
    taken_look,
    together,
    tree_looks,
    whoever,
    widened,
)
from irkit.cloudtrail.questions.tally import Tally, Unknown
from irkit.cloudtrail.reached import reached
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress, Source, TellsBirths, in_order, is_by_attribute, reads_all
from irkit.errors import OutsideError

_MOST_GENERATIONS = 25
_CAME = "what came of the keys"
_MADE = "what services made for the callers"
_MOST_FOLLOWED = 1_000
_MOST_NAMED = 10
_BEARERS = frozenset({Kind.USER, Kind.ROLE})
Look = Generator[Batch, None, Coverage]


def _any(_: Record) -> bool:
    return True


class Hunt:
    """The looks of one answer, one after another, and what they brought."""

    def __init__(self, source: Source, follow: Follow) -> None:
        self._source = source
        self._follow = follow
        self._needed = self._bare = Query()
        self._pool: dict[str, Record] = {}
        """All that the callers did, by event id: also what is not asked for but may be behind what is."""
        self._taken: tuple[Birth, ...] = ()
        """What others made of users, roles and marks of the tree: not what the callers did."""
        self._coverages: list[Coverage] = []
        """The first is that of the look for what is asked for."""
        self._lead: Coverage | None = None
        self._progress = Progress("files", 0, 0)
        self._left_out = 0
        self._is_all_asked = False
        """Whether all that the first look brought is asked for."""
        self._texts: dict[str, str] = {}
        """Of records that were read raw, which share none: a third of what they hold."""
        self.kept: dict[str, Record] = {}
        self.attributed = Attributed()
        self.tree: Tree | None = None

    @property
    def coverage(self) -> Coverage:
        """Of the look for what is asked for; what the others did not see is named as well."""
        first, *others = (*self._coverages, *([self._lead] if self._lead else []))
        whole = first
        for more in map(self._asked_for, others):
            # A second look at the same files has the same to note, in other numbers.
            whole = whole.joined(more if not more.is_whole else replace(more, notes=()))
        return replace(whole, start=first.start, end=first.end, counts=first.counts)

    def _asked_for(self, one: Coverage) -> Coverage:
        """Without regions that a look itself asked for, of records that were read: there are files of those."""
        asked = self._needed.regions
        unseen = {part: why for part, why in one.not_seen.items() if why != NO_FILE or part in asked}
        return one if len(unseen) == len(one.not_seen) else replace(one, not_seen=unseen)

    def look(self, needed: Query) -> Generator[Batch, None, None]:
        """All looks that the query needs."""
        self._needed, self._bare = needed, of_anyone(needed)
        wide = needed if self._follow is Follow.ALONE else widened(needed, self._follow)
        self._is_all_asked = wide is needed
        yield from self._looked(wide, _any if self._is_all_asked else needed.matches)
        if self._follow is Follow.TREE:
            yield from self._grow()
        if self._follow is not Follow.ALONE:
            yield from self._attribute()

    def _batches(self, query: Query, purpose: str, look: Look | None = None) -> Generator[Batch, None, None]:
        """One look. What was found before stays an answer when a later look fails: the coverage names it."""
        look = look or self._source.look(query)
        with closing(look):
            while True:
                try:
                    batch = next(look)
                except StopIteration as end:
                    self._coverages.append(end.value)
                    return
                except OutsideError as error:
                    if not self._coverages:
                        raise
                    first = self._coverages[0]
                    self._coverages.append(replace(first, not_seen={purpose: error.message}, notes=()))
                    return
                self._progress = batch.progress
                yield batch

    def _looked(
        self, query: Query, is_asked: Callable[[Record], bool], purpose: str = ""
    ) -> Generator[Batch, None, None]:
        """Look once: everything goes into the pool, what is asked for is kept and told."""
        for batch in self._batches(query, purpose):
            yield Batch(self._keep(batch.records, is_asked), batch.progress)

    def _keep(self, records: Iterable[Record], is_asked: Callable[[Record], bool]) -> tuple[Record, ...]:
        """Those that were not found before and are asked for, now kept."""
        asked = tuple(one for one in self._fresh(records) if is_asked(one))
        self.kept.update((one.event_id, one) for one in asked)
        return asked

    def _fresh(self, records: Iterable[Record]) -> list[Record]:
        """Those that were not found before, now in the pool. Of doubles that stays which lies first, as in a store."""
        records = tuple(records)
        fresh = {one.event_id: one for one in records if not one.text}
        if len(fresh) == len(records) and self._pool.keys().isdisjoint(fresh):  # of a store they are that most often
            self._pool.update(fresh)
            return list(fresh.values())
        fresh.clear()
        for one in (each.sharing(self._texts) if each.text else each for each in records):
            known = self._pool.get(one.event_id)
            if known is None:
                self._pool[one.event_id] = fresh[one.event_id] = one
            elif one.locator < known.locator:
                self._pool[one.event_id] = one
                for held in (fresh, self.kept):
                    if one.event_id in held:
                        held[one.event_id] = one
        return list(fresh.values())

    def lead(self, query: Query) -> Generator[Batch, None, tuple[Record, ...]]:
        """Look for what says what to ask for; before ``look``, whose coverage stays the first."""
        records = yield from self._aside(query, "")
        self._lead = self._coverages.pop()
        return tuple(records)

    def _aside(self, query: Query, purpose: str, look: Look | None = None) -> Generator[Batch, None, list[Record]]:
        """Look for what is judged before it is told; oldest first."""
        records: list[Record] = []
        for batch in self._batches(query, purpose, look):
            records.extend(batch.records)
            yield Batch((), batch.progress)
        return list(in_order(records))

    # ------------------------------------------------------------------------------------------------------- the tree

    def _grow(self) -> Generator[Batch, None, None]:
        """Look for what came of the keys, and of what came of them, until nothing new turns up."""
        roots = self._roots()
        followed: set[str] = set(roots)
        self.tree = tree(roots, self._pool.values())
        if not names_caller(self._needed):
            # Everyone was asked for already.
            return
        asked = set(map(bearer, self._needed.arns)) - {""}
        room = _MOST_FOLLOWED
        for _ in range(_MOST_GENERATIONS):
            fresh = [one for one in self.tree.births if one.id not in followed]
            if not fresh:
                break
            followed.update(one.id for one in fresh)
            # Keys of an identity that is asked about by its ARN are found by that.
            asked.update(bearer(one.id) for one in fresh if one.kind in _BEARERS)
            apart = [one for one in fresh if one.kind not in SIGNS or bearer(one.arn) not in asked]
            self._left_out += max(0, len(apart) - room)
            apart, room = apart[:room], max(0, room - len(apart))
            before = len(self._pool), len(self._taken)
            looks = tree_looks(self._needed, apart)
            aside = taken_look(self._needed, fresh), marked_look(self._needed, fresh)
            if any(each is not None and reads_all(self._source, each) for each in (*looks, *aside)):
                yield from self._at_once(looks, *aside)
            else:
                for query in looks:
                    yield from self._looked(query, self._is_theirs, _CAME)
                if not is_by_attribute(self._source):
                    yield from self._look_aside(fresh)
            if (len(self._pool), len(self._taken)) != before:
                self.tree = tree(roots, self._pool.values(), self._taken)
        self._left_out += sum(one.id not in followed for one in self.tree.births)
        late = {each: one for each, one in self._pool.items() if each not in self.kept and self._is_theirs(one)}
        if late:
            self.kept.update(late)
            yield Batch(in_order(late.values()), self._progress)

    def _at_once(
        self, looks: Sequence[Query], taken: Query | None, marked: Query | None
    ) -> Generator[Batch, None, None]:
        """A generation's looks in one; what each of them brings is judged as if it had been alone."""
        every = (*looks, *(each for each in (taken, marked) if each is not None))
        others, bearing = list[Record](), list[Record]()
        for batch in self._batches(together(every), _CAME) if every else ():
            mine = [one for one in batch.records if any(each.matches(one) for each in looks)]
            others += [one for one in batch.records if taken is not None and taken.matches(one)]
            bearing += [one for one in batch.records if marked is not None and marked.matches(one)]
            yield Batch(self._keep(mine, self._is_theirs), batch.progress)
        self._taken = each_once((*self._taken, *told(in_order(others))))
        if marked is not None:
            self.tree = tree(self.tree.roots if self.tree else (), self._pool.values(), self._taken)
            yield Batch(self._keep(bearing, self._is_theirs), self._progress)

    def _look_aside(self, fresh: Sequence[Birth]) -> Generator[Batch, None, None]:
        """Look for what is known by less than a key: what others made of these, who bears their source identity."""
        taken = taken_look(self._needed, fresh)
        if taken is not None:
            yield from self._take(taken)
        marked = marked_look(self._needed, fresh)
        if marked is not None:
            self.tree = tree(self.tree.roots if self.tree else (), self._pool.values(), self._taken)
            yield from self._looked(marked, self._is_theirs, "what bears a source identity of the tree")

    def _take(self, query: Query) -> Generator[Batch, None, None]:
        """Look for what others made; what the source knows of it already is not looked for."""
        source = self._source
        known = source.given(query) if isinstance(source, TellsBirths) else None
        look = source.unstored(query) if known is not None and isinstance(source, TellsBirths) else None
        records = yield from self._aside(query, "what others made of what came of the keys", look)
        self._taken = each_once((*self._taken, *(known or ()), *told(records)))

    def _is_theirs(self, one: Record) -> bool:
        """Whether a record is asked for, and of the tree as it is."""
        return self._bare.matches(one) and self.tree is not None and self.tree.holds(one)

    def _roots(self) -> tuple[str, ...]:
        """The keys asked about; by name or address, all that the matching calls were made with and that none made."""
        if self._needed.keys:
            return self._needed.keys
        born = births(self._pool.values())
        made = {one.id for one in born}
        signed = (one.key_id for one in in_order(self._pool.values()) if one.key_id and not one.invoked_by)
        unsigned = (one.by for one in born)
        return tuple(dict.fromkeys(each for each in (*self._needed.arns, *signed, *unsigned) if each not in made))

    # ------------------------------------------------------------------------------------------------ made by services

    def _attribute(self) -> Generator[Batch, None, None]:
        """Find whose calls were behind what services made, and what services made for the callers."""
        callers = list(self._pool.values())
        others: list[Record] = []
        found = {one.event_id: one for one in made_for_callers(self.kept.values())}
        for more in (yield from self._made(made_looks(self._needed, self._hidden(found.values())))):
            others += [one for one in more if one.event_id not in self._pool]
            found.update((one.event_id, one) for one in made_for_callers(more) if self._bare.matches(one))
        known = causes(found.values(), [*callers, *others])
        lost = [one for one in found.values() if one.event_id not in known]
        look = cause_look(self._needed, lost)
        if look is not None:
            others += yield from self._aside(look, "whose calls were behind what services made")
            known.update(causes(lost, [*callers, *others]))
        yield from self._judge(found, known)

    def _made(self, looks: Sequence[Query]) -> Generator[Batch, None, list[list[Record]]]:
        """What each of these looks brings, oldest first."""
        afresh = [each for each in looks if reads_all(self._source, each)]
        found: dict[Query, list[Record]] = {}
        for each in (*([one] for one in looks if one not in afresh), *([afresh] if afresh else ())):
            records = yield from self._aside(together(each), _MADE)
            found |= {look: [one for one in records if look.matches(one)] for look in each}
        return [found[each] for each in looks]

    def _hidden(self, found: Iterable[Record]) -> list[Record]:
        """The callers whose services' calls the first look cannot have found.

        By user, role or session it finds them, as they have their callers' identity. A session's may lack its role: so
        it is looked for what was made for sessions that read secrets, and for which nothing was found.
        """
        callers = list(self._pool.values())
        if names_origin(self._needed):
            return callers
        if not names_caller(self._needed):
            return []
        is_mine = _any if self._is_all_asked else whoever(self._needed).matches
        told = {one.principal_arn for one in found}
        return [
            one
            for one in callers
            if (one.issuer_arn and one.principal_arn not in told and one.call in READS) or not is_mine(one)
        ]

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
        tally = Tally()
        tally.add(self.kept.values(), self.attributed)
        yield from tally.told(Unknown.LEFT_OUT if names_origin(self._needed) else Unknown.KEPT)
        if self.tree is not None:
            sessions = sum(one.kind is Kind.SESSION for one in self.tree.births)
            yield f"followed {len(self.tree.births)} that came of the keys, {sessions} of them sessions"
            if others := reached(self._pool.values(), self.tree):
                more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
                yield f"NOT FOLLOWED, as others use them too: {', '.join(others[:_MOST_NAMED])}{more}"
            marks = dict.fromkeys(one.source_identity for one in self.tree.births if one.marks)
            if marks and is_by_attribute(self._source):
                yield f"NOT FOLLOWED: who bears the source identity {', '.join(marks)}: ask with --source-identity"
        if self._left_out:
            yield f"NOT FOLLOWED: {self._left_out} more that came of the keys"
