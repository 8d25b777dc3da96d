"""How long each step of a runbook usually takes here, by the journals of earlier incidents of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from statistics import median

from irkit.errors import IrkitError
from irkit.incident.durations import durations
from irkit.incident.events import StepId
from irkit.incident.folder import folders
from irkit.incident.journal import SqliteJournal
from irkit.wiring.session import Session, incidents_root

NEWEST = 6
"""So many journals are read, the newest first."""


def usual(session: Session) -> Mapping[StepId, timedelta]:
    """The median span of each step over earlier incidents with the same runbook; a journal that cannot be read is left.

    Drills are compared with drills, and other incidents with their like.
    """
    root = incidents_root(session.config, session.opened.mode)
    spans: dict[StepId, list[float]] = {}
    others = [folder for folder in folders(root) if folder.incident != session.folder.incident]
    for folder in others[-NEWEST:]:
        for step, span in _spans(folder.journal, session.opened.runbook).items():
            spans.setdefault(step, []).append(span.total_seconds())
    return {step: timedelta(seconds=median(each)) for step, each in spans.items()}


def _spans(path: Path, runbook: str) -> Mapping[StepId, timedelta]:
    try:
        journal = SqliteJournal(path)
    except IrkitError:
        return {}
    try:
        opened = journal.state().opened
        return durations(journal.records()) if opened is not None and opened.runbook == runbook else {}
    except IrkitError:
        return {}
    finally:
        journal.close()
