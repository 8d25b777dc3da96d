"""The runner: finds the moves that nothing holds back and makes them, several at once, until none is left.

Exactly one runner works on an incident (the caller holds the folder's lock). Everyone else, on a screen or a command
line, appends orders to the journal; the runner sees them within ``POLL``.
"""

from __future__ import annotations

import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from os import getpid

from irkit.contract import AnyAction
from irkit.engine.attempt import Attempt, Work
from irkit.engine.endings import IRKIT, OpenClients
from irkit.engine.omission import lacking
from irkit.engine.parameters import NoValue, parameters
from irkit.engine.ready import Kind, Move, ended, ready
from irkit.engine.unmoved import planned, startable
from irkit.errors import IrkitError, JournalMoved, RunbookInvalid
from irkit.incident import events as ev
from irkit.incident.events import Direction
from irkit.incident.journal import Journal
from irkit.incident.state import IncidentState, Phase
from irkit.runbook.model import Runbook, StepId

log = logging.getLogger(__name__)

POLL = timedelta(milliseconds=50)
WORKERS = 8
PATIENCE = timedelta(seconds=60)
_WITHOUT_RESULT = {Phase.OMITTED, Phase.SKIPPED, Phase.PREVIEWED}


class Outcome(StrEnum):
    """Why a runner stopped."""

    ENDED = "every step has ended"
    WAITS = "it waits for a human"
    FAILED = "a step failed"
    IN_DOUBT = "an effect is in doubt"
    UNDELIVERED = "a notice is undelivered"
    ABORTED = "the incident was aborted"
    STOPPED = "it was asked to stop"


class Until(StrEnum):
    """When ``run`` returns by itself: with nothing left to do for now, or only when told (or when all has ended)."""

    NOTHING_READY = "nothing ready"
    SETTLED = "settled"
    """As ``NOTHING_READY``, but somebody is there to answer: it returns with nothing left to ask, or after
    ``PATIENCE``."""
    ENDED = "ended"
    TOLD = "told"


@dataclass
class Executor:
    """Runs one incident. ``run`` in one thread; ``stop`` from any other."""

    journal: Journal
    runbook: Runbook
    lookup: Callable[[str], AnyAction]
    open_clients: Callable[[StepId], OpenClients]
    runner: str = field(default_factory=lambda: f"runner-{secrets.token_hex(4)}")
    _stopping: threading.Event = field(default_factory=threading.Event)
    _wake: threading.Event = field(default_factory=threading.Event)
    _busy: dict[StepId, Future[None]] = field(default_factory=dict)
    _last_seq: int = 0
    _moved_at: float = field(default_factory=time.monotonic)

    def run(self, until: Until) -> Outcome:
        """Make moves until ``until``; journals the runner's start and stop.

        Raises:
            JournalError: the journal failed; nothing more was done.
        """
        started = ev.RunnerStarted(runner=self.runner, pid=getpid(), host=socket.gethostname())
        self.journal.append(started, actor=IRKIT)
        attempt = Attempt(self.journal, self.open_clients, self.runner, self._stopping)
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="step") as pool:
            try:
                outcome = self._loop(pool, attempt, until)
            finally:
                self._stopping.set()
        self._reap()
        self.journal.append(ev.RunnerStopped(runner=self.runner, reason=outcome.value), actor=IRKIT)
        return outcome

    def stop(self) -> None:
        """Begin nothing more; what is under way is finished and journalled."""
        self._stopping.set()
        self._wake.set()

    def _loop(self, pool: ThreadPoolExecutor, attempt: Attempt, until: Until) -> Outcome:
        while True:
            self._wake.clear()
            self._reap()
            if self._stopping.is_set():
                return Outcome.STOPPED
            state = self.journal.state()
            moves = [m for m in ready(self.runbook, state, datetime.now(UTC)) if m.step not in self._busy]
            for move in moves:
                future = pool.submit(self._make, move, attempt)
                self._busy[move.step] = future
                future.add_done_callback(lambda _: self._wake.set())
            if not self._busy and self._over(state, until):
                return outcome(self.runbook, state)
            self._wake.wait(POLL.total_seconds())

    def _over(self, state: IncidentState, until: Until) -> bool:
        match until:
            case Until.TOLD:
                return False
            case Until.NOTHING_READY:
                return True
            case Until.SETTLED:
                return not _asks(state) or self._is_stuck(state)
            case Until.ENDED:
                return state.aborted is not None or ended(self.runbook, state)

    def _is_stuck(self, state: IncidentState) -> bool:
        """Whether nobody has answered for so long that nobody will."""
        if state.seq != self._last_seq:
            self._last_seq, self._moved_at = state.seq, time.monotonic()
        return time.monotonic() - self._moved_at > PATIENCE.total_seconds()

    def _reap(self) -> None:
        """Forget finished moves; an error that got this far is the journal's, and ends the run."""
        for step, future in list(self._busy.items()):
            if future.done():
                del self._busy[step]
                future.result()

    def _make(self, move: Move, attempt: Attempt) -> None:
        if self._stopping.is_set():
            return
        try:
            match move.kind:
                case Kind.OMIT:
                    self._omit(move.step, move.because)
                case Kind.PREVIEW:
                    number = self.journal.state().step(move.step).attempt
                    previewed = ev.StepPreviewed(step=move.step, attempt=number)
                    self.journal.append(previewed, actor=IRKIT, guard=planned(move.step))
                case Kind.START:
                    self._start(move, attempt)
                case _:
                    self._phase(move, attempt)
        except JournalMoved:
            return  # another order came first: the next look at the state says what to do
        except RunbookInvalid as error:
            number = self.journal.state().step(move.step).attempt
            failed = ev.StepFailed(
                step=move.step, attempt=number, error="RunbookInvalid", message=error.message, hint=error.hint
            )
            self.journal.append(failed, actor=IRKIT)

    def _phase(self, move: Move, attempt: Attempt) -> None:
        work = self._work(move.step)
        match move.kind:
            case Kind.UNDO:
                attempt.start(work, Direction.UNDO)
            case Kind.APPLY:
                attempt.apply(work)
            case Kind.VERIFY:
                attempt.verify(work)
            case Kind.PROBE:
                attempt.probe(work)

    def _start(self, move: Move, attempt: Attempt) -> None:
        """Start a step; leave it out when it needs a value of a step that was left out, skipped or only previewed."""
        work = self._work(move.step)
        if because := self._without_value(work):
            self._omit(move.step, because)
        else:
            attempt.start(work, Direction.DO)

    def _without_value(self, work: Work) -> str:
        """Why the step must be left out; empty when it need not. Other errors are the attempt's to meet and journal."""
        try:
            work.params()
        except NoValue as missing:
            state = self.journal.state()
            return lacking(missing.step, state) if state.step(missing.step).phase in _WITHOUT_RESULT else ""
        except IrkitError as error:
            log.debug("%s: %s", work.step, error)
        return ""

    def _omit(self, step: StepId, because: str) -> None:
        omitted = ev.StepOmitted(step=step, because=because)
        self.journal.append(omitted, actor=IRKIT, guard=startable(step, Direction.DO))

    def _work(self, step_id: StepId) -> Work:
        step = self.runbook.step(step_id)
        action = self.lookup(step.uses)
        return Work(
            step=step_id,
            action=action,
            params=lambda: parameters(step, action, self.journal.state()),
            many=step.for_each is not None,
            strengthened=step.approve or 0,
        )


def outcome(runbook: Runbook, state: IncidentState) -> Outcome:
    """What an incident on which nothing runs has come to; the worst of it."""
    phases = {state.step(step.id).phase for step in runbook.steps}
    if state.aborted is not None:
        return Outcome.ABORTED
    if state.closed is not None:
        return Outcome.ENDED
    if Phase.IN_DOUBT in phases:
        return Outcome.IN_DOUBT
    if Phase.FAILED in phases:
        return Outcome.FAILED
    if {Phase.PLANNED, Phase.ASKING} & phases:
        return Outcome.WAITS
    if Phase.POSTPONED in phases:
        return Outcome.UNDELIVERED
    return Outcome.ENDED if ended(runbook, state) else Outcome.WAITS


def _asks(state: IncidentState) -> bool:
    """Whether something is on the screen that a person could answer (in doubt: only once a probe could tell)."""
    return any(
        step.phase in {Phase.PLANNED, Phase.ASKING}
        or (step.phase is Phase.IN_DOUBT and any(item.standing is not None for item in step.items))
        for step in state.steps.values()
    )
