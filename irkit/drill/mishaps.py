"""Lets go wrong in a drill what was asked for, and keeps what it did for the judges, in the cloud's vault.

It watches the incident from a thread, as the scripted people do, and outlives an irkit that was killed: what was asked
and has not happened yet happens once a runner goes on.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from irkit.contract import CredentialKind, Effect, Frozen
from irkit.drill.inject import Inject, Schedule, schedule
from irkit.drill.rehearsal import Rehearsal, WorldFailed
from irkit.drill.responder import COLLEAGUE, POLL_SECONDS, Rehearsed
from irkit.drill.world.access_files import VAULT, write_private
from irkit.engine.approval import shut
from irkit.engine.ready import ENDED
from irkit.errors import JournalError
from irkit.incident.life import Stage
from irkit.incident.state import IncidentState, Phase
from irkit.runbook.model import Runbook, Step

FILE = "injects.json"
_OF_GITHUB = ("git.", "github.")
_LETS_GO = ("aws.lift_freeze", "aws.release_principals", "aws.lift_user_deny")
_BETWEEN_S = 0.5
_TO_DO = frozenset({Phase.PLANNED, Phase.APPLYING})


class Happened(Frozen):
    """Something went wrong, or right again."""

    inject: Inject
    at: datetime
    says: str


class Asked(Frozen):
    """What is to go wrong in a cloud, and what has."""

    seed: int
    injects: tuple[Inject, ...] = ()
    happened: tuple[Happened, ...] = ()

    @property
    def schedule(self) -> Schedule:
        """When."""
        return schedule(self.seed)

    def has(self, inject: Inject) -> bool:
        """Whether it has happened, or begun to."""
        return any(one.inject is inject for one in self.happened)


def asked(world: Path) -> Asked:
    """What was asked of the cloud in a folder; nothing where nothing was."""
    file = world / VAULT / FILE
    return Asked.model_validate_json(file.read_bytes()) if file.is_file() else Asked(seed=0)


def ask(world: Path, what: Asked) -> None:
    """Write down what is asked, and what has happened."""
    write_private(world / VAULT / FILE, json.dumps(what.model_dump(mode="json"), indent=1))


@dataclass
class Mishaps:
    """Watches one incident until ``stop``. ``second_leak`` is called once, and begins what answers a second leak."""

    incident: Rehearsed
    cloud: Rehearsal
    second_leak: Callable[[], threading.Thread | None] = lambda: None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _began: float = field(default_factory=time.monotonic)
    _up_at: dict[Inject, float] = field(default_factory=dict)
    _second: threading.Thread | None = None
    _revive_from: float = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin to watch; what an irkit that was killed left down comes up when it was to."""
        what = asked(self.cloud.folder)
        for one in what.happened:
            if one.inject in _SERVICES:
                left = one.at + _downtime(one.inject, what.schedule) - datetime.now(UTC)
                self._up_at[one.inject] = time.monotonic() + max(0.0, left.total_seconds())
        threading.Thread(target=self._watch, name="mishaps", daemon=True).start()

    def stop(self) -> None:
        """Let nothing more go wrong; what is down comes up again, and a second incident comes to its end."""
        self._stopping.set()
        if self._second is not None:
            self._second.join()
        for inject in list(self._up_at):
            self._up(inject)

    def note(self, inject: Inject, says: str) -> None:
        """Keep for the judges that something happened."""
        with self._lock:
            now = asked(self.cloud.folder)
            happened = Happened(inject=inject, at=datetime.now(UTC), says=says)
            ask(self.cloud.folder, now.model_copy(update={"happened": (*now.happened, happened)}))

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                self._look(self.incident.journal.state())
            except (JournalError, WorldFailed):
                return  # the run itself reports it

    def _look(self, state: IncidentState) -> None:
        now, what = time.monotonic(), asked(self.cloud.folder)
        for inject, at in list(self._up_at.items()):
            if now >= at:
                self._up(inject)
        for inject in what.injects:
            if not what.has(inject):
                self._perhaps(inject, what.schedule, state, now - self._began)

    def _perhaps(self, inject: Inject, when: Schedule, state: IncidentState, elapsed: float) -> None:
        match inject:
            case Inject.SLACK_DOWN if elapsed >= when.slack_from.total_seconds():
                self._down(inject, when)
            case Inject.GITHUB_DOWN if is_purging(self.incident.runbook, state):
                self._down(inject, when)
            case Inject.SECOND_LEAK if elapsed >= when.second_after.total_seconds():
                self._leak()
            case Inject.REVIVED if elapsed >= self._revive_from:
                self._revive_from = elapsed + _BETWEEN_S
                self._revive(state)
            case _:
                return

    def _down(self, inject: Inject, when: Schedule) -> None:
        seconds = _downtime(inject, when).total_seconds()
        for service in _SERVICES[inject]:
            self.cloud.inject({"service": service, "outage": "on"})
        self._up_at[inject] = time.monotonic() + seconds
        self.note(inject, f"{' and '.join(_SERVICES[inject])} went down for {seconds:.0f} s")

    def _up(self, inject: Inject) -> None:
        if self._up_at.pop(inject, None) is not None:
            for service in _SERVICES[inject]:
                self.cloud.inject({"service": service, "outage": "off"})

    def _revive(self, state: IncidentState) -> None:
        """Once everybody was let go whom the runbook lets go, a key that is proven dead; again until AWS allows it."""
        bound = [step.id for step in self.incident.runbook.steps if step.uses in _LETS_GO]
        if any(state.step(step).phase not in ENDED for step in bound):
            return
        dead = [life.credential for life in state.lives if life.stage is Stage.PROVEN_DEAD]
        key = next((each.id for each in dead if each.kind is CredentialKind.ACCESS_KEY), "")
        if key and (says := self.cloud.revive(key)):
            self.note(Inject.REVIVED, says)

    def _leak(self) -> None:
        key = self.cloud.facts.second_key_id
        self.note(Inject.SECOND_LEAK, f"a second key turned up, {key}")
        self.incident.orders_of(COLLEAGUE).note(
            f"A second key has turned up in the same paste: {key}. It is somebody else's, so it wants an incident of"
            " its own. In a drill: irkit drill second, with this incident's id."
        )
        self._second = self.second_leak()


_SERVICES = {Inject.SLACK_DOWN: ("slack",), Inject.GITHUB_DOWN: ("github", "git")}


def _downtime(inject: Inject, when: Schedule) -> timedelta:
    return when.slack_for if inject is Inject.SLACK_DOWN else when.github_for


def is_purging(runbook: Runbook, state: IncidentState) -> bool:
    """Whether something at GitHub that cannot be undone is carried out now, or will be at once: approved by all."""
    return any(_is_purged(step, state) for step in runbook.steps if step.uses.startswith(_OF_GITHUB))


def _is_purged(step: Step, state: IncidentState) -> bool:
    current = state.step(step.id)
    is_final = current.effect is Effect.IRREVERSIBLE and any(plan.changes for plan in current.plans)
    return is_final and current.phase in _TO_DO and not shut(state, step.id, step.approve or 0)
