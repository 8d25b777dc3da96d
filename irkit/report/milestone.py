"""The instants that an exposure window is made of, each known to lie between two times."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from irkit.contract import Frozen
from irkit.report.statement import Basis


class Mark(StrEnum):
    """The five instants of an exposure."""

    EXPOSED = "first exposed"
    USED = "first use by someone else"
    SUCCEEDED = "last successful use, by anyone"
    CONTAINED = "cut off"
    DEAD = "proven dead"


class Milestone(Frozen):
    """One instant, known to lie between ``earliest`` and ``latest`` (None: that end is open; both: not established)."""

    mark: Mark
    earliest: datetime | None = None
    latest: datetime | None = None
    basis: Basis = Basis.OBSERVED
    source: str
    events: tuple[int, ...] = ()


class Bound(NamedTuple):
    """A time that bounds an instant: when, what it is the time of, and the event that says so."""

    at: datetime
    what: str
    seq: int
