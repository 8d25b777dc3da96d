"""What an adversary of the rehearsal is: somebody with a foothold who has done things, and may do more.

``before`` is what he did before the alarm, recorded in the past; ``live`` is what he does from then on, on a thread
of the world, reacting to what is done to him; ``tries`` is asked by judges alone. All he takes and leaves goes into his
``Loot``, which is the truth of a drill.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.scenarios.scenario import Door
from irkit.drill.world.signature import KeyPair

INTRUDER = "intruder"
"""The actor's name under which an adversary's calls are kept."""


class Adversary(Protocol):
    """One adversary; ``drill.world.adversaries.cast`` lists them by name."""

    def before(self) -> None:
        """What he did before the alarm. Raises AwsRefused when what must have worked is refused."""

    def live(self, stopping: threading.Event) -> None:
        """What he does from the alarm on, until ``stopping`` is set or he has gone. Never raises for a refusal."""

    def tries(self) -> dict[str, str]:
        """What each credential that he holds gets right now: ``works``, or the refusal's code."""

    @property
    def loot(self) -> Loot:
        """All he took and left so far."""


@dataclass(frozen=True)
class Held:
    """One credential that the adversary holds or held."""

    name: str
    """``back door``, ``session 3``."""
    keys: KeyPair
    arn: str
    """Who acts with it: the user's, the role session's or the federated user's ARN."""
    since: datetime

    def told(self) -> JsonObject:
        """For the truth, without the secret."""
        kind = "session" if self.keys.session_token else "access key"
        return {"name": self.name, "id": self.keys.key_id, "kind": kind, "arn": self.arn, "at": self.since.isoformat()}


@dataclass
class Loot:
    """Credentials and back doors, as they come. Safe between threads."""

    on_take: Callable[[Held], None] = lambda _: None
    """Told of each credential as it is taken: its secret must be found nowhere later."""
    _held: dict[str, Held] = field(default_factory=dict)
    _doors: dict[tuple[str, str], Door] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, held: Held) -> None:
        """One more credential; a name that is there already gets a number."""
        with self._lock:
            name, number = held.name, 1
            while name in self._held:
                number += 1
                name = f"{held.name} {number}"
            self._held[name] = Held(name, held.keys, held.arn, held.since)
        self.on_take(held)

    def leave(self, door: Door) -> None:
        """One more back door; the same one twice counts once."""
        with self._lock:
            self._doors[door.kind, door.name] = door

    @property
    def held(self) -> Mapping[str, Held]:
        """The credentials by name, in the order in which they were taken."""
        with self._lock:
            return dict(self._held)

    @property
    def doors(self) -> tuple[Door, ...]:
        """The back doors."""
        with self._lock:
            return tuple(self._doors.values())
