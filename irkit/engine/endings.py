"""How a step's phase ends in the journal: done, failed, postponed, planned anew; and the calls it made on its way."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import JsonValue

from irkit.contract import Effect
from irkit.engine.unmoved import under_way
from irkit.errors import InDoubt, IrkitError, JournalError, JournalMoved, PlanStale, Throttled, Unreachable
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, Direction, StepId
from irkit.incident.journal import Guard, Journal
from irkit.incident.state import StepState

IRKIT = Actor(name="irkit", kind=ActorKind.IRKIT)
POSTPONED_FOR = timedelta(seconds=15)
STALE_PLANS = 5
"""After so many plans that went stale, a step fails that no human stands before to notice."""


class OpenClients(Protocol):
    """A step's view of the outside, opaque to the engine but for the calls it made."""

    @property
    def clients(self) -> object:
        """What is handed to the action's functions."""

    def drain(self) -> Sequence[ev.Call]:
        """The calls made since the last drain."""


@dataclass(frozen=True)
class Endings:
    """Writes down how a phase ended."""

    journal: Journal
    open_clients: Callable[[StepId], OpenClients]

    @contextmanager
    def failing(self, step: StepId, attempt: int, direction: Direction) -> Iterator[OpenClients]:
        """Open the step's clients; turn what goes wrong into the event that says so."""
        opened = self.open_clients(step)
        try:
            yield opened
        except JournalMoved:
            self.calls(step, opened)
            raise
        except JournalError:
            raise
        except InDoubt:
            self.calls(step, opened)
            self._postpone_notice(step)
        except PlanStale as stale:
            self.calls(step, opened)
            if attempt >= STALE_PLANS and not _is_gated(self.journal.state().step(step)):
                self.fail(step, attempt, direction, stale)
            else:
                again = ev.RetryAsked(step=step, reason=stale.message)
                self.journal.append(again, actor=IRKIT, guard=under_way(step, attempt))
        except Exception as error:  # noqa: BLE001 - whatever an action raises ends in the journal, not in a dead runner
            self.calls(step, opened)
            effect = self.journal.state().step(step).effect
            if effect is Effect.NOTICE and isinstance(error, (Unreachable, Throttled)):
                self.postpone(step, attempt, said(error))
                return
            self.fail(step, attempt, direction, error)

    def fail(self, step: StepId, attempt: int, direction: Direction, error: Exception) -> None:
        """The step failed; a human decides, if nobody has by now (``JournalMoved``)."""
        failed = ev.StepFailed(
            step=step,
            attempt=attempt,
            direction=direction,
            error=type(error).__name__,
            message=said(error),
            hint=error.hint if isinstance(error, IrkitError) else "",
        )
        self.journal.append(failed, actor=IRKIT, guard=under_way(step, attempt))

    def _postpone_notice(self, step: StepId) -> None:
        now = self.journal.state().step(step)
        if now.effect is Effect.NOTICE:
            self.postpone(step, now.attempt, now.error)

    def postpone(self, step: StepId, attempt: int, message: str, guard: Guard | None = None) -> None:
        """A notice could not be delivered yet; unless a person has left it out since (``JournalMoved``)."""
        again_at = datetime.now(UTC) + POSTPONED_FOR
        postponed = ev.StepPostponed(step=step, attempt=attempt, message=message, again_at=again_at)
        self.journal.append(postponed, actor=IRKIT, guard=guard or under_way(step, attempt))

    def calls(self, step: StepId, opened: OpenClients) -> None:
        """Write down the calls made since the last time, if any."""
        if calls := tuple(opened.drain()):
            self.journal.append(ev.CallsMade(step=step, calls=calls), actor=IRKIT)

    def done(self, step: StepId, attempt: int, results: Sequence[Mapping[str, JsonValue]], summary: str) -> None:
        """The step is green."""
        self.journal.append(
            ev.StepDone(step=step, attempt=attempt, results=tuple(results), summary=summary), actor=IRKIT
        )


def _is_gated(step: StepState) -> bool:
    """Whether a human must approve the step's plan: not that of a notice, nor one that changes nothing."""
    return step.effect is not Effect.NOTICE and any(plan.changes for plan in step.plans)


def said(error: Exception) -> str:
    """What may be journalled of an error: irkit's own words, but of any other only where it was raised.

    Another library's message can hold what was passed to it, a secret included.
    """
    if isinstance(error, IrkitError):
        return error.message
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "unknown place"
    kind = type(error).__name__
    if isinstance(error, OSError) and error.errno is not None:
        kind = f"{kind} ({os.strerror(error.errno)})"  # the system's own words: "No space left on device"
    return f"unexpected {kind} in {where}"
