"""Lets the innocent jobs run: their history first, then all through the drill; and keeps what was refused to each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from irkit.drill.world.aws_caller import AwsRefused
from irkit.drill.world.bystander import Bystander
from irkit.drill.world.json_shape import Json, JsonObject
from irkit.drill.world.scenarios.scenario import Scene

_LOOK_EVERY_S = 0.1


@dataclass
class Score:
    """How one job fared since the alarm."""

    runs: int = 0
    refusals: list[Json] = field(default_factory=list)
    last_ok_at: str = ""

    def told(self, bystander: Bystander) -> JsonObject:
        """For the truth."""
        return {
            "name": bystander.name,
            "principal": bystander.principal,
            "rides_on": bystander.rides_on,
            "runs": self.runs,
            "refusals": list(self.refusals),
            "last_ok_at": self.last_ok_at,
        }


class Bystanders:
    """The jobs of one world."""

    def __init__(self, scene: Scene, jobs: Iterable[Bystander]) -> None:
        self._scene = scene
        self._jobs = tuple(jobs)
        self._scores = {one.name: Score() for one in self._jobs}

    def before(self) -> None:
        """Makes up the days before. Raises AwsRefused when a job does not work even without an incident."""
        for one in self._jobs:
            for minutes in one.history:
                one.job(partial(self._scene.past, minutes=minutes, ip=one.ip, agent=one.agent, actor=actor(one)))

    def live(self, stopping: threading.Event) -> None:
        """Runs each job as often as it runs, until ``stopping`` is set."""
        due = dict.fromkeys(self._scores, 0.0)
        while not stopping.wait(_LOOK_EVERY_S):
            for one in self._jobs:
                if time.monotonic() >= due[one.name] and not stopping.is_set():
                    self._run(one)
                    due[one.name] = time.monotonic() + one.every.total_seconds()

    def _run(self, one: Bystander) -> None:
        score, at = self._scores[one.name], datetime.now(UTC).isoformat()
        try:
            one.job(partial(self._scene.now, ip=one.ip, agent=one.agent, actor=actor(one)))
        except AwsRefused as refused:
            score.refusals.append({"at": at, "code": refused.code, "says": str(refused)})
        except OSError:
            return  # nobody answers: an outage, or the world is ending
        else:
            score.last_ok_at = at
        score.runs += 1

    def told(self) -> list[Json]:
        """What each one met, for the truth."""
        return [self._scores[one.name].told(one) for one in self._jobs]


def actor(one: Bystander) -> str:
    """The actor's name under which its calls are kept."""
    return f"bystander {one.name}"
