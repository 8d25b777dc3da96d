"""What the names of many files tell together: accounts, regions, and from when to when there are files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, Self

from irkit.cloudtrail.layout import Kind, Named
from irkit.cloudtrail.quiet import hear


class Heard(NamedTuple):
    """What names tell. ``files`` counts them."""

    files: int = 0
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    first: datetime | None = None
    """The earliest time of events that a name promises."""
    newest_of: Mapping[str, datetime] = {}
    """When the newest file of each account and region was delivered."""

    def and_of(self, names: Iterable[Named]) -> Self:
        """The same, and what more names tell."""
        every = list(names)
        if not every:
            return self
        newest_of = dict(self.newest_of)
        for one in every:
            hear(one, newest_of)
        logs = [one for one in every if one.kind is Kind.LOG]
        # The first delivered tells the earliest time of all that were: spans of thousands take an answer's tenth.
        dated = min((one for one in logs if one.delivered_at), key=attrgetter("delivered_at"), default=None)
        telling = [*([dated] if dated else []), *(one for one in logs if not one.delivered_at)]
        starts = [span.start for one in telling if (span := one.span) is not None]
        return self._replace(
            files=self.files + len(every),
            accounts=self.accounts.union(one.account for one in every if one.account),
            regions=self.regions.union(one.region for one in every if one.region),
            first=min([*starts, *([self.first] if self.first else [])], default=None),
            newest_of=newest_of,
        )
