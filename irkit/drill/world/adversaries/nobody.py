"""*nobody*: there is no adversary. A person leaves in peace, a leaked key was found by nobody, an alarm was false."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from irkit.drill.world.adversaries.adversary import Loot
from irkit.drill.world.adversaries.hand import Hand

NOBODY = "nobody"


@dataclass(frozen=True)
class Nobody:
    """What can be cut is what the scenario hands out, where that must be cut whoever holds it."""

    hand: Hand

    @property
    def loot(self) -> Loot:
        """Nothing."""
        return self.hand.loot

    def before(self) -> None:
        """Nothing happened."""

    def live(self, stopping: threading.Event) -> None:
        """Nothing happens."""

    def tries(self) -> dict[str, str]:
        """What each credential of the foothold gets right now; none where none had to be cut."""
        return self.hand.tries() if self.hand.foothold.must_fall else {}
