"""What the screens need from the rest of irkit. Wiring implements it; tests script it.

No method of these protocols is called on the event loop but ``me`` and ``runbook``: reading and orders go through
thread workers, so they may take the time that a disk takes. They raise ``IrkitError``, which is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pydantic import JsonValue

from irkit.incident.events import Actor, IncidentId, Mode, PlanHash, Recorded, Resolution, StepId
from irkit.incident.state import IncidentState
from irkit.runbook.model import Runbook
from irkit.secret import Secret

if TYPE_CHECKING:  # commands without a screen read the rest of this module, and need none of CloudTrail
    from irkit.tui.trail_desk import TrailDesk


@dataclass(frozen=True)
class IncidentCard:
    """An incident on the home screen."""

    incident: IncidentId
    title: str
    severity: str
    mode: Mode
    opened_at: datetime
    waits: int
    """How many steps wait for a human."""
    words: str
    """How far it is: ``9 of 16 steps done``, ``closed``."""


@dataclass(frozen=True)
class RunbookCard:
    """A runbook on the home screen."""

    runbook: Runbook
    origin: str
    """``shipped``, or the file that replaces the shipped one."""
    modes: tuple[Mode, ...]
    """The modes it can be started in here; the first is proposed."""


@dataclass(frozen=True)
class ProgressLine:
    """One live line of a running step. Not journalled."""

    at: datetime
    step: StepId
    text: str


class QuestionKind(StrEnum):
    """What a human step asks for."""

    CHOICE = "choice"
    SEVERAL = "several"
    """Any of its options, or none."""
    CONFIRM = "confirm"
    TEXT = "text"


@dataclass(frozen=True)
class Question:
    """What a human step asks. ``options`` are for a choice or several, ``recommended`` (may be empty) for a choice."""

    kind: QuestionKind
    text: str
    options: tuple[str, ...] = ()
    recommended: str = ""
    proposed: tuple[str, ...] = ()
    """Of several: those that are recommended."""


class Orders(Protocol):
    """What a person can order. Each is journalled before it returns; raises ``IrkitError`` when it is refused.

    ``irkit.engine.orders.Orders`` is one.
    """

    def approve(self, step: StepId, plan_hash: PlanHash, phrase: str = "") -> object:
        """Approve exactly this plan."""

    def decide(self, step: StepId, answer: Mapping[str, JsonValue], reason: str = "") -> object:
        """Answer a human step: ``choice``, ``picked``, ``confirmed_by`` or ``text``."""

    def skip(self, step: StepId, reason: str) -> object:
        """Leave a step out."""

    def retry(self, step: StepId, reason: str = "") -> object:
        """Try a step again."""

    def undo(self, step: StepId, reason: str = "") -> object:
        """Ask for the undo of a done step; it is planned and gated like any effect."""

    def note(self, text: str, step: StepId | None = None) -> object:
        """Write something down."""

    def resolve(self, step: StepId, item: int, resolution: Resolution) -> object:
        """Say how to go on with an effect in doubt."""

    def abort(self, reason: str) -> object:
        """Stop the runbook."""


class IncidentDesk(Protocol):
    """One incident, as the screens see it."""

    @property
    def runbook(self) -> Runbook:
        """The runbook that the incident started with."""

    @property
    def irreversible(self) -> frozenset[StepId]:
        """The steps whose action cannot be undone."""

    @property
    def reversible(self) -> frozenset[StepId]:
        """The steps whose action one approval starts, and whose effect can be undone."""

    @property
    def me(self) -> Actor:
        """The person at the keyboard."""

    @property
    def orders(self) -> Orders:
        """What that person can order."""

    def refresh(self) -> IncidentState:
        """The fold of the journal as it is now. Called ten times a second: folds only what is new."""

    def records_since(self, seq: int) -> Sequence[Recorded]:
        """The events after ``seq``, in order."""

    def progress(self) -> Sequence[ProgressLine]:
        """The live lines since the last call."""

    def usual(self) -> Mapping[StepId, timedelta]:
        """How long steps usually take, from earlier incidents of this kind; empty when there is none."""

    def source(self, step: StepId) -> str:
        """The action's file, its first line ``path:line`` of the action."""

    def question(self, step: StepId) -> Question:
        """What a human step that is asking asks, with its references resolved."""

    def trail(self) -> TrailDesk:
        """The CloudTrail of the incident's time and key. Raises ``IrkitError`` when its source cannot be opened."""

    def close(self) -> None:
        """Let go of the journal, and stop the runner when it runs in this process."""


class Desk(Protocol):
    """All incidents and runbooks here."""

    def incidents(self) -> Sequence[IncidentCard]:
        """The open incidents, newest first."""

    def runbooks(self) -> Sequence[RunbookCard]:
        """All runbooks that can be started, by name."""

    def open(self, incident: IncidentId) -> IncidentDesk:
        """An incident that exists; runs it on when no other process does."""

    def trail(self) -> TrailDesk:
        """The configured CloudTrail, of no incident. Raises ``IrkitError`` when its source cannot be opened."""

    def start(self, runbook: str, inputs: Mapping[str, JsonValue | Secret], mode: Mode) -> IncidentDesk:
        """Open a new incident and run it. Raises ``InputMissing`` and the like."""
