"""Do one thing to many items in threads, in order, with a bounded number under way."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

JOBS = min(16, max(4, (os.cpu_count() or 2) * 2))
"""Threads for files: inflating and hashing let others run."""
FETCHING = 16
"""Threads for S3, which mostly wait."""
_UNDER_WAY = 4
"""Items that wait for each thread."""
_Item = TypeVar("_Item")
_Done = TypeVar("_Done")


def mapped(function: Callable[[_Item], _Done], items: Iterable[_Item], jobs: int = JOBS) -> Iterator[_Done]:
    """What the function gives for each item, in the items' order; what it raises is raised here.

    Closing the generator stops it: what is under way is finished, nothing more is begun.
    """
    source = iter(items)
    with ThreadPoolExecutor(jobs, thread_name_prefix="irkit-trail") as pool:
        waiting: deque[Future[_Done]] = deque()
        try:
            while True:
                waiting.extend(pool.submit(function, one) for one in islice(source, jobs * _UNDER_WAY - len(waiting)))
                if not waiting:
                    return
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
