"""What the steps of an incident found, by action.

Reads only the journal: a step that was undone or tried again counts as it last stood. Actions and report do not know
each other, so a result is met here as JSON and read by small models of the report's own, which take what they know and
leave the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from irkit.incident.events import (
    DecisionGiven,
    EffectDone,
    EffectVerified,
    IncidentOpened,
    Recorded,
    StepDone,
    StepStarted,
    StepUndone,
)
from irkit.runbook.model import Runbook


class Loose(BaseModel):
    """Base of the report's view of a result: immutable, open to fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


T = TypeVar("T", bound=Loose)


@dataclass(frozen=True)
class Found:
    """The results of one done step. ``seq`` and ``at`` are those of the event that says so."""

    step: str
    action: str
    seq: int
    at: datetime
    summary: str
    results: tuple[Mapping[str, JsonValue], ...]

    def read(self, model: type[T]) -> tuple[T, ...]:
        """The results that fit ``model``."""
        return tuple(each for result in self.results if (each := _read(model, result)) is not None)


@dataclass(frozen=True)
class Findings:
    """All that the steps found, with the runbook that says which action each step is."""

    found: tuple[Found, ...]
    runbook: Runbook
    records: tuple[Recorded, ...]

    def of(self, *actions: str) -> tuple[Found, ...]:
        """What steps of these actions found, oldest first."""
        return tuple(found for found in self.found if found.action in actions)

    def action(self, step: str) -> str:
        """The action of a step; empty for one that the runbook does not have."""
        return next((str(each.uses) for each in self.runbook.steps if each.id == step), "")

    def phase(self, step: str) -> str:
        """The part of the response that a step belongs to; empty without one."""
        return next((str(each.phase) for each in self.runbook.steps if each.id == step and each.phase), "")

    def title(self, step: str) -> str:
        """What the runbook calls a step; its id when it has no title."""
        return next((each.title for each in self.runbook.steps if each.id == step and each.title), step)

    @property
    def opened(self) -> Recorded | None:
        """The first event."""
        return next((each for each in self.records if isinstance(each.event, IncidentOpened)), None)

    def receipts(self, step: str) -> Iterator[Recorded]:
        """The receipts of a step's last attempt."""
        yield from (each for each in self._last_attempt(step) if isinstance(each.event, EffectDone))

    def proofs(self, step: str) -> Iterator[Recorded]:
        """What was seen when the last attempt of a step was verified."""
        yield from (each for each in self._last_attempt(step) if isinstance(each.event, EffectVerified))

    def _last_attempt(self, step: str) -> list[Recorded]:
        mine: list[Recorded] = []
        for record in self.records:
            event = record.event
            if isinstance(event, StepStarted) and event.step == step:
                mine = []
            elif getattr(event, "step", None) == step:
                mine.append(record)
        return mine


def findings(records: Sequence[Recorded], runbook: Runbook) -> Findings:
    """Gather the results of done steps, in the order in which they were done. A human step is done when answered."""
    actions = {str(step.id): str(step.uses) for step in runbook.steps}
    done: dict[str, Found] = {}
    for record in records:
        event = record.event
        if isinstance(event, StepDone):
            done.pop(event.step, None)
            action = actions.get(event.step, "")
            done[event.step] = Found(event.step, action, record.seq, record.at, event.summary, event.results)
        elif isinstance(event, DecisionGiven):
            action = actions.get(event.step, "")
            done[event.step] = Found(event.step, action, record.seq, record.at, event.reason, (event.answer,))
        elif isinstance(event, StepUndone):
            done.pop(event.step, None)
    return Findings(tuple(done.values()), runbook, tuple(records))


def _read(model: type[T], result: Mapping[str, JsonValue]) -> T | None:
    try:
        return model.model_validate(result)
    except ValidationError:
        return None
