"""What the manifest of a store tells, entry by entry. Times are microseconds since 1970, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from irkit.cloudtrail.coverage import Skipped

PARTS = "parts"
"""The folder that parts lie in."""


class Part(NamedTuple):
    """One Parquet file. Times are microseconds since 1970; ``odd`` counts rows that only their JSON tells wholly."""

    name: str
    size: int
    rows: int
    odd: int
    first: int | None
    last: int | None
    settled: int = 0
    """1 when no event of it is in another part too."""


class StoredFile(NamedTuple):
    """One file or object in the store; ``part`` is empty when it holds no event."""

    place: str
    stamp: str
    """Its ETag, or its size and time of change."""
    size: int
    part: str
    events: int
    first: int | None
    last: int | None
    delivered: str
    """When CloudTrail wrote it, by its name, in ISO 8601; empty when that is not known."""
    doubles: int = 0
    """Events of it that another file of the store stands for."""


class Unread(NamedTuple):
    """A file of which nothing can be read, as long as its stamp is this: it is no part of the store."""

    place: str
    stamp: str
    told: tuple[Skipped, ...]


class Scope(NamedTuple):
    """An account and a region that events of a part are of."""

    account: str
    region: str


@dataclass(frozen=True)
class Registration:
    """What one job of a build adds, all of it or nothing."""

    part: Part | None
    files: tuple[StoredFile, ...]
    scopes: tuple[Scope, ...]
    skipped: tuple[Skipped, ...]
    unread: tuple[Unread, ...] = ()


class Swap(NamedTuple):
    """Old parts that a new one stands for, but for events that other files hold too."""

    old: tuple[str, ...]
    new: Part | None
    """None when all their events are in other parts."""
    doubles: tuple[tuple[str, int], ...]
    """Of each place, how many of its events are left out."""
    stands_for: tuple[tuple[str, str], ...]
    """The place an event was kept of, and the one it was left out of."""


class Totals(NamedTuple):
    """Of the files in the store that a span of time touches; ``pruned`` counts the others."""

    files: int
    pruned: int
    size: int
    events: int
    doubles: int
    first: int | None
    last: int | None
    newest: str
    """The latest delivery, by a file's name; empty when no name tells."""


def path_of(folder: Path, part: Part) -> Path:
    """Where a part of the store in a folder lies."""
    return folder / PARTS / part.name


def is_whole(folder: Path, part: Part) -> bool:
    """Whether a part is there, with the size it was written with."""
    try:
        return path_of(folder, part).stat().st_size == part.size
    except OSError:
        return False
