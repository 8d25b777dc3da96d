"""Asks a question in a thread and tells the screen, some ten times a second, what there is so far."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Answer, Asked, Question
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress, in_order
from irkit.errors import IrkitError
from irkit.tui.trail_pool import Bounded
from irkit.tui.trail_shown import Shown, shown
from irkit.tui.trail_view import View

EVERY = 0.1
"""Seconds between two messages, and so the size of a batch."""
_TURN = 0.001
_USUAL_TURN = sys.getswitchinterval()
_USUAL = gc.get_threshold()
_SELDOM = (_USUAL[0], _USUAL[1], 1000)
_SHARE = 8
"""Rows so far are made anew only when making them took no more than this part of the time since."""


@dataclass(frozen=True)
class Found:
    """The records, all rows of them, and what the view shows of these."""

    asked: Asked
    rows: tuple[object, ...]
    shown: Shown


@dataclass(frozen=True)
class Sofar:
    """What there is while a question is being asked. ``found`` is None when only the progress is new."""

    view: View
    progress: Progress
    look: int
    """The first look is for what matches; later ones for what services and sessions did for the callers."""
    records: int
    seconds: float
    """Since the look began."""
    found: Found | None = None


@dataclass(frozen=True)
class Done:
    """The answer. ``ended`` says why it is not a whole one: it was stopped, or there was too much."""

    view: View
    answer: Answer[object]
    shown: Shown
    seconds: float
    ended: str


@dataclass(frozen=True)
class Failed:
    """The source ended with an error; ``found`` is what there was before."""

    view: View
    error: IrkitError
    found: Found


Told = Sofar | Done | Failed


class Asker:
    """One question being asked. ``tell`` hands a message to the screen, from any thread; ``now`` is the wall clock."""

    def __init__(
        self,
        question: Question[object],
        view: View,
        source: Bounded,
        tell: Callable[[Told], object],
        now: Callable[[], datetime],
    ) -> None:
        self._question = question
        self._view = view
        self._source = source
        self._tell = tell
        self._records: list[Record] = []
        self._now = now
        self._begun = now()
        self._told = time.monotonic()
        self._made = 0.0
        self._cost = 0.0
        self._count = 0
        self._look = 1
        self._look_at = now()
        self._last = Progress("", 0, 0)

    def stop(self) -> None:
        """End as soon as the source gives something: what was found by then is the answer."""
        self._source.stopped.set()

    def look_as(self, view: View) -> None:
        """Filter and order otherwise what is found: a view of the same answer."""
        self._view = view
        self._count = -1

    def run(self) -> None:
        """Ask to the end."""
        with _gently():
            self._tell(self._asked())

    def _asked(self) -> Told:
        try:
            answer = ask(self._source, self._question, self._view.query, self._view.follow, self._hear)
        except IrkitError as error:
            view = self._view
            return Failed(view, error, self._sofar(view))
        view = self._view
        made = shown(self._question, answer.asked, answer.rows, view)
        return Done(view, answer, made, self._seconds, self._source.ended)

    @property
    def _seconds(self) -> float:
        return (self._now() - self._begun).total_seconds()

    def _hear(self, batch: Batch) -> None:
        self._records.extend(batch.records)
        self._tell_looks_apart(batch.progress)
        now = time.monotonic()
        if now - self._told < EVERY and self._made:
            return
        self._told = now
        is_worth_it = len(self._records) > self._count and now - self._made > self._cost * _SHARE
        view = self._view
        found = self._sofar(view) if is_worth_it else None
        seconds = (self._now() - self._look_at).total_seconds()
        self._tell(Sofar(view, batch.progress, self._look, len(self._records), seconds, found))

    def _tell_looks_apart(self, progress: Progress) -> None:
        """What is done never gets less within a look."""
        if progress.done < self._last.done or progress.unit != self._last.unit != "":
            self._look += 1
            self._look_at = self._now()
        self._last = progress

    def _sofar(self, view: View) -> Found:
        begun, self._count = time.monotonic(), len(self._records)
        asked = Asked(in_order(self._records), view.query)
        rows = self._question.rows(asked)
        made = shown(self._question, asked, rows, view)
        self._made = time.monotonic()
        self._cost = self._made - begun
        return Found(asked, rows, made)


@contextmanager
def _gently() -> Iterator[None]:
    """Keep out of a pressed key's way: give way to it sooner than after Python's 5 milliseconds, and collect seldom.

    Records make no cycles, and a full round over a hundred thousand of them stops every thread for long.
    """
    sys.setswitchinterval(_TURN)
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        sys.setswitchinterval(_USUAL_TURN)
        gc.set_threshold(*_USUAL)
