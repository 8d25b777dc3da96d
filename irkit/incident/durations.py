"""How long each step took the machine: a reading as a whole, an effect from its intent to its proof. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from irkit.contract import Effect
from irkit.incident import events as ev
from irkit.incident.events import Direction, Recorded, StepId


def durations(records: Iterable[Recorded]) -> Mapping[StepId, timedelta]:
    """The span of each step's last attempt that was done; the time that people took to answer is not in it."""
    begun: dict[StepId, datetime] = {}
    took: dict[StepId, timedelta] = {}
    for record in records:
        match record.event:
            case ev.StepStarted(effect=Effect.READ, step=step):
                begun[step] = record.at
            case ev.StepStarted(step=step):
                begun.pop(step, None)
            case ev.EffectIntended(direction=Direction.DO, step=step):
                begun.setdefault(step, record.at)
            case ev.StepDone(step=step) if step in begun:
                took[step] = record.at - begun.pop(step)
            case _:
                continue
    return took
