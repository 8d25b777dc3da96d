"""What a question about the past is, what it is answered from, and what an answer holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from irkit.cloudtrail.attribution import Cause
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.lineage import Tree
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.columned import Columned
from irkit.cloudtrail.record import Record

Row_co = TypeVar("Row_co", covariant=True)


class Follow(StrEnum):
    """How far beyond the records that match a question goes."""

    ALONE = "alone"
    """The matching records, and nothing else. A question by key then misses all that services did for its caller."""
    MADE_FOR = "made-for"
    """Also the calls that services made for the callers, told with the caller's key, address and agent."""
    TREE = "tree"
    """Also everything that came of the keys: their sessions, new keys and users, and what was made for those."""


@dataclass(frozen=True)
class Asked:
    """What a question is answered from: records that match, oldest first, each once."""

    records: tuple[Record, ...]
    query: Query = field(default_factory=Query)
    leads: tuple[Record, ...] = ()
    """What the look before found (``Question.lead``); not asked for themselves."""
    before: tuple[Record, ...] = ()
    """Those of the time before the query's, for what is new."""
    causes: Mapping[str, Cause] = field(default_factory=dict)
    """The caller's own call, by the event id of the call that a service made for it."""
    tree: Tree | None = None

    def caller(self, one: Record) -> Record:
        """The record to take key, address and agent from: the caller's own, else the record itself."""
        cause = self.causes.get(one.event_id)
        return one if cause is None else cause.call


def _nothing(asked: Asked) -> tuple[str, ...]:  # noqa: ARG001 -- the shape of a question's remarks
    return ()


class Gathering(Protocol[Row_co]):
    """Makes an answer's rows of more records than memory holds: they come in spans of time, oldest first."""

    @property
    def shelf(self) -> Callable[[Asked, Record], str | None] | None:
        """All records that one row rests on have one shelf; None: a record that no row rests on.

        None: each row rests on one record, or is made of what was learnt.
        """

    def led(self, lead: Record) -> str:
        """The shelf of the records that a lead points at."""

    def learn(self, asked: Asked) -> None:
        """Take from the records of one span what rows or remarks must know of all of them."""

    def ranked(self, asked: Asked) -> Iterator[tuple[tuple[object, ...], Row_co]]:
        """The rows of all records of some shelves (without shelves: of one span), by their ranks among all rows."""

    def last(self) -> Iterator[tuple[tuple[object, ...], Row_co]]:
        """The rows that are made of what was learnt, by their ranks."""

    def remarks(self) -> tuple[str, ...]:
        """As the question's, after all spans."""


@dataclass(frozen=True)
class Lead:
    """A look before: what it finds says what to ask for."""

    look: Callable[[Query], Query]
    then: Callable[[Query, Sequence[Record]], Query]
    """The query of what the leads point at."""


@dataclass(frozen=True)
class Question(Generic[Row_co]):
    """One question: which records it needs, and the rows that these make."""

    id: str
    """Also the verb of the command line."""
    title: str
    """A table's title: ``What was decrypted``."""
    says: str
    """What a row is, in one sentence."""
    row: type[Row_co]
    """A frozen dataclass: its fields are JSON's keys and CSV's columns. Each row names its event ids and locators."""
    columns: tuple[str, ...]
    """The fields that a table shows, in order."""
    needs: Callable[[Query], Query]
    """The query that holds all that the question looks at. May raise ``UsageError``: a question may need a window."""
    rows: Callable[[Asked], tuple[Row_co, ...]]
    columned: Callable[[Asked], Columned[Row_co]] | None = None
    """The same rows as columns, for who writes very many; None where there is no such way."""
    remarks: Callable[[Asked], tuple[str, ...]] = _nothing
    """What a reader must know of this answer as a whole, in words."""
    lead: Lead | None = None
    least: Follow = Follow.ALONE
    """How far the question goes even when it is asked to go less far."""
    wide: Callable[[], Gathering[Row_co]] | None = None
    """A way to the same rows for what does not fit into memory; None where there is none."""


@dataclass(frozen=True)
class Attributed:
    """What services made in the callers' names, and how that is known."""

    causes: Mapping[str, Cause] = field(default_factory=dict)
    """By event id; those of the answer."""
    other_keys: tuple[Record, ...] = ()
    """Made for the same identity, but for calls that are not asked for: another key, address or agent. Not in it."""
    unknown: tuple[Record, ...] = ()
    """Made for the same identity at the time; the causing call is not among the records. Not in the answer when the
    question is by key, address or agent."""


@dataclass(frozen=True)
class Answer(Generic[Row_co]):
    """The rows, the records they rest on, and what all of it does not cover."""

    question: Question[Row_co]
    query: Query
    follow: Follow
    rows: tuple[Row_co, ...]
    records: tuple[Record, ...]
    coverage: Coverage
    asked: Asked
    attributed: Attributed = field(default_factory=Attributed)
    notes: tuple[str, ...] = ()
    """What a reader must know beside the coverage: what could not be attributed, what was followed."""

    @property
    def tree(self) -> Tree | None:
        """What came of the keys, when that was followed."""
        return self.asked.tree
