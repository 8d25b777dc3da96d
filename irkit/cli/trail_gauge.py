"""How many records an answer holds in memory, and what becomes of one that would hold too many."""

from __future__ import annotations

from collections.abc import Callable

from irkit.cloudtrail.source import Batch
from irkit.errors import UsageError

MOST = 100_000
"""Records that an answer may hold in memory where it cannot be had otherwise: 2 kB each from a store, 3.5 kB raw."""
HELD = 50_000
"""So many are held before they are asked of the store span by span."""
AS_COLUMNS = 1.6
"""So many times that, where the rows are columns: no row is an object beside its record."""
HELD_RAW = 35_000
"""So many where they are read raw."""
_TOO_MANY = (
    "narrow it (--since, --key, --arn, --call); seen --follow alone and irkit trail sql, which count in the store; "
    "or --most N, in as much memory as that takes"
)


class TooManyError(Exception):
    """More records than are held: the answer is to be had otherwise."""


class Gauge:
    """Counts the records of an answer as they are found.

    ``otherwise`` says whether it can be had without holding them; it is asked when they are too many.
    """

    def __init__(self, most: int | None, otherwise: Callable[[], bool], times: float = 1) -> None:
        """``most`` None: nothing is held that counts. ``times`` as many as else are held of a store."""
        self._most = most
        self._otherwise: Callable[[], bool] | None = otherwise
        self._found = 0
        self._times = times

    def hear(self, batch: Batch) -> None:
        """Some more. Raises ``TooManyError``, and ``UsageError`` when there is no other way."""
        if not batch.records:
            return
        self._found += len(batch.records)
        held = HELD_RAW if batch.records[0].text else HELD * self._times
        if self._otherwise is not None and self._found > held:
            otherwise, self._otherwise = self._otherwise, None
            if otherwise():
                raise TooManyError
        if self._most is not None and self._found > self._most:
            raise UsageError(f"more than {self._most:,} records match: they are not all held in memory", hint=_TOO_MANY)
