"""List what is new at GitHub since an intruder may have been in the CI: ways in, caches, artifacts, repositories.

Deploy keys and webhooks outlive every token; a cache is unpacked by later runs; an artifact and a new repository are
where stolen values are put (tj-actions, Shai-Hulud, 2025). GitHub tells when each was made, so all of the window are
listed, innocent ones too: the person who approves their removal decides.
The attacker sees nothing of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

from irkit.clients.github import full_name
from irkit.clients.github_ci import Artifact, Cache, DeployKey, Hook, NewRepository
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted
from irkit.errors import Denied, NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Outcome(StrEnum):
    """Whether anything is new."""

    FOUND = "found"
    CLEAN = "clean"


class Params(Frozen):
    """The window begins at ``since``, or ``hours`` ago."""

    repository: str
    hours: int = 72
    since: datetime | None = None


class Result(Frozen):
    """What was made in the window; of webhooks that are on also those changed in it.

    ``not_seen`` says what could not be listed.
    """

    outcome: Outcome
    since: datetime
    looked_at: datetime
    """For a second look, which begins there."""
    keys: tuple[DeployKey, ...]
    hooks: tuple[Hook, ...]
    caches: tuple[Cache, ...]
    artifacts: tuple[Artifact, ...]
    repositories: tuple[NewRepository, ...]
    cache_ids: tuple[int, ...]
    artifact_ids: tuple[int, ...]
    has_repositories: bool
    not_seen: tuple[str, ...]
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        counts = (
            (self.keys, "deploy key"),
            (self.hooks, "webhook"),
            (self.caches, "cache"),
            (self.artifacts, "artifact"),
        )
        told = [counted(len(rows), what) for rows, what in counts if rows]
        told += [counted(len(self.repositories), "repository", "repositories")] if self.repositories else []
        return "new: " + (", ".join(told) or "nothing")


class _Made(Protocol):
    @property
    def created_at(self) -> datetime: ...


T = TypeVar("T", bound=_Made)


def read(clients: Clients, params: Params) -> Result:
    """List each kind; what the token may not list is told. Raises ``Unreachable``, ``Throttled``."""
    name = full_name(params.repository)
    owner = name.partition("/")[0]
    since = params.since or clients.now() - timedelta(hours=params.hours)
    looked_at = clients.now().replace(microsecond=0)
    ci, not_seen = clients.github_ci, list[str]()
    keys = _new(lambda: ci.deploy_keys(name), since, "deploy keys", not_seen)
    every_hook = _listed(lambda: ci.hooks(name), "webhooks", not_seen)
    hooks = tuple(one for one in every_hook if one.active and max(one.created_at, one.updated_at) >= since)
    caches = _new(lambda: ci.caches(name), since, "caches", not_seen)
    artifacts = _new(lambda: ci.artifacts(name), since, "artifacts", not_seen)
    repositories = _new(lambda: ci.repositories(owner), since, f"repositories of {owner}", not_seen)
    anything = (*keys, *hooks, *caches, *artifacts, *repositories)
    return Result(
        outcome=Outcome.FOUND if anything else Outcome.CLEAN,
        since=since,
        looked_at=looked_at,
        keys=keys,
        hooks=hooks,
        caches=caches,
        artifacts=artifacts,
        repositories=repositories,
        cache_ids=tuple(one.id for one in caches),
        artifact_ids=tuple(one.id for one in artifacts),
        has_repositories=bool(repositories),
        not_seen=tuple(not_seen),
        coverage=f"deploy keys, webhooks, caches and artifacts of {name}, repositories of {owner}, made since "
        f"{since:%Y-%m-%d %H:%M} UTC; not seen: webhooks of the organization, OAuth and GitHub apps, packages, "
        "personal tokens, what was made and deleted again",
    )


def _listed(ask: Callable[[], Iterable[T]], what: str, not_seen: list[str]) -> tuple[T, ...]:
    try:
        return tuple(ask())
    except (Denied, NotFound) as error:
        not_seen.append(f"{what}: {error}")
        return ()


def _new(ask: Callable[[], Iterable[T]], since: datetime, what: str, not_seen: list[str]) -> tuple[T, ...]:
    return tuple(one for one in _listed(ask, what, not_seen) if one.created_at >= since)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="List what is new at GitHub since the window began",
    read=read,
)
