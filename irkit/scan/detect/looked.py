"""What a look at one text gives, and what earlier looks told."""

from __future__ import annotations

from irkit.scan.quick import TYPE_CHECKING, NamedTuple

PassedOver = tuple[str, str, bytes]
"""A dismissed sighting as it is told once: rule, reason and line."""

if TYPE_CHECKING:
    from irkit.scan.finding import Sighting, Skipped


class Looked(NamedTuple):
    """What was seen in a text, by place, and what could not be looked into."""

    sightings: tuple[Sighting, ...]
    skipped: tuple[Skipped, ...] = ()


class Told:
    """What was told of lines passed over, which is told once."""

    def __init__(self) -> None:
        self.lines: set[PassedOver] = set()
        self.settled: set[bytes] = set()
        """Of which nothing more is to be told: see ``settled``."""

    def is_new(self, one: PassedOver) -> bool:
        """Whether it was not told before; it is now."""
        is_new = one not in self.lines
        self.lines.add(one)
        return is_new
