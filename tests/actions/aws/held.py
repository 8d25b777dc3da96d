"""A user who is held, as a hold leaves it."""

from __future__ import annotations

from irkit.clients.hold import Grip, Hold
from tests.bench import Bench, Suspect


def hold_by_hand(on: Bench, one: Suspect) -> Hold:
    """Hold a user, whose it is not known to be; how it stood before."""
    grip = Grip.of(on.clients("arrange"))
    hold = grip.hold(one.arn, None, "made by whom the log does not tell yet").model_copy(update={"is_sure": False})
    for what in grip.lacking(hold, 0):
        grip.put(hold, what)
    return hold
