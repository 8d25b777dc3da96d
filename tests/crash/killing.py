"""Children that kill themselves with SIGKILL, each at a point where none has died before.

A *point* is one side of a journal event (just before it is written, right after it is on disk), or right after a
call to the outside that an effect makes between its intent and its receipt. Points are noted in a file before dying
at them, so that over one drill each is died at exactly once.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import botocore.exceptions
import botocore.loaders
import botocore.session

from irkit.actions import catalog
from irkit.clients.call_record import CallLog
from irkit.config import load
from irkit.drill.responder import colleague, responder
from irkit.engine.executor import Outcome, Until
from irkit.incident.events import Actor, Event, Recorded
from irkit.incident.folder import IncidentFolder
from irkit.incident.journal import Guard, Happened, SqliteJournal
from irkit.incident.state import ItemPhase
from irkit.wiring.incidents import session_of


class Points:
    """Where children have died."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.lock = threading.RLock()
        """Held from one side of an event to the other, so that no thread dies while another is in between."""
        self._there = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()

    def die_once(self, point: str) -> None:
        """Die here if nobody has."""
        with self.lock:
            if point in self._there:
                return
            with self._file.open("a", encoding="utf-8") as out:
                out.write(point + "\n")
                out.flush()
                os.fsync(out.fileno())
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()


class KillingJournal(SqliteJournal):
    """A journal that dies on both sides of each event."""

    def __init__(self, folder: IncidentFolder, points: Points) -> None:
        self._points = points
        super().__init__(folder.journal)

    def append(
        self, event: Event, *, actor: Actor, happened: Happened | None = None, guard: Guard | None = None
    ) -> Recorded:
        point = point_of(event)
        with self._points.lock:
            self._points.die_once(f"before {point}")
            record = super().append(event, actor=actor, happened=happened, guard=guard)
            self._points.die_once(f"after {point}")
            return record


def point_of(event: Event) -> str:
    """What makes a journal event a point of its own: its kind, step, direction and item."""
    parts: list[str] = [event.kind]
    for name in ("step", "direction", "item"):
        value = getattr(event, name, None)
        parts.append("-" if value is None else str(value))
    return " ".join(parts)


def die_within_effects(journal: SqliteJournal, points: Points) -> None:
    """Die right after each different call of each effect, between its intent and its receipt."""
    note = CallLog.note

    def noted(self: CallLog, text: str, *, request_id: str = "", error: str = "") -> None:
        note(self, text, request_id=request_id, error=error)
        for step_id, step in journal.state().steps.items():
            if any(item.phase is ItemPhase.INTENDED for item in step.items):
                points.die_once(f"within {step_id} {' '.join(text.split()[:2])}")

    CallLog.note = noted  # type: ignore[method-assign]


def child(config_file: Path, data: Path, incident: str, points_file: Path) -> int:
    """Resume the incident with the scripted people; the exit code when nobody died: 0 when all has ended."""
    points = Points(points_file)
    session = session_of(load(config_file, environment={}, flags={"data_folder": str(data)}), incident)
    journal = KillingJournal(session.folder, points)
    session.journal_of = lambda _: journal
    del session.__dict__["journal"]  # what finding it has opened
    die_within_effects(journal, points)
    for person in (colleague(session), responder(session)):
        person.start()
    outcome = session.run(Until.SETTLED)
    print(outcome.value, file=sys.stderr)
    return 0 if outcome is Outcome.ENDED else 1


SDKS = ("boto3", "botocore.session", "git", "github", "requests", "slack_sdk")
SERVICES = ("account", "cloudtrail", "ecs", "iam", "kms", "s3", "secretsmanager", "sts")


def warmed() -> None:
    """Load here what every child would: 440 times the SDKs and botocore's descriptions of services cost minutes."""
    for name in (*SDKS, *(f"irkit.actions.{one}" for one in catalog.MODULES)):
        importlib.import_module(name)
    loader = botocore.loaders.create_loader()
    for name in ("endpoints", "partitions", "_retry", "sdk-default-configuration"):
        loader.load_data(name)
    for service in SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2"):
            with suppress(botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
                loader.load_service_model(service, kind)
    botocore.session.create_loader = lambda *_: loader


def zygote() -> None:
    """Imported once; forks a child for each line on stdin and answers with how it ended (``-9`` or an exit code)."""
    warmed()
    for line in sys.stdin:
        config_file, data, incident, points_file = line.rstrip("\n").split("\t")
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                code = child(Path(config_file), Path(data), incident, Path(points_file))
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    zygote()
