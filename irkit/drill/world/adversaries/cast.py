"""The adversaries by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from irkit.drill.world.adversaries.adversary import Adversary
from irkit.drill.world.adversaries.gone import Gone
from irkit.drill.world.adversaries.hand import Hand
from irkit.drill.world.adversaries.insider import Insider
from irkit.drill.world.adversaries.nobody import NOBODY, Nobody
from irkit.drill.world.adversaries.persistent import Persistent
from irkit.drill.world.adversaries.quiet import Quiet
from irkit.drill.world.adversaries.runner import Runner
from irkit.drill.world.adversaries.smash import Smash
from irkit.drill.world.crew import NOISE

ADVERSARIES: Mapping[str, Callable[[Hand], Adversary]] = {
    "": Gone,
    "smash": Smash,
    "quiet": Quiet,
    "persistent": Persistent,
    "runner": Runner,
    "insider": Insider,
    NOISE: Gone,
    NOBODY: Nobody,
}
"""Names as in ``WorldSettings.adversary``. With *noise* the innocent jobs are the difficulty: ``drill.world.crew``."""
