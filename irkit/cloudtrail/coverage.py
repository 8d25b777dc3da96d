"""What a look into the past has seen, what it has not, and until when an empty answer can be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.locator import Locator

LAG = timedelta(minutes=15)
"""CloudTrail usually delivers within 5 minutes and may take 15 (user guide; real files: at most 10.1 minutes)."""
KEPT = timedelta(days=90)
"""How far back the event history goes (LookupEvents API reference)."""
EVER = datetime.min.replace(tzinfo=UTC)
NO_FILE = "there is no file of it"
"""Why a region that is asked for was not seen."""
_SHOWN = 5
_T = TypeVar("_T")


@dataclass(frozen=True)
class Skipped:
    """A file, or a part of one, that could not be read: where, and why in words."""

    at: Locator
    why: str


@dataclass(frozen=True)
class Counts:
    """How much was read. ``pruned`` files were left out by their name alone; ``doubles`` are events met again."""

    files: int = 0
    pruned: int = 0
    size: int = 0
    """Bytes as stored (compressed)."""
    events: int = 0
    """Events looked at; 0 where a source counts only what it gives."""
    doubles: int = 0
    is_estimate: bool = False
    """Whether ``events`` is one: to three digits, by a sample of the files that hold nothing asked for."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.files + other.files,
            self.pruned + other.pruned,
            self.size + other.size,
            self.events + other.events,
            self.doubles + other.doubles,
            self.is_estimate or other.is_estimate,
        )


@dataclass(frozen=True)
class Coverage:
    """What was asked and what answered. ``regions`` are those asked; ``not_seen`` says why a part did not answer.

    Keys of ``not_seen`` are regions, ``account/region``, or what else a source has for parts.
    """

    regions: tuple[str, ...]
    start: datetime
    end: datetime
    asked_at: datetime
    """When the source was read; for saved files, when the newest of them was delivered."""
    not_seen: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ("event history",)
    """What was looked at, in words: ``files under logs/``, ``event history``, ``Athena table default.trail``."""
    accounts: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    """What else limits an answer: a trail that leaves out KMS, data events that are not recorded."""
    counts: Counts = Counts()
    never: tuple[str, ...] = ("other regions were not asked", "data events such as s3:GetObject are never in it")
    """What this kind of source can never show."""

    @property
    def trusted_until(self) -> datetime:
        """No record from before this time is still on its way; the beginning of time when no record was read."""
        return min(self.end, max(self.asked_at, EVER + LAG) - LAG)

    @property
    def says_nothing(self) -> bool:
        """Whether nothing can be concluded from it: no record was read, and nothing said of what time there are any."""
        return self.trusted_until <= EVER or self._is_all_unread

    @property
    def _is_all_unread(self) -> bool:
        """Whether there were files, and none of them gave a record that could be read."""
        unread = {one.at.place for one in self.skipped}
        return 0 < self.counts.files <= len(unread) and not self.counts.events

    @property
    def until(self) -> str:
        """``complete until 2026-11-21T12:00:00Z``, or the rest is, where something was not seen or not read."""
        return f"{'' if self.is_whole else 'the rest is '}complete until {iso(self.trusted_until)}"

    @property
    def seen(self) -> tuple[str, ...]:
        """The regions that answered to the end."""
        return tuple(region for region in self.regions if region not in self.not_seen)

    @property
    def is_whole(self) -> bool:
        """Whether nothing that was to be read failed."""
        return not self.not_seen and not self.skipped

    def joined(self, other: Coverage) -> Coverage:
        """Of two looks that make one answer: of other parts, or the same parts again."""
        return replace(
            self,
            regions=_once(self.regions, other.regions),
            start=min(self.start, other.start),
            end=max(self.end, other.end),
            asked_at=min(self.asked_at, other.asked_at),
            not_seen={**self.not_seen, **other.not_seen},
            sources=_once(self.sources, other.sources),
            accounts=tuple(sorted({*self.accounts, *other.accounts})),
            skipped=_once(self.skipped, other.skipped),
            notes=_once(self.notes, other.notes),
            counts=self.counts + other.counts,
            never=tuple(each for each in self.never if each in other.never),
        )

    @property
    def text(self) -> str:
        """All of it in words, for a report."""
        return "; ".join(self.statements)

    @property
    def statements(self) -> tuple[str, ...]:
        """All of it in words, one thing at a time."""
        span = "" if self.says_nothing else f" from {iso(self.start)} to {iso(self.end)}"
        late = f"records arrive up to {LAG.seconds // 60} minutes late"
        words = [
            f"{' and '.join(self.sources)} of {', '.join(self.seen) or 'no region'}{span}",
            *([f"accounts {', '.join(self.accounts)}"] if self.accounts else []),
            "NO RECORD WAS READ: nothing can be concluded" if self.says_nothing else f"{self.until} ({late})",
            *(f"NOT SEEN: {part} ({why})" for part, why in sorted(self.not_seen.items())),
            *(f"NOT READ: {each.at.text} ({each.why})" for each in self.skipped[:_SHOWN]),
            *([f"NOT READ: {len(self.skipped) - _SHOWN} more files or parts"] if len(self.skipped) > _SHOWN else []),
            *self.notes,
            *self.never,
        ]
        if "event history" in self.sources and not self.says_nothing and self.start < self.asked_at - KEPT:
            words.append(f"it holds {KEPT.days} days, so nothing before {iso(self.asked_at - KEPT)}")
        return tuple(words)


def _once(*several: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(one for each in several for one in each))
