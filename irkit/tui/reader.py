"""The loop that reads the desk ten times a second, in a thread of its own, and tells the screen what is new."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from threading import Event

from irkit.engine.view import views
from irkit.errors import IrkitError
from irkit.tui.activity import ActivityLine, Tone, activity
from irkit.tui.board import RING, Reading
from irkit.tui.desk import IncidentDesk
from irkit.tui.life_lines import life_lines
from irkit.tui.messages import DeskFailed, DeskRead

EVERY = 0.1
"""Seconds between two looks at the desk, and so the size of a batch."""


class Reader:
    """Reads one desk until ``stopped`` is set. ``post`` hands a message to the screen, from any thread."""

    def __init__(
        self, desk: IncidentDesk, post: Callable[[DeskRead | DeskFailed], object], now: Callable[[], datetime]
    ) -> None:
        self.stopped = Event()
        self._desk = desk
        self._post = post
        self._now = now
        self._seen: Reading | None = None
        self._seq = 0
        self._failed = ""
        self._taken = Event()
        self._taken.set()

    def run(self) -> None:
        """Read until stopped. While the screen has not taken the last batch, what is new gathers at the desk."""
        while not self.stopped.is_set():
            if self._taken.is_set():
                self._look()
            self.stopped.wait(EVERY)

    def _look(self) -> None:
        try:
            message = self._news()
        except IrkitError as error:
            if self._failed != error.message:
                self._failed = error.message
                self._post(DeskFailed(error))
            return
        self._failed = ""
        if message is not None:
            self._post(message)

    def _news(self) -> DeskRead | None:
        state = self._desk.refresh()
        now = self._now().replace(microsecond=0)
        reading = Reading(state, views(self._desk.runbook, state, now, self._desk.irreversible), now)
        lines: deque[ActivityLine] = deque(maxlen=RING)
        if state.seq != self._seq:
            records = [record for record in self._desk.records_since(self._seq) if record.seq <= state.seq]
            turns = life_lines(state.lives, self._seq)
            for record in records[-RING:]:
                lines.extend((*activity(record), *turns.get(record.seq, ())))
        lines.extend(ActivityLine(p.at, p.step, f"… {p.text}", Tone.QUIET) for p in self._desk.progress())
        old, self._seen, self._seq = self._seen, reading, state.seq
        if not lines and old is not None and (old.state.seq, old.views, old.at) == (state.seq, reading.views, now):
            return None
        self._taken = Event()
        return DeskRead(reading, tuple(lines), self._taken)
