"""What the responder came to believe in a drill: read from the journal alone, never from the truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from irkit.drill.score import Belief
from irkit.incident.events import EffectIntended, Recorded, StepPlanned
from irkit.incident.life import Life, Stage
from irkit.incident.lives import lives
from irkit.report.findings import Findings, Loose, findings
from irkit.runbook.model import Runbook

OPENED = "cloudtrail.measure_opened"
"""The action whose answer lays decrypts to the intruder."""


class _Measured(Loose):
    decrypts: tuple[str, ...]


def belief(records: Sequence[Recorded], runbook: Runbook, how: str, good: str) -> Belief:
    """Read it. ``how`` is how its run ended, and ``good`` how a good one does."""
    found = findings(records, runbook)
    cut = [life for life in lives(records) if life.standing]
    dead = [at for life in cut if (at := _dead_at(life)) is not None]
    return Belief(
        first_act_at=_first_act(records),
        dead_at=max(dead) if dead and len(dead) == len(cut) else None,
        cut=tuple(life.credential.id for life in cut),
        undead=tuple(f"{life.name} ({life.stage})" for life in cut if life.stage is not Stage.PROVEN_DEAD)
        or (() if cut else ("nothing was cut",)),
        decrypts=_decrypts(found),
        ended=how == good,
        how=how,
    )


def _dead_at(life: Life) -> datetime | None:
    if life.stage is not Stage.PROVEN_DEAD:
        return None
    return next((turn.at for turn in reversed(life.turns) if turn.stage is Stage.PROVEN_DEAD), None)


def _first_act(records: Sequence[Recorded]) -> datetime | None:
    """When the first plan that cuts a credential was begun to be carried out."""
    cutting: set[str] = set()
    for record in records:
        event = record.event
        if isinstance(event, StepPlanned) and any(plan.cuts for plan in event.plans):
            cutting.add(event.step)
        elif isinstance(event, EffectIntended) and event.step in cutting:
            return record.at
    return None


def _decrypts(found: Findings) -> frozenset[str] | None:
    """The ids of the decrypts that the last answer of each step lays to the intruder; None when nothing asked."""
    steps = found.of(OPENED)
    if not steps:
        return None
    return frozenset(event for step in steps for told in step.read(_Measured) for event in told.decrypts)
