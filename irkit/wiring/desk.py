"""What the screens need from the rest of irkit: the protocols of ``irkit.tui.desk``, over real sessions."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import JsonValue

from irkit.actions import catalog
from irkit.config import Config
from irkit.engine.orders import Orders
from irkit.incident.events import Actor, IncidentId, Mode, Recorded, StepId
from irkit.incident.state import IncidentState
from irkit.runbook.load import load
from irkit.runbook.model import Runbook
from irkit.runbook.shelf import shelf, taken
from irkit.secret import Secret
from irkit.tui.desk import IncidentCard, ProgressLine, Question, RunbookCard
from irkit.wiring.cards import CLOSED, cards
from irkit.wiring.incidents import session_of
from irkit.wiring.inputs import given
from irkit.wiring.session import Session, opened_session
from irkit.wiring.usual import usual

if TYPE_CHECKING:
    from irkit.tui.trail_desk import TrailDesk

MODES = (Mode.DRY_RUN, Mode.LIVE)
"""What can be started from the home screen; a drill begins with ``irkit drill``."""


@dataclass
class SessionDesk:
    """One incident for the screens. The runner works behind for as long as the screen is open."""

    session: Session
    _runner: threading.Thread | None = None

    def run_behind(self) -> SessionDesk:
        """Start the runner, or wait to take over from another process."""
        self._runner = self._runner or self.session.run_behind()
        return self

    @property
    def runbook(self) -> Runbook:
        """The runbook that the incident started with."""
        return self.session.runbook

    @property
    def irreversible(self) -> frozenset[StepId]:
        """The steps whose action cannot be undone."""
        return self.session.irreversible

    @property
    def reversible(self) -> frozenset[StepId]:
        """The steps whose action one approval starts, and whose effect can be undone."""
        return self.session.reversible

    @property
    def me(self) -> Actor:
        """The person at the keyboard."""
        return self.session.me

    @property
    def orders(self) -> Orders:
        """What that person can order."""
        return self.session.orders

    def refresh(self) -> IncidentState:
        """The fold of the journal as it is now."""
        return self.session.journal.state()

    def records_since(self, seq: int) -> Sequence[Recorded]:
        """The events after ``seq``."""
        return self.session.journal.records(seq)

    def progress(self) -> Sequence[ProgressLine]:
        """The live lines since the last call."""
        lines = self.session.lines
        return [lines.popleft() for _ in range(len(lines))]

    def usual(self) -> Mapping[StepId, timedelta]:
        """How long steps usually take here."""
        return usual(self.session)

    def source(self, step: StepId) -> str:
        """The action's file, its first line ``path:line`` of the action."""
        path, line = catalog.source(self.runbook.step(step).uses)
        return f"{path}:{line}\n{path.read_text(encoding='utf-8')}"

    def question(self, step: StepId) -> Question:
        """What a human step asks."""
        return self.session.question(step)

    def trail(self) -> TrailDesk:
        """The CloudTrail of the incident's time and key."""
        from irkit.wiring.trail_screen import trail_of_incident

        return trail_of_incident(self.session)

    def close(self) -> None:
        """Stop the runner in good order and wait for what is under way."""
        self.session.stop()
        if self._runner is not None:
            self._runner.join()


@dataclass
class HomeDesk:
    """All incidents and runbooks of a configuration."""

    config: Config
    _open: list[SessionDesk] = field(default_factory=list)

    def incidents(self) -> Sequence[IncidentCard]:
        """The incidents that are not closed, newest first."""
        return [card for card in cards(self.config)[::-1] if card.words != CLOSED]

    def runbooks(self) -> Sequence[RunbookCard]:
        """All runbooks that can be started, by name."""
        placed = shelf(self.config.runbooks_folder).values()
        return [RunbookCard(load(one.path), one.origin.value, MODES) for one in placed]

    def open(self, incident: IncidentId) -> SessionDesk:
        """An incident that exists; runs it on when no other process does."""
        return SessionDesk(session_of(self.config, incident)).run_behind()

    def trail(self) -> TrailDesk:
        """The configured CloudTrail, of no incident."""
        from irkit.wiring.trail_screen import trail_alone

        return trail_alone(self.config)

    def start(self, runbook: str, inputs: Mapping[str, JsonValue | Secret], mode: Mode) -> SessionDesk:
        """Open a new incident and run it."""
        book = taken(runbook, self.config.runbooks_folder)
        return SessionDesk(opened_session(self.config, book, given(book, inputs), mode)).run_behind()
