"""The displays without a screen: plain, json and quiet, all from the journal's one stream of events."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TextIO

from irkit.cli.dispatch import INTERRUPTED, talk
from irkit.cli.frontier import frontier
from irkit.engine.executor import Outcome, Until, outcome
from irkit.errors import IrkitError, UsageError
from irkit.incident.events import Recorded
from irkit.tui.activity import activity
from irkit.tui.life_lines import life_lines
from irkit.wiring.session import Session

SHOWN = "how it is shown (default: tui, the screen, in a terminal; else plain, text as it happens)"
"""The help of ``--display``."""
POLL_SECONDS = 0.1
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_CODES = {
    Outcome.ENDED: 0,
    Outcome.STOPPED: 0,
    Outcome.FAILED: 1,
    Outcome.UNDELIVERED: 1,
    Outcome.ABORTED: 1,
    Outcome.WAITS: 3,
    Outcome.IN_DOUBT: 5,
}


class Display(StrEnum):
    """How a run is shown."""

    TUI = "tui"
    PLAIN = "plain"
    JSON = "json"
    QUIET = "quiet"


def chosen(asked: str | None) -> Display:
    """The display asked for; without one, the screen where it can be shown, else plain.

    A terminal that calls itself ``dumb`` has no cursor to place, so nothing can be drawn on it.
    The screen reads keys from stdin and is drawn on stderr (by Textual); stdout is where its last words are read.

    Raises:
        UsageError: the screen is asked for, and one of the three is no terminal.
    """
    streams: dict[str, TextIO | None] = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    lacking = [name for name, stream in streams.items() if stream is None or not stream.isatty()]
    if asked is None:
        return Display.PLAIN if lacking or os.environ.get("TERM") == "dumb" else Display.TUI
    if asked == Display.TUI and lacking:
        hint = "respond, resume and drill work without one: --display plain, json or quiet"
        raise UsageError(f"the screen needs a terminal, and there is none at {', '.join(lacking)}", hint=hint)
    return Display(asked)


def show_plain(record: Recorded) -> None:
    """An event as lines of text."""
    for line in activity(record):
        print(line, flush=True)


def show_json(record: Recorded) -> None:
    """An event as one line of JSON."""
    print(record.model_dump_json(), flush=True)


def show_nothing(record: Recorded) -> None:
    """Quiet: the end tells."""
    del record


@contextmanager
def told_to_stop() -> Iterator[Sequence[int]]:
    """The signals that ask to stop, as they come; none of them ends the process in the middle of an effect.

    One that is ignored already (``nohup``) stays ignored.
    """
    came: list[int] = []
    heeded = [one for one in STOPS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, lambda number, _: came.append(number)) for one in heeded}
    try:
        yield came
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


SHOWS: dict[Display, Callable[[Recorded], None]] = {
    Display.PLAIN: show_plain,
    Display.JSON: show_json,
    Display.QUIET: show_nothing,
}


@dataclass
class Follow:
    """Runs an incident behind, and shows its events as they come."""

    session: Session
    display: Display
    seen: int = 0
    errors: list[BaseException] = field(default_factory=list)
    deaf: bool = False

    def run(self, until: Until) -> int:
        """Run and show; the exit code. Told to stop, or with its terminal or reader gone, it stops in good order."""
        thread = threading.Thread(target=self._run, args=(until,), name="runner")
        with told_to_stop() as signals:
            heard = 0
            thread.start()
            while thread.is_alive():
                self._show()
                if len(signals) > heard:
                    heard = len(signals)
                    self.session.stop()
                    with suppress(OSError):  # the terminal may be gone
                        talk("stopping: what is under way is finished and journalled")
                thread.join(POLL_SECONDS)
        self._show()
        if self.errors:
            raise self.errors[0]
        ended = outcome(self.session.runbook, self.session.journal.state())
        if self.display is not Display.JSON:
            talk(frontier(self.session, ended))
        return INTERRUPTED if heard else EXIT_CODES[ended]

    def _show(self) -> None:
        """Show what is new; once that fails, for want of a reader or of a journal, run no further and show no more."""
        if self.deaf:
            return
        try:
            self.show_new()
        except (OSError, IrkitError) as error:
            self.deaf = True
            self.errors.append(error)
            self.session.stop()

    def show_new(self) -> None:
        """Show the events since the last look."""
        records = self.session.journal.records(self.seen)
        plain = self.display is Display.PLAIN and records
        turns = life_lines(self.session.journal.state().lives, self.seen) if plain else {}
        for record in records:
            SHOWS[self.display](record)
            for line in turns.get(record.seq, ()):
                print(line, flush=True)
            self.seen = record.seq

    def _run(self, until: Until) -> None:
        try:
            self.session.run(until)
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which raises it
            self.errors.append(error)
