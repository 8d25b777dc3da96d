"""What a store holds at one moment, opened for reading: the parts that are there, and an engine over some of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cloudtrail.coverage import LAG, Skipped
from irkit.cloudtrail.heard import latest
from irkit.cloudtrail.layout import SLACK, Named, may_hold, named
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.store.columns import microseconds
from irkit.cloudtrail.store.entries import PARTS, Part, Scope, Totals, Unread, is_whole, path_of
from irkit.cloudtrail.store.manifest import Manifest
from irkit.cloudtrail.store.marks import Marks
from irkit.cloudtrail.store.narrowing import Condition
from irkit.cloudtrail.store.views import View

if TYPE_CHECKING:
    import duckdb


_FIRST = datetime.min.replace(tzinfo=UTC) + SLACK
_LAST = datetime.max.replace(tzinfo=UTC) - LAG - SLACK
_NEVER = "~"
"""After all times that are written in ISO 8601."""


class Rows(StrEnum):
    """The two views over the parts."""

    PLAIN = "stored"
    """Rows whose columns tell all."""
    ODD = "odd_stored"
    """Rows that only their JSON tells wholly: no condition on a column holds for them."""


@dataclass(frozen=True)
class Holdings:
    """One look at a store. Close it."""

    folder: Path
    manifest: Manifest
    parts: tuple[Part, ...]
    """Those that are there, whole."""
    lost: frozenset[str]
    """Names of parts that are missing or have another size: what was in them is not in the store."""
    left_out: frozenset[str] = frozenset()
    """Places whose rows are not wanted: the files have changed, or are asked elsewhere."""

    @classmethod
    def opened(cls, folder: Path) -> Holdings | None:
        """None when there is no store. Raises ``StoreBroken``."""
        manifest = Manifest.opened(folder)
        if manifest is None:
            return None
        parts = manifest.parts()
        whole = tuple(part for part in parts if is_whole(folder, part))
        return cls(folder, manifest, whole, frozenset(part.name for part in parts) - {part.name for part in whole})

    def close(self) -> None:
        """Let go of the manifest."""
        self.manifest.close()

    def without(self, places: Iterable[str]) -> Holdings:
        """The same, but for what lies at some places."""
        return Holdings(self.folder, self.manifest, self.parts, self.lost, self.left_out | frozenset(places))

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Accounts and regions."""
        return self.manifest.scopes()

    @cached_property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read when the store was built."""
        return self.manifest.skipped()

    @cached_property
    def unread(self) -> dict[str, Unread]:
        """Files of which nothing can be read as they are, by their places."""
        return self.manifest.unread()

    @cached_property
    def misnamed(self) -> tuple[str, ...]:
        """Files with an event that is not of the time which their names say."""
        return tuple(each for each in self.manifest.misnamed() if each not in self._away)

    @property
    def is_settled(self) -> bool:
        """Whether no event is in it twice."""
        return all(part.settled for part in self.parts)

    def stamps(self) -> dict[str, str]:
        """Of the files all of whose events are told by it: by a part that is there, and by no place left out."""
        stamps = self.manifest.stamps()
        for place in self.manifest.resting_on(self._away) if self._away else ():
            stamps.pop(place, None)
        return stamps

    def totals(self, query: Query) -> Totals:
        """Of the files that their names do not leave out of a query; of all, where names were found wrong."""
        span, is_apart = query.span, bool(query.accounts or query.regions)
        if self.misnamed:
            span, is_apart = None, False
        apart = [place for place, one in self._named if not may_hold(one, query)] if is_apart else []
        after = "" if span is None else (max(span.start, _FIRST) - SLACK).isoformat()
        before = _NEVER if span is None else (min(span.end, _LAST) + LAG + SLACK).isoformat()
        return self.manifest.totals(after, before, latest().isoformat(), apart, self._away)

    @cached_property
    def _named(self) -> tuple[tuple[str, Named], ...]:
        """What the names of all files say."""
        return tuple((place, named(place)) for place in self.manifest.stamps())

    @cached_property
    def _away(self) -> frozenset[str]:
        return self.manifest.places_in(self.lost) | self.left_out

    def touched(self, query: Query) -> tuple[Part, ...]:
        """The parts that may hold events of a query."""
        if not query.windows:
            return self.parts
        spans = [(microseconds(start), microseconds(end)) for start, end in query.windows]
        return tuple(
            part
            for part in self.parts
            if part.first is not None
            and part.last is not None
            and any(part.first < end and part.last >= start for start, end in spans)
        )

    def has_odd(self, query: Query) -> bool:
        """Whether any part that may hold events of a query has rows that only their JSON tells."""
        return any(part.odd for part in self.touched(query))

    def engine(
        self, query: Query, views: Iterable[View] = (), spill: Path | None = None, memory: str | None = None
    ) -> duckdb.DuckDBPyConnection:
        """An engine with the views ``Rows`` over the parts that may hold events of a query, and more made of those.

        What does not fit into its ``memory`` (such as ``100MB``) goes to the folder ``spill``.
        """
        from irkit.cloudtrail.store.engine import MEMORY, connected  # DuckDB: a builder does without

        return self.over(connected(spill, memory or MEMORY), query, views)

    def over(
        self, engine: duckdb.DuckDBPyConnection, query: Query, views: Iterable[View] = ()
    ) -> duckdb.DuckDBPyConnection:
        """As ``engine``, of one that was just connected."""
        from irkit.cloudtrail.store.engine import NOT_GONE, Opened

        parts = self.touched(query)
        odd = [part for part in parts if part.odd]
        opened = Opened(self._paths(parts), engine)
        if self._gone:
            opened.leave_out(self._gone)
        opened.rows(Rows.PLAIN, self._paths(parts), *self._plain(parts))
        opened.rows(Rows.ODD, self._paths(odd), *([NOT_GONE] if self._gone else []), "odd <> ''")
        for view in views:
            opened.view(view.name, view.text)
        return opened.locked()

    def plain(self, query: Query, condition: Condition) -> str | None:
        """What an engine for a query reads the rows of ``Rows.PLAIN`` from that fulfil one of its conditions.

        None when no part can hold any.
        """
        from irkit.cloudtrail.store.engine import rows_of

        parts = self._marks.narrowed(self.touched(query), condition.held)
        return f"({rows_of(self._paths(parts), *self._plain(parts))})" if parts else None

    def _plain(self, parts: Iterable[Part]) -> list[str]:
        from irkit.cloudtrail.store.engine import NOT_GONE

        return [*([NOT_GONE] if self._gone else []), *(["odd = ''"] if any(part.odd for part in parts) else [])]

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.manifest)

    @cached_property
    def gone(self) -> frozenset[tuple[str, str]]:
        """Names of parts, and the places in them whose rows do not count."""
        return frozenset((*self.manifest.retired(), *self.manifest.parts_of(self.left_out)))

    @cached_property
    def _gone(self) -> list[tuple[str, str]]:
        return [(str(self.folder / PARTS / part), place) for part, place in self.gone]

    def _paths(self, parts: Iterable[Part]) -> list[Path]:
        return [path_of(self.folder, part) for part in parts]
