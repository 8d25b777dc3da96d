"""What a look into the past has seen, what it has not, and until when an empty answer can be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LAG = timedelta(minutes=15)
"""CloudTrail usually delivers within 5 minutes and may take 15 (user guide; real files: at most 10.1 minutes)."""
KEPT = timedelta(days=90)
"""How far back the event history goes (LookupEvents API reference)."""


@dataclass(frozen=True)
class Coverage:
    """The regions asked, those that did not answer (with the reason), and the time asked about."""

    regions: tuple[str, ...]
    start: datetime
    end: datetime
    asked_at: datetime
    not_seen: Mapping[str, str] = field(default_factory=dict)

    @property
    def trusted_until(self) -> datetime:
        """No record from before this time is still on its way."""
        return min(self.end, self.asked_at - LAG)

    @property
    def seen(self) -> tuple[str, ...]:
        """The regions that answered to the end."""
        return tuple(region for region in self.regions if region not in self.not_seen)

    @property
    def text(self) -> str:
        """All of it in words, for a report."""
        words = [
            f"event history of {', '.join(self.seen) or 'no region'} from {_stamp(self.start)} to {_stamp(self.end)}",
            f"complete until {_stamp(self.trusted_until)} (records arrive up to {LAG.seconds // 60} minutes late)",
            *(f"NOT SEEN: {region} ({why})" for region, why in sorted(self.not_seen.items())),
            "other regions were not asked",
            "data events such as s3:GetObject are never in it",
        ]
        if self.start < self.asked_at - KEPT:
            words.append(f"it holds {KEPT.days} days, so nothing before {_stamp(self.asked_at - KEPT)}")
        return "; ".join(words)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
