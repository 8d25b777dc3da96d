"""What the responder came to believe in a drill: read from the journal and its evidence alone, never from the truth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from irkit.drill.score import Belief
from irkit.incident.events import EffectIntended, Recorded, StepPlanned
from irkit.incident.life import Life, Stage
from irkit.incident.lives import lives
from irkit.report.findings import Findings, Loose, findings
from irkit.runbook.model import Runbook

DECRYPTS = "cloudtrail.list_decrypts"
"""The action whose last answer in a runbook lays decrypts to the intruder."""


class _Listed(Loose):
    evidence: str


def belief(records: Sequence[Recorded], runbook: Runbook, folder: Path, how: str, good: str) -> Belief:
    """Read it. ``folder`` is the incident's; ``how`` is how its run ended, and ``good`` how a good one does."""
    found = findings(records, runbook)
    cut = [life for life in lives(records) if life.standing]
    dead = [at for life in cut if (at := _dead_at(life)) is not None]
    return Belief(
        first_act_at=_first_act(records),
        dead_at=max(dead) if dead and len(dead) == len(cut) else None,
        cut=tuple(life.credential.id for life in cut),
        undead=tuple(f"{life.name} ({life.stage})" for life in cut if life.stage is not Stage.PROVEN_DEAD)
        or (() if cut else ("nothing was cut",)),
        decrypts=_decrypts(found, folder),
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


def _decrypts(found: Findings, folder: Path) -> frozenset[str] | None:
    steps = found.of(DECRYPTS)
    if not steps:
        return None
    return frozenset(event for listed in steps[-1].read(_Listed) for event in _opened(folder / listed.evidence))


def _opened(file: Path) -> Iterator[str]:
    """The ids of the records in an evidence file that tell of something decrypted."""
    for line in file.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record.get("eventName") == "Decrypt" and not record.get("errorCode"):
            yield str(record.get("eventID"))
