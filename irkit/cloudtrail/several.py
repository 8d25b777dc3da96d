"""Several sources as one: looked through one after the other, their records and their coverage put together."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import Batch, Source, is_by_attribute, steadied
from irkit.errors import OutsideError


def several(sources: Sequence[Source]) -> Source:
    """The one source, or all of them as one."""
    return sources[0] if len(sources) == 1 else Several(tuple(sources))


class Several:
    """Sources that answer together. One that does not answer at all is named in the coverage."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self._sources = sources

    @property
    def label(self) -> str:
        """What they are, in words."""
        return " and ".join(each.label for each in self._sources)

    @property
    def is_by_attribute(self) -> bool:
        """Whether one of them is."""
        return any(map(is_by_attribute, self._sources))

    @contextmanager
    def steady(self) -> Iterator[Source]:
        """Each of them as it is now."""
        with ExitStack() as opened:
            yield Several(tuple(opened.enter_context(steadied(each)) for each in self._sources))

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """The records of each in turn. Raises the first ``OutsideError`` when none of them answers."""
        found: list[Coverage] = []
        failed: dict[str, OutsideError] = {}
        for each in self._sources:
            look = each.look(query)
            with closing(look):
                try:
                    found.append((yield from look))
                except OutsideError as error:
                    failed[each.label] = error
        if not found:
            raise next(iter(failed.values()))
        joined = found[0]
        for coverage in found[1:]:
            joined = joined.joined(coverage)
        return replace(joined, not_seen={**joined.not_seen, **{name: e.message for name, e in failed.items()}})
