"""The evidence of an incident, each file hashed again: whether it is there, and is what the journal says it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from irkit.contract import Frozen
from irkit.incident.events import EvidenceKept, Recorded


class Condition(StrEnum):
    """How a file of evidence stands now, against its hash in the journal."""

    INTACT = "intact"
    ALTERED = "ALTERED"
    MISSING = "MISSING"
    UNREADABLE = "UNREADABLE"


class Exhibit(Frozen):
    """One file of evidence. ``path`` is relative to the incident's folder, ``size`` in bytes."""

    path: str
    what: str
    count: int
    size: int
    sha256: str
    step: str
    kept_at: datetime
    coverage: str
    condition: Condition
    event: int


def exhibits(records: Sequence[Recorded], folder: Path) -> tuple[Exhibit, ...]:
    """The files that the journal names, hashed anew. Reads ``folder``; a file outside it counts as missing."""
    return tuple(
        Exhibit(
            path=record.event.path,
            what=record.event.what,
            count=record.event.count,
            size=record.event.size,
            sha256=record.event.sha256,
            step=record.event.step,
            kept_at=record.at,
            coverage=record.event.coverage,
            condition=_condition(record.event, folder),
            event=record.seq,
        )
        for record in records
        if isinstance(record.event, EvidenceKept)
    )


def _condition(kept: EvidenceKept, folder: Path) -> Condition:
    path = folder / kept.path
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        return Condition.MISSING
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return Condition.UNREADABLE
    return Condition.INTACT if digest == kept.sha256 else Condition.ALTERED
