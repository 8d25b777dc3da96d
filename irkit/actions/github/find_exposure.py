"""Find out who else holds a repository's history: visibility, forks, open pull requests, and what guards its branches.

Forks share one pool of objects with their parent, so a purge of the parent leaves the key in them. The protection of
the branches is kept in the result: whoever lifts it for a purge puts back what stands here.
The attacker sees nothing of this.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.github import Protection, PullRequest, full_name
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Visibility(StrEnum):
    """Who can read the repository."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PRIVATE = "private"


class Params(Frozen):
    """``repository`` is its address or ``owner/name``; ``refs`` the refs that hold the key, if they are known."""

    repository: str
    refs: tuple[str, ...] = ()


class Result(Frozen):
    """Who else can have it. ``holding`` are the numbers of the open pull requests whose commits hold the key."""

    repository: str
    """``owner/name``."""
    visibility: Visibility
    forks: tuple[str, ...]
    pulls: tuple[PullRequest, ...]
    holding: tuple[int, ...]
    protections: tuple[Protection, ...]
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        holding = f"{len(self.holding)} of {len(self.pulls)} pull requests hold it"
        return f"{self.visibility}, forks: {len(self.forks)}, {holding}"


def read(clients: Clients, params: Params) -> Result:
    """Ask GitHub. Raises ``Unreachable``, ``Denied``, ``NotFound``."""
    seen = clients.github.exposure(params.repository)
    holding = tuple(pull.number for pull in seen.pulls if f"refs/pull/{pull.number}/head" in params.refs)
    return Result(
        repository=full_name(params.repository),
        visibility=Visibility(seen.visibility),
        forks=seen.forks,
        pulls=seen.pulls,
        holding=holding,
        protections=seen.protections,
        coverage="forks and pull requests that this token may see; "
        "not seen: clones, forks of forks, deleted forks, caches",
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find out who else holds a repository's history",
    read=read,
)
