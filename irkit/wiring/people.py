"""Who takes part in a drill beside the person at the keyboard, and what goes wrong meanwhile."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Protocol

from irkit.drill.inject import Inject
from irkit.drill.mishaps import Mishaps, asked
from irkit.drill.rehearsal import Rehearsal
from irkit.drill.responder import RESPONDER, colleague, insider, responder
from irkit.drill.world.settings import WorldSettings
from irkit.engine.executor import Outcome
from irkit.errors import IrkitError
from irkit.incident.state import ItemPhase, Phase, StepState
from irkit.wiring.scripted_answers import Answering, answers_of
from irkit.wiring.second_incident import contain_second
from irkit.wiring.session import Session

INSIDER = "insider"


class Seat(StrEnum):
    """Who sits at the keyboard."""

    PERSON = "person"
    SCRIPT = "script"
    """A scripted responder takes the recommended path."""


class Present(Protocol):
    """Somebody, or something, that takes part from a thread of its own."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""


def people(session: Session, cloud: Rehearsal, seat: Seat) -> list[Present]:
    """Those of this drill, as its cloud was set up."""
    settings = _settings(cloud.folder)
    what = asked(cloud.folder)
    asleep = what.schedule.asleep
    slow = asleep.total_seconds() if asleep is not None else None
    asleep_for = slow if Inject.APPROVER_ASLEEP in what.injects else 0
    present: list[Present] = [colleague(session, asleep_for)]
    if seat is Seat.SCRIPT:
        present.append(responder(Answering(session, answers_of(cloud.folder))))
    if settings.adversary == INSIDER:
        present.append(insider(session))
    if what.injects:
        mishaps = Mishaps(session, cloud)
        if seat is Seat.SCRIPT:
            mishaps.second_leak = lambda: contain_second(session, cloud, mishaps)
        present.append(mishaps)
    return present


def _settings(world: Path) -> WorldSettings:
    return WorldSettings.model_validate_json((world / "settings.json").read_bytes())


def try_again(session: Session, cloud: Rehearsal, how: Outcome) -> bool:
    """After an outage that was asked for: order again what failed by it; whether there is something to go on with."""
    if not {Inject.SLACK_DOWN, Inject.GITHUB_DOWN} & set(asked(cloud.folder).injects):
        return False
    if how not in {Outcome.FAILED, Outcome.IN_DOUBT, Outcome.UNDELIVERED}:
        return False
    state, orders = session.journal.state(), session.orders_of(RESPONDER)
    for step in session.runbook.steps:
        current = state.step(step.id)
        if current.phase is Phase.FAILED or _cannot_tell(current):
            try:
                orders.retry(step.id, "it was an outage")
            except IrkitError:
                return False  # the state moved on: whoever moved it goes on
    return True


def _cannot_tell(current: StepState) -> bool:
    doubtful = [item for item in current.items if item.phase is ItemPhase.IN_DOUBT]
    return current.phase is Phase.IN_DOUBT and any(item.probed and item.standing is None for item in doubtful)
