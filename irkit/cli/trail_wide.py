"""Answers of more records than memory holds: asked of the store, span of time by span, with their rows on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cli.trail_cells import cell, rank
from irkit.cli.trail_settled import settled, spare
from irkit.cli.trail_source import Looked
from irkit.cli.trail_told import say
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.hear_out import hear_out
from irkit.cloudtrail.met import Met
from irkit.cloudtrail.questions.question import Follow, Question
from irkit.cloudtrail.questions.sliced import slicing
from irkit.cloudtrail.ranked_rows import RankedRows
from irkit.cloudtrail.source import Batch
from irkit.cloudtrail.store.building import StoreBusy, is_being_built
from irkit.cloudtrail.store.manifest import StoreUnwritable
from irkit.cloudtrail.store.slices import Slices
from irkit.errors import OutsideError
from irkit.wiring.trail import Kind, places, storable

if TYPE_CHECKING:
    from irkit.cloudtrail.store.cached import Filed

_MANY = "more records match than are held in memory"
_EVERY_SECONDS = 0.3
_OTHERWISE = "narrow the question (--since, --key, --arn, --call), or --no-cache --most N, which holds them"
_BUSY = f"irkit trail cache tells how far it is: ask again then; {_OTHERWISE}"


@dataclass(frozen=True)
class Wide:
    """The rows, on disk until they are closed, and what is to be told of them."""

    rows: WideRows
    coverage: Coverage
    notes: tuple[str, ...]


@dataclass(frozen=True)
class WideRows:
    """Rows on disk, read as often as they are needed. Close them."""

    kept: RankedRows[object]
    written: Met = field(default_factory=Met)
    """Event ids of rows that went out already."""
    most: int | None = None
    """How many are wanted, from the first."""

    def __len__(self) -> int:
        whole = len(self.kept) - len(self.written)
        return whole if self.most is None else min(whole, self.most)

    def __iter__(self) -> Iterator[object]:
        rows = (row for row in self.kept if not self.written or getattr(row, "event_id", "") not in self.written)
        return islice(rows, self.most)

    def ordered(self, sort: str | None) -> WideRows:
        """By a column, ``-column`` from the greatest; rows without a value come last. None: as they are."""
        if sort is None:
            return self
        value, turned = attrgetter(sort.removeprefix("-")), _Backward if sort.startswith("-") else tuple

        def place(row: object) -> tuple[object, ...]:
            of = value(row)
            return not cell(of), turned(rank(of))

        found = self.kept.reordered(place)
        self.close()
        return replace(self, kept=found)

    def limited(self, most: int | None) -> WideRows:
        """The first ones; how many are left out is told."""
        if most is not None and len(self) > most:
            say(f"  {len(self) - most:,} more rows are left out by --limit {most}")
        return replace(self, most=most)

    def close(self) -> None:
        """Let go of them."""
        self.kept.close()


class _Backward(tuple[float, str]):
    """A rank that comes before lesser ones."""

    __slots__ = ()

    def __lt__(self, other: tuple[object, ...]) -> bool:
        return tuple(self) > tuple(other)


def stored(asked: Looked) -> tuple[Filed, Path] | None:
    """The source and its store, where one store can hold all of it."""
    whence = asked.whence
    found = storable(whence.texts, whence.reach)
    kinds = {each.kind for each in places(whence.texts)}
    return found[0] if len(found) == 1 and kinds <= {Kind.FILES, Kind.BUCKET} else None


def wide(question: Question[object], asked: Looked, follow: Follow, hear: Callable[[Batch], None]) -> Wide:
    """The answer; what is not yet in the store is put there first.

    Raises ``OutsideError`` when there is no room for the store or the rows, and what building and asking it raise.
    """
    place = stored(asked)
    if place is None:
        raise ValueError("only what a store can hold is asked so")
    raw, folder = place
    spare(raw)  # what was held until it was too much
    why = f"{_MANY}: they are asked for in the store"
    with ExitStack() as opened:
        try:
            _wait(folder)
            lead = question.lead
            needed = (question.needs(asked.query), *((lead.look(asked.query),) if lead is not None else ()))
            store = opened.enter_context(settled(raw, folder, needed, asked.whence, why, hear))
        except StoreBusy as error:
            raise StoreBusy(f"{_MANY}, and another process is building the store under {folder}", hint=_BUSY) from error
        except (OSError, StoreUnwritable) as error:
            told = error.message if isinstance(error, StoreUnwritable) else f"{folder}: {error.strerror}"
            raise OutsideError(f"{_MANY}, and no store of them can be made: {told}", hint=_OTHERWISE) from error
        if store.ready.stored is None:
            raise OutsideError(f"the store under {folder} cannot be used", hint="irkit trail cache --drop, then again")
        found = hear_out(slicing(Slices(store.ready.stored), question, asked.query, follow, folder), hear)
        return Wide(WideRows(found.rows), store.coverage, found.notes)


def _wait(folder: Path) -> None:
    """Until nobody else is adding to the store; that is said."""
    if is_being_built(folder):
        say(f"irkit trail: {_MANY}, and the store of them is just being built: this waits for it")
    while is_being_built(folder):
        time.sleep(_EVERY_SECONDS)
