"""Watches every process that a command starts: its argv and environment, as anyone on the machine could see them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_PROC = "/proc"
POLL_SECONDS = 0.01
_OTHERS_EVERY = 20
"""Looks. What the watched command starts has the mark from the first; only the command itself gets it a moment late."""


@dataclass
class Watch:
    """What was seen, by a mark in the environment that only the watched command's children inherit."""

    mark: bytes
    seen: set[bytes] = field(default_factory=set)
    processes: set[int] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)
    _others: set[str] = field(default_factory=set)
    _looks: int = 0

    def look(self) -> None:
        """Look once at every process; at those that were somebody else's only now and then."""
        self._looks += 1
        pids = {name for name in os.listdir(_PROC) if name.isdigit()}  # noqa: PTH208  many times a second
        self._others &= pids if self._looks % _OTHERS_EVERY else set()
        for pid in pids - self._others:
            try:
                environment = _content(f"{_PROC}/{pid}/environ")
                if self.mark in environment:
                    self.processes.add(int(pid))
                    self.seen |= {environment, _content(f"{_PROC}/{pid}/cmdline")}
                else:
                    self._others.add(pid)
            except OSError:
                continue  # it has ended since, or is not ours to see

    def until_over(self) -> None:
        """Look again and again."""
        while not self._over.wait(POLL_SECONDS):
            self.look()

    def end(self) -> None:
        """Look no more."""
        self._over.set()


def _content(file: str) -> bytes:
    with open(file, "rb", buffering=0) as opened:  # noqa: PTH123  many times a second
        return opened.readall()


@contextmanager
def watched(mark: str) -> Iterator[Watch]:
    """Watch while the block runs."""
    watch = Watch(mark.encode())
    thread = threading.Thread(target=watch.until_over)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()
