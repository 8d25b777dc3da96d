"""The adversaries by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from irkit.drill.world.adversaries.adversary import Adversary
from irkit.drill.world.adversaries.gone import Gone
from irkit.drill.world.adversaries.hand import Hand
from irkit.drill.world.adversaries.persistent import Persistent

ADVERSARIES: Mapping[str, Callable[[Hand], Adversary]] = {"": Gone, "noise": Gone, "persistent": Persistent}
"""Names as in ``WorldSettings.adversary``."""
