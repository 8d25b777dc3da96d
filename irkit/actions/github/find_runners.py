"""List the self-hosted runners of a repository and of its owner, and tell those that are not known.

An intruder in a CI registers a runner of his own and waits for jobs (Shai-Hulud, 2025). GitHub does not tell when a
runner was registered, nor by whom, so the company must say which are its own.
The attacker sees nothing of this.
"""

from __future__ import annotations

import fnmatch
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.clients.github_ci import Runner
from irkit.contract import Action, Effect, Frozen
from irkit.errors import Denied, NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Outcome(StrEnum):
    """Whether runners stand there that nobody owns up to."""

    FOUND = "found"
    CLEAN = "clean"
    UNJUDGED = "unjudged"
    """Runners stand there, and nobody said which are the company's."""


class Params(Frozen):
    """``known`` are the names of the company's own runners, with ``*`` for what changes: ``acme-runner-*``."""

    repository: str
    known: tuple[str, ...] = ()


class Result(Frozen):
    """Every runner, and those that are not known; ``not_seen`` says what could not be listed."""

    outcome: Outcome
    runners: tuple[Runner, ...]
    unknown: tuple[Runner, ...]
    needs_person: bool
    """Nobody said which are the company's, so a person must tell."""
    not_seen: tuple[str, ...]
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{self.outcome}: {len(self.unknown)} of {len(self.runners)} runners are not known"


def read(clients: Clients, params: Params) -> Result:
    """List both. Raises ``Denied``, ``NotFound``, ``Unreachable`` when the repository's own cannot be listed."""
    name = full_name(params.repository)
    owner = name.partition("/")[0]
    runners = list(clients.github_ci.runners(name))
    not_seen: list[str] = []
    try:
        runners += clients.github_ci.runners(owner)
    except (Denied, NotFound) as error:  # a person's account has none, and a repository's token may not ask
        not_seen.append(f"runners of {owner}: {error}")
    unknown = [one for one in runners if not any(fnmatch.fnmatchcase(one.name, known) for known in params.known)]
    is_unjudged = bool(unknown) and not params.known
    judged = Outcome.FOUND if unknown else Outcome.CLEAN
    return Result(
        outcome=Outcome.UNJUDGED if is_unjudged else judged,
        needs_person=is_unjudged,
        runners=tuple(runners),
        unknown=tuple(unknown) if params.known else (),
        not_seen=tuple(not_seen),
        coverage=f"runners of {name} and of {owner}; not seen: those of an enterprise, and runners already removed",
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="List self-hosted runners, and tell the unknown ones",
    read=read,
)
