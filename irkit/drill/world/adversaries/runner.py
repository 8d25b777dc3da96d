"""*runner*: he sits on a runner of the CI, takes session after session from its web identity, and digs in there.

Where a scenario gives him no runner he does the same with what he has: session after session, and decrypts with each.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from irkit.drill.world.adversaries.adversary import Loot
from irkit.drill.world.adversaries.hand import Hand, attempt, decrypted
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.scenarios.scenario import Foul
from irkit.drill.world.signature import KeyPair

_PAUSE_S = 1.0
_RUNS_BEFORE = (168.0, 121.0, 74.0, 33.0)


@dataclass(frozen=True)
class Runner:
    """Somebody whose jobs the CI runs."""

    hand: Hand
    _left: list[Foul] = field(default_factory=list)

    @property
    def loot(self) -> Loot:
        """All he took and left."""
        return self.hand.loot

    def before(self) -> None:
        """A few runs in the hours before, and half of what can be left behind outside AWS."""
        hand = self.hand
        for minutes in _RUNS_BEFORE:
            keys = attempt(self._fresh, minutes)
            if keys is not None:
                self._work(hand.past(keys, minutes - 2))
        fouls = [*hand.foothold.fouls]
        hand.random.shuffle(fouls)
        for foul in fouls[: (len(fouls) + 1) // 2]:
            self._leave(foul)

    def live(self, stopping: threading.Event) -> None:
        """Run after run, the older sessions too; then what else can be left behind."""
        left = [foul for foul in self.hand.foothold.fouls if foul not in self._left]
        while not stopping.wait(_PAUSE_S * self.hand.random.uniform(0.7, 1.3)):
            fresh = attempt(self._fresh, 0)
            older = [one.keys for one in self.hand.loot.held.values()] or [*self.hand.foothold.keys.values()]
            keys = fresh or self.hand.random.choice(older)
            self._work(self.hand.now(keys))
            if left:
                self._leave(left.pop())

    def _fresh(self, minutes: float) -> KeyPair:
        hand = self.hand
        if hand.foothold.web is not None:
            return hand.web_session(minutes)
        own = hand.own()
        caller = hand.past(own, minutes) if minutes else hand.now(own)
        return hand.session(caller, hand.arn_of(own), hand.at(minutes) if minutes else None)

    def _work(self, caller: AwsCaller) -> None:
        foothold = self.hand.foothold
        if foothold.sealed:
            attempt(decrypted, caller, self.hand.random.choice(foothold.sealed))
        if foothold.secret_ids:
            asked: JsonObject = {"SecretId": self.hand.random.choice(foothold.secret_ids)}
            attempt(caller.json, "secretsmanager", "GetSecretValue", asked)

    def _leave(self, foul: Foul) -> None:
        self._left.append(foul)
        door = attempt(self.hand.foothold.fouls[foul])
        if door is not None:
            self.hand.loot.leave(door)

    def tries(self) -> dict[str, str]:
        """What each of his credentials gets right now."""
        return self.hand.tries()
