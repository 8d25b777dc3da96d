"""What the objects of a repository hold."""

from __future__ import annotations

from irkit.scan.finding import Sighting, Skipped
from irkit.scan.passed_over import PassedOver
from irkit.scan.quick import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from irkit.scan.objects.commit_heads import CommitHeads


class Held(NamedTuple):
    """An object with sightings. Of a tree they are in one of its names, and count from the name's beginning.

    Of a passed-over line (the same rule, line and reason) only the first sighting is told.
    """

    object_id: str
    kind: str
    """``blob``, ``commit``, ``tag`` or ``tree``."""
    sightings: tuple[Sighting, ...]


class Scanned(NamedTuple):
    """What all objects hold, and how much was looked at."""

    held: tuple[Held, ...]
    """By object id."""
    counts: dict[str, int]
    """Objects looked at: blobs, commits, tags, trees; and ``reused``: known from the cache."""
    size: int
    """Bytes of the objects looked at."""
    skipped: tuple[Skipped, ...]
    is_incomplete: bool
    """Whether an object that is there could not be read."""
    passed: frozenset[PassedOver] = frozenset()
    """The lines that were passed over in objects known from the cache."""
    cache_problem: str = ""
    """Why nothing can be remembered for the next scan."""
    commits: CommitHeads | None = None
    """The heads of all commits, where all were read now."""
