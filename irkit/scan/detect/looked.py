"""What a look at one text gives."""

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
