"""A store that has all its source holds, so that an answer can be told from the store alone.

A trail's bucket is never still: what arrives while the store is filled is fetched and added too, a few times over;
what is left out even then is told as not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from irkit.cli.trail_cache import built, fetch
from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import say
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.given_back import give_back
from irkit.cloudtrail.hear_out import hear_out
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import Batch
from irkit.cloudtrail.store.cached import Ready
from irkit.cloudtrail.store.holdings import Holdings

if TYPE_CHECKING:
    from irkit.cloudtrail.raw.raw_file import RawFile
    from irkit.cloudtrail.store.cached import Filed

_ROUNDS = 3
"""So often what arrived meanwhile is added."""


class Settled(NamedTuple):
    """A store, opened, and what an answer from it covers."""

    ready: Ready
    """``ready.stored`` is None where there is no store that can be used."""
    coverage: Coverage


@contextmanager
def settled(
    raw: Filed, folder: Path, queries: Sequence[Query], whence: Whence, why: str, hear: Callable[[Batch], None]
) -> Iterator[Settled]:
    """The store of a source, with all of it that queries may need; ``why`` is said when that must be added first.

    The coverage is that of the first query; what the others would not see is named as well.
    Raises what ``building`` raises, ``OSError`` when nothing can be written, ``OutsideError`` when nothing can be had.
    """
    missed = None
    for number in range(1, _ROUNDS + 1):
        for query in queries:
            fetch(raw, folder, query)
        spare(raw)
        complete(raw, folder, whence, why)
        with closing(Ready(raw, folder)) as ready:
            left, coverage = _left(ready, queries, hear)
            is_over = not left or number == _ROUNDS or (missed is not None and left >= missed)
            if is_over or ready.stored is None:
                yield Settled(ready, _without(left, raw.label, coverage))
                return
        missed = left


def spare(raw: Filed) -> None:
    """Give back what looks left in memory, before the store is built beside it."""
    if (let_go := getattr(raw, "let_go", None)) is not None:
        let_go()
    give_back()


def complete(raw: Filed, folder: Path, whence: Whence, why: str) -> None:
    """Put what is new into the store, and say that, and why.

    Raises what ``building`` raises, and ``OSError`` when nothing can be written.
    """
    if any(True for _ in lacking(raw, folder)):
        say(f"irkit trail: {why}, which is built first")
        built(raw, folder, whence)


def lacking(raw: Filed, folder: Path) -> Iterator[RawFile]:
    """The files that its store does not have as they are now; of a bucket, those of its objects that were fetched."""
    holdings = Holdings.opened(folder)
    known: dict[str, str] = {}
    if holdings is not None:
        with closing(holdings):
            known = {each.place: each.stamp for each in holdings.unread.values()} | holdings.stamps()
    return (each for each in raw.files() if known.get(each.place) != each.stamp)


def _left(ready: Ready, queries: Sequence[Query], hear: Callable[[Batch], None]) -> tuple[int, Coverage]:
    """How many records match that are not in the store."""
    left = 0
    found: list[Coverage] = []
    for number, query in enumerate(queries):

        def told(batch: Batch, before: Sequence[Query] = queries[:number]) -> None:
            nonlocal left
            left += sum(not any(each.matches(one) for each in before) for one in batch.records)
            hear(batch)

        found.append(hear_out(ready.unstored(query), told))
    first, *others = found
    whole = first
    for more in others:
        whole = whole.joined(replace(more, notes=()) if more.is_whole else more)
    return left, replace(whole, start=first.start, end=first.end, counts=first.counts)


def _without(left: int, label: str, coverage: Coverage) -> Coverage:
    if not left:
        return coverage
    why = f"{left:,} records that match are not in its store: they came while it was asked, or there was no room"
    return replace(coverage, not_seen={**coverage.not_seen, label: why})
