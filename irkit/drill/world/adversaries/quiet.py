"""*quiet*: three decrypts half an hour apart and a session for later; then nothing, and one more look late."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from irkit.drill.world.adversaries.adversary import Loot
from irkit.drill.world.adversaries.hand import Hand, attempt, decrypted
from irkit.drill.world.signature import KeyPair

_SOONEST_S, _LATEST_S = 8.0, 25.0
_DECRYPTS = 3


@dataclass(frozen=True)
class Quiet:
    """Somebody who is hardly there."""

    hand: Hand

    @property
    def loot(self) -> Loot:
        """All he took and left."""
        return self.hand.loot

    def before(self) -> None:
        """Three decrypts, and a session that nobody asks about."""
        hand, own = self.hand, self.hand.own()
        wanted = hand.random.choices(hand.foothold.sealed, k=_DECRYPTS) if hand.foothold.sealed else []
        for number, sealed in enumerate(wanted):
            attempt(decrypted, hand.past(own, 150 - 31 * number), sealed)
        attempt(hand.session, hand.past(own, 95), hand.arn_of(own), hand.at(95))

    def live(self, stopping: threading.Event) -> None:
        """Waits long; then one look with the session, and one with the key when that is refused."""
        if stopping.wait(self.hand.random.uniform(_SOONEST_S, _LATEST_S)):
            return
        held = [one.keys for one in self.hand.loot.held.values()]
        for keys in (*held, *self.hand.foothold.keys.values()):
            if self._looks(keys):
                return

    def _looks(self, keys: KeyPair) -> bool:
        caller = self.hand.now(keys)
        listed = attempt(caller.json, "secretsmanager", "ListSecrets", {})
        opened = [attempt(decrypted, caller, sealed) for sealed in self.hand.foothold.sealed[:1]]
        return listed is not None or opened not in ([], [None])

    def tries(self) -> dict[str, str]:
        """What each of his credentials gets right now."""
        return self.hand.tries()
