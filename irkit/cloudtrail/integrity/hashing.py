"""Hash many files at once, with a bounded number under way."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from irkit.cloudtrail.integrity.hashed import Hashed, hashed
from irkit.cloudtrail.integrity.held import Held, Holding, Unread
from irkit.errors import OutsideError

JOBS = min(16, max(4, (os.cpu_count() or 2) * 2))
"""Threads: inflating and hashing let others run, and so does waiting for S3."""
_LOT = 16
_UNDER_WAY = 4
"""Lots that wait for each thread."""


def hashed_files(holding: Holding, files: Iterable[Held], jobs: int = JOBS) -> Iterator[tuple[Held, Hashed | Unread]]:
    """Each file with its hashes, or why it could not be read; in the order given.

    Closing the generator stops it: what is under way is finished, nothing more is begun.
    """
    source = iter(files)
    with ThreadPoolExecutor(jobs, thread_name_prefix="irkit-hash") as pool:
        waiting: deque[Future[list[tuple[Held, Hashed | Unread]]]] = deque()
        try:
            while True:
                while len(waiting) < jobs * _UNDER_WAY and (lot := list(islice(source, _LOT))):
                    waiting.append(pool.submit(_lot, holding, lot))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _lot(holding: Holding, lot: Iterable[Held]) -> list[tuple[Held, Hashed | Unread]]:
    return [(one, _one(holding, one)) for one in lot]


def _one(holding: Holding, one: Held) -> Hashed | Unread:
    try:
        return hashed(holding.chunks(one))
    except OutsideError as error:
        return Unread(one.place, error.message)
    except OSError as error:
        return Unread(one.place, error.strerror or str(error))
