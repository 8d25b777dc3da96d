"""*gone*: he looked around, stole what the key opens, built a back door, took a session, and left before the alarm."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from irkit.drill.world.adversaries.adversary import Loot
from irkit.drill.world.adversaries.break_in import break_in
from irkit.drill.world.adversaries.hand import Hand


@dataclass(frozen=True)
class Gone:
    """Somebody who does nothing more, though all that he took still works."""

    hand: Hand

    @property
    def loot(self) -> Loot:
        """All he took and left."""
        return self.hand.loot

    def before(self) -> None:
        """The whole story."""
        break_in(self.hand)

    def live(self, stopping: threading.Event) -> None:
        """Nothing: he sleeps."""

    def tries(self) -> dict[str, str]:
        """What each of his credentials gets right now."""
        return self.hand.tries()
