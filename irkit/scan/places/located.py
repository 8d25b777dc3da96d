"""What locating yields, and what it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from irkit.scan.finding import Place, Sighting, Skipped
from irkit.scan.places.changes import Wanted
from irkit.scan.quick import NamedTuple, Protocol

MOST_REFS = 20
"""How many refs a place names; it counts all."""


class Holder(Protocol):
    """An object with sightings, as ``objects`` yields them."""

    @property
    def object_id(self) -> str:
        """In hex."""

    @property
    def kind(self) -> str:
        """``blob``, ``commit``, ``tag`` or ``tree``."""

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """What was seen in it. Of a tree, in the names of its entries."""


class Located(NamedTuple):
    """Where held objects stand. Places have no line: whoever knows the sighting adds it."""

    places: dict[str, tuple[Place, ...]]
    """By object id: a blob's, one for each path, by path; a commit's or tag's own. Every held object that has a
    sighting which is not dismissed has at least one, but trees: see ``names``. Of an object that nothing leads to, only
    the places in commits that were there when it was located first."""
    names: dict[bytes, tuple[Place, ...]]
    """By a value that stands in the names of files: the paths, each up to the name with the value."""
    commits: int = 0
    """How many were listed."""
    pushed: frozenset[str] = frozenset()
    """Ids of commits that brought something, or hold it in their message, which a remote-tracking ref reaches."""
    boundary: frozenset[str] = frozenset()
    """Commits whose parents a shallow clone has not: what they brought may be older."""
    skipped: tuple[Skipped, ...] = ()
    """What of the history could not be read."""
    ranks: Mapping[str, int] = {}
    """Of commits of one second, which came first: see ``ranked``."""


class Wants(NamedTuple):
    """What to locate: ids of objects, in hex."""

    files: Wanted
    commits: frozenset[bytes]
    tags: frozenset[bytes]
    trees: frozenset[bytes]
    rules: str
    """A hash of the rules that they were found with."""

    @property
    def all_ids(self) -> frozenset[bytes]:
        """Of all of them."""
        return self.files.blobs | self.commits | self.tags | self.trees


def wanted_ids(held: Sequence[Holder], kind: str) -> frozenset[bytes]:
    """Ids, as bytes, of the held objects of a kind that have more than dismissed sightings."""
    return frozenset(
        one.object_id.encode() for one in held if one.kind == kind and any(not seen.dismissed for seen in one.sightings)
    )
