"""The guards of the runner's own events: what a person ordered in the meantime holds, and is not written over.

A probe or a last look can take seconds, and people order all the while, from any number of processes. So each event of
the runner that would change a step is asked, under the journal's write lock, whether the step is still where the runner
found it. If not, ``JournalMoved`` keeps the event out, and the runner looks at the new state.
"""

from __future__ import annotations

from irkit.errors import JournalMoved
from irkit.incident.events import Direction, StepId
from irkit.incident.journal import Guard
from irkit.incident.state import IncidentState, ItemPhase, Phase, StepState


def startable(step: StepId, direction: Direction) -> Guard:
    """Raises unless the step waits to be begun (or, for an undo, is done and its undo asked for)."""

    def guard(state: IncidentState) -> None:
        now = state.step(step)
        waiting = {Phase.TODO, Phase.POSTPONED} if direction is Direction.DO else {Phase.DONE}
        if now.phase not in waiting or (direction is Direction.UNDO and not now.undo_asked):
            raise _moved(step, now)

    return guard


def under_way(step: StepId, attempt: int) -> Guard:
    """Raises when a person skipped the step, or sent it back to its start, since the attempt began."""

    def guard(state: IncidentState) -> None:
        now = state.step(step)
        sent_back = now.phase in {Phase.TODO, Phase.DONE} and now.attempt >= attempt
        if now.phase is Phase.SKIPPED or sent_back:
            raise _moved(step, now)

    return guard


def planned(step: StepId) -> Guard:
    """Raises unless the step's plan is shown."""

    def guard(state: IncidentState) -> None:
        if state.step(step).phase is not Phase.PLANNED:
            raise _moved(step, state.step(step))

    return guard


def doubted(step: StepId, attempt: int, index: int) -> Guard:
    """Raises unless this item's effect of this attempt is in doubt: a doubt is settled once."""

    def guard(state: IncidentState) -> None:
        now = state.step(step)
        doubtful = now.phase in {Phase.IN_DOUBT, Phase.POSTPONED} and now.attempt == attempt
        if not doubtful or index >= len(now.items) or now.items[index].phase is not ItemPhase.IN_DOUBT:
            raise _moved(step, now)

    return guard


def _moved(step: StepId, now: StepState) -> JournalMoved:
    return JournalMoved(f"{step}: already {now.phase.value}")
