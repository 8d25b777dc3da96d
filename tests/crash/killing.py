"""Children that kill themselves with SIGKILL, each at a point where none has died before.

A *point* is one side of a journal event (just before it is written, right after it is on disk), or right after a
call to the outside that an effect makes between its intent and its receipt. Points are noted in a file before dying
at them, so that over one drill each is died at exactly once.

A child costs what its resuming costs: what it would read anew and find the same (the SDKs' files, the runbook) it has
from the zygote, and nobody waits in it for a slower clock than it needs. The journal each reads for itself.
"""

from __future__ import annotations

import functools
import importlib
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import botocore.exceptions
import botocore.loaders
import botocore.session

from irkit.actions import catalog
from irkit.clients import cloudtrail
from irkit.clients.call_record import CallLog
from irkit.clients.clients import Clients, Listeners, Outside
from irkit.clients.hold import Grip, Hold
from irkit.config import load
from irkit.drill import responder as people
from irkit.drill.responder import colleague, responder
from irkit.engine import executor
from irkit.engine.executor import Outcome, Until
from irkit.incident.events import Actor, Event, Recorded, StepId
from irkit.incident.journal import Guard, Happened, SqliteJournal
from irkit.incident.state import ItemPhase
from irkit.runbook.load import loads
from irkit.runbook.model import Runbook
from irkit.runbook.shelf import taken
from irkit.wiring import session as wiring_session
from irkit.wiring.incidents import session_of, world_of
from irkit.wiring.scripted_answers import Answering, answers_of


class Where(StrEnum):
    """At which points children die."""

    EVERYWHERE = "everywhere"
    """At each, step by step."""
    EFFECTS = "effects"
    """At those of effects alone, within them after what they write, and of each action once: it is carried out alike
    in whatever step it stands. Actions of ``MODEL`` are left out: its drill is died in everywhere."""
    HOLDS = "holds"
    """At those of ``HOLD`` alone, in each step, and within it after each thing that is put or taken away."""


HOLD = "aws.hold_principals"
MODEL = "key_leak"


READING = re.compile(r"\w+:(Get|List|Describe|Lookup|Simulate)|\w+: GET |slack: \w+\.(list|history|info)")
"""How the notes of calls begin that change nothing."""
OF_EFFECTS = frozenset({"effect_intended", "effect_done", "doubt_probed", "doubt_resolved"})


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
    """A journal that dies on both sides of each event, or of those of effects."""

    def __init__(self, path: Path, points: Points, named: Callable[[Event], str]) -> None:
        self._points = points
        self._named = named
        super().__init__(path)

    def append(
        self, event: Event, *, actor: Actor, happened: Happened | None = None, guard: Guard | None = None
    ) -> Recorded:
        point = self._named(event)
        if not point:
            return super().append(event, actor=actor, happened=happened, guard=guard)
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


def own_action(runbook: Runbook, step: StepId) -> str:
    """The action of a step; empty when the model runbook has it too."""
    uses = runbook.step(step).uses
    return "" if uses in model_actions() else uses


@functools.cache
def model_actions() -> frozenset[str]:
    """What the model runbook uses."""
    return frozenset(step.uses for step in taken(MODEL, Path()).steps)


def effect_point(event: Event, runbook: Runbook, where: Where) -> str:
    """The same of an effect's event, with the action for the step but for holds; empty of any other event."""
    step = getattr(event, "step", None)
    if event.kind not in OF_EFFECTS or step is None:
        return ""
    is_hold = runbook.step(step).uses == HOLD
    place = own_action(runbook, step) if where is Where.EFFECTS else str(step) if is_hold else ""
    return f"{event.kind} {place} {getattr(event, 'direction', '-')}" if place else ""


def die_within_effects(journal: SqliteJournal, points: Points, placed: Callable[[StepId, str], str]) -> None:
    """Die right after each different call of each effect, between its intent and its receipt.

    Of the effect's own step: what other steps read meanwhile is another moment in each run, and no boundary.
    """
    begin, note = Clients.__init__, CallLog.note
    steps: dict[CallLog, StepId] = {}

    def begun(self: Clients, outside: Outside, step: str, listeners: Listeners, calls: CallLog | None = None) -> None:
        log = calls or CallLog()
        steps[log] = StepId(step)
        begin(self, outside, step, listeners, log)

    def noted(self: CallLog, text: str, *, request_id: str = "", error: str = "") -> None:
        note(self, text, request_id=request_id, error=error)
        step = steps.get(self)
        place = placed(step, text) if step else ""
        if step and place and any(item.phase is ItemPhase.INTENDED for item in journal.state().step(step).items):
            points.die_once(f"within {place} {' '.join(text.split()[:2])}")

    Clients.__init__ = begun  # type: ignore[method-assign]
    CallLog.note = noted  # type: ignore[method-assign]


def die_within_holds(points: Points) -> None:
    """Die right after each different thing that a hold puts on somebody, or takes away."""

    def dying(act: Callable[[Grip, Hold, str], None]) -> Callable[[Grip, Hold, str], None]:
        def acted(self: Grip, hold: Hold, what: str) -> None:
            act(self, hold, what)
            points.die_once(f"within {act.__name__} {what} of {hold.name}")

        return acted

    Grip.put = dying(Grip.put)  # type: ignore[method-assign, assignment]
    Grip.take_layer = dying(Grip.take_layer)  # type: ignore[method-assign, assignment]


def child(config_file: Path, data: Path, incident: str, points_file: Path, where: Where) -> int:
    """Resume the incident with the scripted people; the exit code when nobody died: 0 when all has ended."""
    points = Points(points_file)
    if where is Where.EVERYWHERE:
        named, placed = point_of, lambda step, _: str(step)
    else:
        named = lambda event: effect_point(event, session.runbook, where)  # noqa: E731
        placed = lambda step, text: "" if READING.match(text) else own_action(session.runbook, step)  # noqa: E731
    wiring_session.SqliteJournal = lambda path: KillingJournal(path, points, named)  # type: ignore[attr-defined,assignment]
    session = session_of(load(config_file, environment={}, flags={"data_folder": str(data)}), incident)
    assert isinstance(session.journal, KillingJournal)
    if where is Where.HOLDS:
        die_within_holds(points)
    else:
        die_within_effects(session.journal, points, placed)
    world = world_of(session.folder)
    assert world is not None
    for person in (colleague(session), responder(Answering(session, answers_of(world)))):
        person.start()
    outcome = session.run(Until.SETTLED)
    print(outcome.value, file=sys.stderr)
    return 0 if outcome is Outcome.ENDED else 1


SDKS = ("boto3", "botocore.session", "git", "github", "requests", "slack_sdk")
SERVICES = ("account", "cloudtrail", "ecs", "iam", "kms", "organizations", "s3", "secretsmanager", "sts")


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


def hurried() -> None:
    """Let nobody wait: for the next look at the journal, nor for AWS's pace, which the cloud is told not to keep."""
    executor.POLL = timedelta(milliseconds=5)
    people.POLL_SECONDS = 0.005
    cloudtrail.Pace.wait = lambda *_: None  # type: ignore[method-assign]


@functools.cache
def read_once(config_file: Path, data: Path, incident: str) -> StepId:
    """Read the runbook here, so that no child needs to; its first step."""
    session = session_of(load(config_file, environment={}, flags={"data_folder": str(data)}), incident)
    first = session.runbook.steps[0].id
    session.journal.close()
    return first


def zygote() -> None:
    """Imported once; forks a child for each line on stdin and answers with how it ended (``-9`` or an exit code)."""
    warmed()
    hurried()
    model_actions()
    wiring_session.loads = functools.cache(loads)  # type: ignore[attr-defined]
    for line in sys.stdin:
        config_file, data, incident, points_file, where = line.rstrip("\n").split("\t")
        read_once(Path(config_file), Path(data), incident)
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                code = child(Path(config_file), Path(data), incident, Path(points_file), Where(where))
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    zygote()
