"""List the runs of a repository's workflows in the window: whose logs may hold what was stolen, and which still go on.

A run that is queued or going on holds the old secrets until it ends, and may still be the intruder's.
The attacker sees nothing of this.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.clients.github_ci import Run
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_MOST = 1000
"""GitHub shows no more of one search (https://docs.github.com/rest/actions/workflow-runs)."""


class Outcome(StrEnum):
    """Whether runs go on."""

    IN_FLIGHT = "in_flight"
    ENDED = "ended"


class Params(Frozen):
    """The window begins at ``since``, or ``hours`` ago."""

    repository: str
    hours: int = 72
    since: datetime | None = None


class Result(Frozen):
    """The runs of the window, the newest first; ``run_ids`` are those that have ended.

    ``in_flight`` are all that wait or go on, older ones too.
    """

    outcome: Outcome
    since: datetime
    runs: tuple[Run, ...]
    run_ids: tuple[int, ...]
    in_flight: tuple[int, ...]
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        runs = counted(len(self.runs), "run")
        return f"{runs} since {self.since:%d %b %H:%M}, {len(self.in_flight)} of them in flight"


def read(clients: Clients, params: Params) -> Result:
    """Ask GitHub. Raises ``Denied``, ``NotFound``, ``Unreachable``."""
    since = params.since or clients.now() - timedelta(hours=params.hours)
    runs = clients.github_ci.runs(params.repository, since)
    going = clients.github_ci.in_flight(params.repository)
    in_flight = tuple(run.id for run in going)
    cut = f"; GitHub shows {_MOST} at most, so there are MORE than these" if len(runs) >= _MOST else ""
    return Result(
        outcome=Outcome.IN_FLIGHT if in_flight else Outcome.ENDED,
        since=since,
        runs=runs,
        run_ids=tuple(run.id for run in runs if not run.is_in_flight and run.id not in in_flight),
        in_flight=in_flight,
        coverage=f"runs of {full_name(params.repository)} created since {since:%Y-%m-%d %H:%M} UTC{cut}; "
        "not seen: deleted runs, and older runs that were run again",
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="List the runs in the window, and those in flight",
    read=read,
)
