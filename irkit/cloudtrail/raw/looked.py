"""What a look at files has seen, but for the records it gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.coverage import Counts, Skipped
from irkit.cloudtrail.raw.sights import NOTHING, Sights, joined


@dataclass(frozen=True)
class Looked:
    """What a look at files has seen."""

    counts: Counts
    skipped: tuple[Skipped, ...] = ()
    sights: Sights = NOTHING
    """Of all files: times, accounts, regions, from samples of every file."""
    off: tuple[tuple[str, datetime], ...] = ()
    """Files whose events do not lie where their names say, each with the time of one of them."""
    insights: int = 0
    """Records that tell of no call."""
    fruitless: frozenset[str] = frozenset()
    """Files of which nothing could be read."""

    def joined(self, other: Looked) -> Looked:
        """Of two looks at different files."""
        return Looked(
            self.counts + other.counts,
            self.skipped + other.skipped,
            joined((self.sights, other.sights)),
            self.off + other.off,
            self.insights + other.insights,
            self.fruitless | other.fruitless,
        )
