"""What the screens of one incident share: the newest reading of the desk, and the last lines of its activity."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from irkit.engine.offers import Order, offers
from irkit.engine.view import Mark, StepView
from irkit.incident.events import StepId
from irkit.incident.state import IncidentState
from irkit.tui.activity import ActivityLine
from irkit.tui.desk import IncidentDesk
from irkit.tui.look import Look
from irkit.tui.spans import clock

RING = 5000
"""How many lines of activity are kept; the journal has them all."""


@dataclass(frozen=True)
class Reading:
    """The incident as it was read at one moment."""

    state: IncidentState
    views: tuple[StepView, ...]
    at: datetime

    def view(self, step: StepId) -> StepView:
        """The view of one step; raises ``KeyError`` when there is none of that id."""
        for view in self.views:
            if view.step == step:
                return view
        raise KeyError(step)

    def waiting(self) -> tuple[StepView, ...]:
        """The steps that wait for a human here, in the order of the runbook; what is in doubt before all others.

        What failed does, and what was undone while others need it: nothing goes on before somebody says how.
        """
        held = {step for view in self.views for step in view.waits_for}
        asks = {Mark.WAITS_FOR_YOU, Mark.IN_DOUBT, Mark.FAILED}
        waits = [v for v in self.views if v.mark in asks or (v.mark is Mark.UNDONE and v.step in held)]
        return tuple(sorted(waits, key=lambda view: view.mark is not Mark.IN_DOUBT))

    def running(self) -> tuple[StepView, ...]:
        """The steps that are running."""
        return tuple(view for view in self.views if view.mark is Mark.RUNNING)


class Board:
    """Lives on the event loop; the reader's messages change it."""

    def __init__(self, desk: IncidentDesk, look: Look) -> None:
        self.desk = desk
        self.look = look
        self.reading: Reading | None = None
        self.lines: deque[ActivityLine] = deque(maxlen=RING)
        self.usual: Mapping[StepId, timedelta] = {}

    def take(self, reading: Reading, lines: Iterable[ActivityLine]) -> None:
        """Put up a new reading."""
        self.reading = replace(reading, views=tuple(_with_usual(view, self.usual) for view in reading.views))
        self.lines.extend(lines)

    def offers(self, step: StepId) -> Mapping[Order, str]:
        """What can be ordered for a step now: an empty text, or the reason why not. Empty before the first reading."""
        if self.reading is None:
            return {}
        return offers(self.desk.runbook, self.reading.state, step, self.desk.me)


def _with_usual(view: StepView, usual: Mapping[StepId, timedelta]) -> StepView:
    """Of a running step, how long it usually takes."""
    if view.mark is not Mark.RUNNING or view.step not in usual:
        return view
    return replace(view, words=f"{view.words}  usually {clock(usual[view.step])}".strip())
