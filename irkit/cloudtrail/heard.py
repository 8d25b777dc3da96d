"""What the names of many files tell together: accounts, regions, and from when to when there are files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self

from irkit.cloudtrail.layout import SLACK, Kind, Named
from irkit.cloudtrail.quiet import hear


def now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


def latest() -> datetime:
    """Until when a delivery can be true. A name that tells of one to come tells nothing of what there is until then."""
    return now() + SLACK


@dataclass
class Heard:
    """What names tell; none of them is kept. ``files`` counts them."""

    files: int = 0
    accounts: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    newest_of: dict[str, datetime] = field(default_factory=dict)
    """When the newest file of each account and region was delivered."""
    latest: datetime = field(default_factory=latest)
    _dated: Named | None = None
    _undated: Named | None = None
    """The earliest logs, by their delivery and by the day of their folder: to take the span of each would take long."""

    @property
    def first(self) -> datetime | None:
        """The earliest time of events that a name promises."""
        spans = [one.span for one in (self._dated, self._undated) if one is not None]
        return min((span.start for span in spans if span is not None), default=None)

    def hear(self, one: Named) -> None:
        """One more file's name."""
        self.files += 1
        if one.account:
            self.accounts.add(one.account)
        if one.region:
            self.regions.add(one.region)
        if one.delivered_at is None or one.delivered_at <= self.latest:
            hear(one, self.newest_of)
        if one.kind is not Kind.LOG:
            return
        if (at := one.delivered_at) is not None:
            known = self._dated.delivered_at if self._dated is not None else None
            if known is None or at < known:
                self._dated = one
        elif (day := one.day) is not None:
            known_day = self._undated.day if self._undated is not None else None
            if known_day is None or day < known_day:
                self._undated = one

    def copied(self) -> Self:
        """The same, to hear more."""
        return replace(self, accounts=set(self.accounts), regions=set(self.regions), newest_of=dict(self.newest_of))
