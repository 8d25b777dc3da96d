"""What a look into the past says on stderr: how far it is, what it found so far, and at the end what it covers."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Self

from irkit.cli.trail_table import padded, terminal_width
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.source import Batch, Progress
from irkit.counted import counted
from irkit.tui.printable import printable

_EVERY_SECONDS = 0.1
_SHOWN = 8
"""Rows that are shown while the look goes on."""
_MEGA = 1_000_000
_LONGEST = 320


def say(text: str) -> None:
    """Say something on stderr; strangers' control codes go unheard."""
    print("\n".join(map(printable, text.split("\n"))), file=sys.stderr)


class Teller:
    """Hears how a look goes. On a terminal it draws the last rows found and a line of progress, and wipes them out.

    ``preview`` makes the lines of a batch; without it only the progress is shown.
    """

    def __init__(self, preview: Callable[[Batch], Sequence[str]] | None = None) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._preview = preview
        self._rows: list[str] = []
        self._drawn = 0
        self._drawn_at = 0.0
        self._unit = ""
        self._began = time.monotonic()
        self.found = 0
        """Records in all batches, doubles among them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self._began

    def hear(self, batch: Batch) -> None:
        """A batch was found."""
        is_first = not self.found and bool(batch.records)
        self.found += len(batch.records)
        if not self._is_terminal:
            return
        if self._preview is not None and batch.records:
            self._rows = [*self._rows, *self._preview(batch)][-_SHOWN:]
        now = time.monotonic()
        is_new = batch.progress.unit != self._unit
        if is_first or is_new or now - self._drawn_at >= _EVERY_SECONDS:
            self._drawn_at, self._unit = now, batch.progress.unit
            self._draw(batch.progress)

    def _draw(self, progress: Progress) -> None:
        self._wipe()
        width = terminal_width() - 1
        lines = [*self._rows, status(progress, self.found, self.seconds)]
        print("\n".join(padded(printable(each), width).rstrip() for each in lines), end="", file=sys.stderr, flush=True)
        self._drawn = len(lines)

    def _wipe(self) -> None:
        if self._drawn:
            up = f"\x1b[{self._drawn - 1}A" if self._drawn > 1 else ""
            print(f"\r{up}\x1b[J", end="", file=sys.stderr, flush=True)
            self._drawn = 0


def status(progress: Progress, found: int, seconds: float) -> str:
    """``irkit trail: 123 of 2,000 files, 1,234,567 events, 812,000/s, 25.1 MB, 12 s left; 22 found``."""
    of = f" of {progress.total:,}" if progress.total else ""
    words = [f"{progress.done:,}{of} {progress.unit}"]
    if progress.events:
        words.append(f"{progress.events:,} events, {progress.events / max(seconds, 0.001):,.0f}/s")
    if progress.size:
        words.append(f"{progress.size / _MEGA:,.1f} MB")
    left = progress.left(seconds)
    if left is not None:
        words.append(f"{_span(left)} left")
    return f"irkit trail: {', '.join(words)}; {found:,} found"


def _span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def tell_coverage(coverage: Coverage, rows: int, seconds: float, notes: Sequence[str] = ()) -> None:
    """The end of every answer: how much was read, what was not, and until when it can be trusted."""
    say(f"irkit trail: {counted(rows, 'row')}{_read(coverage)}, {seconds:.1f} s")
    if not rows:
        until = f"this can be trusted until {iso(coverage.trusted_until)}"
        part = "" if coverage.is_whole else ", AND ONLY OF WHAT WAS READ"
        say("  nothing found: " + ("nothing can be concluded from it" if coverage.says_nothing else until + part))
    for each in (*coverage.statements, *notes):
        say(f"  {_short(each)}")
    if not coverage.is_whole:
        say("  THE ANSWER IS NOT WHOLE: a part of the source could not be read (named above); the exit code is 1")


def _short(statement: str) -> str:
    """Lists of all regions or accounts are cut, and that is said; what was not seen or read never is."""
    if len(statement) <= _LONGEST or statement.startswith("NOT "):
        return statement
    return f"{statement[:_LONGEST]}… (all of it: --format json)"


def _read(coverage: Coverage) -> str:
    counts = coverage.counts
    words = []
    if counts.files:
        pruned = f" ({counts.pruned:,} more left out by name)" if counts.pruned else ""
        words.append(f"{counted(counts.files, 'file')} read{pruned}")
    if counts.events:
        about = "about " if counts.is_estimate else ""
        words.append(f"{about}{counted(counts.events, 'event')} looked at")
    if counts.doubles:
        words.append(f"{counted(counts.doubles, 'double')} left out")
    return f"; {', '.join(words)}" if words else ""
