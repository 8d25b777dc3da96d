"""The displays without a screen: plain, json and quiet, all from the journal's one stream of events."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from irkit.cli.dispatch import INTERRUPTED, talk
from irkit.cli.frontier import frontier
from irkit.engine.executor import Outcome, Until, outcome
from irkit.errors import UsageError
from irkit.incident.events import Recorded
from irkit.tui.activity import activity
from irkit.wiring.session import Session

POLL_SECONDS = 0.1
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

    The screen reads keys from stdin and is drawn on stderr (by Textual); stdout is where its last words are read.

    Raises:
        UsageError: the screen is asked for, and one of the three is no terminal.
    """
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    lacking = [name for name, stream in streams.items() if not stream.isatty()]
    if asked is None:
        return Display.PLAIN if lacking else Display.TUI
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

    def run(self, until: Until) -> int:
        """Run and show; the exit code. Ctrl-C stops in good order."""
        thread = threading.Thread(target=self._run, args=(until,), name="runner")
        thread.start()
        interrupted = False
        while thread.is_alive():
            try:
                self.show_new()
                time.sleep(POLL_SECONDS)
            except KeyboardInterrupt:
                interrupted = True
                talk("stopping: what is under way is finished and journalled")
                self.session.stop()
        thread.join()
        self.show_new()
        if self.errors:
            raise self.errors[0]
        ended = outcome(self.session.runbook, self.session.journal.state())
        if self.display is not Display.JSON:
            talk(frontier(self.session, ended))
        return INTERRUPTED if interrupted else EXIT_CODES[ended]

    def show_new(self) -> None:
        """Show the events since the last look."""
        for record in self.session.journal.records(self.seen):
            SHOWS[self.display](record)
            self.seen = record.seq

    def _run(self, until: Until) -> None:
        try:
            self.session.run(until)
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which raises it
            self.errors.append(error)
