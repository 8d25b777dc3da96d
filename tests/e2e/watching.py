"""Watches every process that a command starts: its argv and environment, as anyone on the machine could see them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_PROC = Path("/proc")
POLL_SECONDS = 0.01


@dataclass
class Watch:
    """What was seen, by a mark in the environment that only the watched command's children inherit."""

    mark: bytes
    seen: set[bytes] = field(default_factory=set)
    processes: set[int] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look once at every process."""
        for folder in _PROC.iterdir():
            if not folder.name.isdigit():
                continue
            try:
                environment = (folder / "environ").read_bytes()
                if self.mark in environment:
                    self.processes.add(int(folder.name))
                    self.seen |= {environment, (folder / "cmdline").read_bytes()}
            except OSError:
                continue  # it has ended since, or is not ours to see

    def until_over(self) -> None:
        """Look again and again."""
        while not self._over.wait(POLL_SECONDS):
            self.look()

    def end(self) -> None:
        """Look no more."""
        self._over.set()


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
