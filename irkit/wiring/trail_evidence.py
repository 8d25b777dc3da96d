"""Keeps a trail's log files in an incident's evidence, told to its journal in one event."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cloudtrail.kept import Keep
from irkit.cloudtrail.log_check import keep_bundle
from irkit.cloudtrail.source import Progress
from irkit.errors import UsageError
from irkit.runbook.model import StepId
from irkit.wiring.trail_scope import STEP, Scope

if TYPE_CHECKING:
    from irkit.cloudtrail.integrity.s3_objects import S3Objects


def keep_in_incident(scope: Scope, source: S3Objects, what: Keep, told: Callable[[Progress], None]) -> Path:
    """Keep it; the bundle's folder. Raises ``OutsideError``, ``JournalUnwritable``."""
    if scope.session is None:
        raise UsageError("there is no incident to keep it in")
    clients = scope.session.open_clients(StepId(STEP)).clients
    return keep_bundle(clients, source, what, told).folder
