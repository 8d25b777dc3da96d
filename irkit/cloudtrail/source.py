"""What every source of CloudTrail records does: give the records of a query as they are found, and its coverage."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.hear_out import hear_out
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.record import Record

if TYPE_CHECKING:
    from irkit.cloudtrail.births import Birth


REGIONS = "regions"
"""What is counted where all parts are read at once."""


class Progress(NamedTuple):
    """How far a look is. ``unit`` is what ``done`` and ``total`` count; ``total`` is 0 while it is not known."""

    unit: str
    """``files``, ``pages``, ``bytes``, ``REGIONS``."""
    done: int
    total: int
    events: int = 0
    """Events looked at so far (or given, where the source looks itself)."""
    size: int = 0
    """Compressed bytes read so far."""
    seconds_left: float | None = None
    """Of time, as far as the source can say."""

    def left(self, seconds: float) -> float | None:
        """How many seconds are left when ``seconds`` are over: the source's own word, else by the share that is done.

        None when nothing is known. Regions are read at once, so how many are done tells nothing of the rest.
        """
        if self.seconds_left is not None or self.unit == REGIONS or not 0 < self.done < self.total:
            return self.seconds_left
        return seconds * (self.total - self.done) / self.done


class Batch(NamedTuple):
    """Some records that match, in any order; an event may be in several batches. May be empty, to tell of progress."""

    records: tuple[Record, ...]
    progress: Progress


class Source(Protocol):
    """Something that holds CloudTrail records."""

    @property
    def label(self) -> str:
        """What it is, in words: ``files under logs/``."""

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """Give the matching records as they are found; the generator's return value is what was and was not seen.

        A part that cannot be read is in the coverage. Raises ``OutsideError`` when nothing of it answers. Closing the
        generator ends the look, its processes and requests included.
        """


@runtime_checkable
class Steady(Protocol):
    """A source that is dear to open, or that changes: the looks of one answer go to it as it is at one moment."""

    def steady(self) -> AbstractContextManager[Source]:
        """The source as it is now, opened once for several looks."""


@runtime_checkable
class ByAttribute(Protocol):
    """A source that may know records by few attributes only: for what they mention it gives all that it has."""

    @property
    def is_by_attribute(self) -> bool:
        """Whether it does."""


def is_by_attribute(source: Source) -> bool:
    """Whether to look for what records mention is to have everything of a source."""
    return isinstance(source, ByAttribute) and source.is_by_attribute


@runtime_checkable
class ReadWhole(Protocol):
    """A source that says what looks read all its files again: several of these are made one."""

    def reads_all(self, query: Query) -> bool:
        """Whether a look for this does."""


def reads_all(source: Source, query: Query) -> bool:
    """Whether to look for this and other things at once takes no longer than to look for this alone."""
    return isinstance(source, ReadWhole) and source.reads_all(query)


@contextmanager
def steadied(source: Source) -> Iterator[Source]:
    """The source as it is now where it can be held so, else itself."""
    if not isinstance(source, Steady):
        yield source
        return
    with source.steady() as held:
        yield held


@runtime_checkable
class TellsBirths(Protocol):
    """A source that knows of some of its records, without a look, what these say was brought into being."""

    def given(self, query: Query) -> tuple[Birth, ...] | None:
        """What the records it knows tell of births, of those that a query for ``given_to`` matches, one by one.

        None when it does not know that of this query.
        """

    def unstored(self, query: Query) -> Generator[Batch, None, Coverage]:
        """As ``Source.look``, but for the records that ``given`` tells of: the coverage is that of all."""


@dataclass(frozen=True)
class Found:
    """The records, oldest first, each once by its event id; and what they do not cover."""

    records: tuple[Record, ...]
    coverage: Coverage


def _nobody(batch: Batch) -> None:
    """Is told, and does nothing."""


def found(source: Source, query: Query, told: Callable[[Batch], None] = _nobody) -> Found:
    """Look to the end. ``told`` hears each batch as it comes."""
    records: list[Record] = []

    def heard(batch: Batch) -> None:
        records.extend(batch.records)
        told(batch)

    coverage = hear_out(source.look(query), heard)
    return Found(in_order(records), coverage)


def in_order(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records oldest first, each once: deliveries repeat (21 % of a real set were doubles).

    Of doubles that stays whose place is first: which is read first is chance where several processes read.
    """
    once: dict[str, Record] = {}
    for one in records:
        held = once.setdefault(one.event_id, one)
        if held is not one and held.locator > one.locator:
            once[one.event_id] = one
    return tuple(sorted(once.values(), key=_order))


_order = attrgetter("at", "event_id")
