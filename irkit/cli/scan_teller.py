"""How far a scan of a history is, on stderr: only at a terminal, a line that is written over."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from irkit.cli.scan_told import say
from irkit.scan.finding import Finding
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

_EVERY_SECONDS = 0.2
_SHOWN = 10


def nothing() -> None:
    """Nothing is to be done meanwhile."""


class Progress:
    """Hears how a scan goes, and tells it; a context manager that cleans its line."""

    def __init__(self, meanwhile: Callable[[], object] = nothing) -> None:
        """``meanwhile`` is called when other processes have begun to look at the objects."""
        self._meanwhile = meanwhile
        self._is_terminal = sys.stderr.isatty()
        self._told_at = 0.0
        self._is_dirty = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clean()

    def begun(self) -> None:
        """Other processes look at the objects: load what makes the report, 10 ms."""
        from irkit.cli import scan_key, scan_written  # noqa: F401
        from irkit.scan import fingerprint_key  # noqa: F401
        from irkit.scan.output import record  # noqa: F401
        from irkit.scan.places import unread  # noqa: F401

        self._meanwhile()

    def progress(self, done: int, of: int) -> None:
        """So much of the objects was looked at."""
        now = time.monotonic()
        if not self._is_terminal or now - self._told_at < _EVERY_SECONDS:
            return
        self._told_at, self._is_dirty = now, True
        print(f"\rirkit scan: {100 * done // of if of else 100} % of the history", end="", file=sys.stderr, flush=True)

    def hits(self, findings: Callable[[], Sequence[Finding]]) -> None:
        """What was found, before it is located."""
        self._clean()
        if self._is_terminal:
            self._tell(findings())

    def _tell(self, findings: Sequence[Finding]) -> None:
        if not findings:
            return
        say(f"irkit scan: found {len(findings)}, now looking for their commits, paths and refs:")
        for finding in findings[:_SHOWN]:
            say(f"  {finding.severity} {finding.title} {finding.last4}")
        if len(findings) > _SHOWN:
            say(f"  and {len(findings) - _SHOWN} more")

    def note(self, text: str) -> None:
        """Something that the user should know and that stops nothing."""
        self._clean()
        say(f"irkit scan: {text}")

    def _clean(self) -> None:
        if self._is_dirty:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._is_dirty = False
