"""*insider*: somebody of the team, who uses what he rightfully has for what is none of his business, until it is cut.

What he does inside the incident (approve his own request under a second name) is another's part: ``drill.responder``.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from irkit.drill.world.adversaries.adversary import Loot
from irkit.drill.world.adversaries.hand import Hand, attempt, decrypted
from irkit.drill.world.adversaries.moves import make_key, set_password
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.json_shape import JsonObject

_PAUSE_S = 1.5
_DAYS = 2
_AT_WORK = ("10.0.6.17", "aws-cli/2.31.0 Python/3.13.7", "insider at work")
"""The office's address, his tool there, and the actor's name under which these calls are kept."""
_MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Insider:
    """Somebody who knows his way about."""

    hand: Hand

    @property
    def loot(self) -> Loot:
        """All he took and left."""
        return self.hand.loot

    def before(self) -> None:
        """Days of ordinary work, which is no misuse; then, from home, everything he can open, and a session."""
        hand, own = self.hand, self.hand.own()
        for day in range(_DAYS if own.session_token is None else 0, 0, -1):
            at_work = hand.scene.past(own, day * _MINUTES_A_DAY, *_AT_WORK)
            for sealed in hand.foothold.sealed[:1]:
                attempt(decrypted, at_work, sealed)
        for number, sealed in enumerate(hand.foothold.sealed):
            attempt(decrypted, hand.past(own, 140 - 3 * number), sealed)
        for number, name in enumerate(hand.foothold.secret_ids):
            asked: JsonObject = {"SecretId": name}
            attempt(hand.past(own, 120 - 3 * number).json, "secretsmanager", "GetSecretValue", asked)
        attempt(hand.session, hand.past(own, 55), hand.arn_of(own), hand.at(55))

    def live(self, stopping: threading.Event) -> None:
        """Goes on as if nothing were; cut, he tries his session, a new key of his own, a password."""
        while not stopping.wait(_PAUSE_S * self.hand.random.uniform(0.7, 1.3)):
            held = [one.keys for one in self.hand.loot.held.values()]
            for keys in (*self.hand.foothold.keys.values(), *held):
                if self._works(self.hand.now(keys)):
                    break
                self._helps_himself(self.hand.now(keys))

    def _works(self, caller: AwsCaller) -> bool:
        if attempt(caller.json, "secretsmanager", "ListSecrets", {}) is None:
            return False
        if self.hand.foothold.sealed:
            attempt(decrypted, caller, self.hand.random.choice(self.hand.foothold.sealed))
        return True

    def _helps_himself(self, caller: AwsCaller) -> None:
        own = next((arn.rpartition("/")[2] for arn in self.hand.foothold.suspects if ":user/" in arn), "")
        if own:
            attempt(make_key, self.hand, caller, own)
            attempt(set_password, self.hand, caller)

    def tries(self) -> dict[str, str]:
        """What each of his credentials gets right now."""
        return self.hand.tries()
