"""What workers and screens tell each other. Workers never touch widgets: they post these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from threading import Event

from pydantic import JsonValue
from textual.message import Message

from irkit.errors import IrkitError
from irkit.incident.events import IncidentId, Mode, StepId
from irkit.secret import Secret
from irkit.tui.activity import ActivityLine
from irkit.tui.board import Reading
from irkit.tui.desk import IncidentCard, IncidentDesk, RunbookCard
from irkit.tui.trail_desk import TrailDesk


class DeskRead(Message):
    """The reader saw something new. It reads on when ``taken`` is set, so a busy screen gets fewer, larger batches."""

    def __init__(self, reading: Reading, lines: tuple[ActivityLine, ...], taken: Event) -> None:
        super().__init__()
        self.reading = reading
        self.lines = lines
        self.taken = taken


class UsualRead(Message):
    """How long steps usually take is known."""

    def __init__(self, usual: Mapping[StepId, timedelta]) -> None:
        super().__init__()
        self.usual = usual


class DeskFailed(Message):
    """The desk could not be read or reached."""

    def __init__(self, error: IrkitError) -> None:
        super().__init__()
        self.error = error


class OrderTaken(Message):
    """An order was journalled; ``answered`` is the step that waited for it, None when none did."""

    def __init__(self, words: str, answered: StepId | None = None) -> None:
        super().__init__()
        self.words = words
        self.answered = answered


class OrderRefused(Message):
    """An order was refused; the error says why and what to do."""

    def __init__(self, words: str, error: IrkitError) -> None:
        super().__init__()
        self.words = words
        self.error = error


class HomeRead(Message):
    """What the home screen lists was read."""

    def __init__(self, incidents: Sequence[IncidentCard], runbooks: Sequence[RunbookCard]) -> None:
        super().__init__()
        self.incidents = incidents
        self.runbooks = runbooks


class OpenAsked(Message):
    """The home screen asks for an incident."""

    def __init__(self, incident: IncidentId) -> None:
        super().__init__()
        self.incident = incident


class StartAsked(Message):
    """The start form asks for a new incident."""

    def __init__(self, runbook: str, inputs: Mapping[str, JsonValue | Secret], mode: Mode) -> None:
        super().__init__()
        self.runbook = runbook
        self.inputs = inputs
        self.mode = mode


class DeskOpened(Message):
    """An incident's desk is there."""

    def __init__(self, desk: IncidentDesk) -> None:
        super().__init__()
        self.desk = desk


class TrailAsked(Message):
    """A screen asks for a CloudTrail; ``opener`` opens it, in a thread, and may raise ``IrkitError``."""

    def __init__(self, opener: Callable[[], TrailDesk]) -> None:
        super().__init__()
        self.opener = opener


class TrailOpened(Message):
    """A CloudTrail is there."""

    def __init__(self, desk: TrailDesk) -> None:
        super().__init__()
        self.desk = desk


class LeaveAsked(Message):
    """A screen asks to leave irkit; all questions were asked. ``words`` are printed after the screen is gone."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.words = words
