"""What an intruder in a CI can leave at GitHub: runners, caches, artifacts, runs and logs, deploy keys, webhooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import JsonValue

from irkit.clients.github import full_name
from irkit.clients.github_api import GithubApi
from irkit.contract import Frozen
from irkit.errors import NotFound

_IN_FLIGHT = ("queued", "in_progress", "waiting", "requested", "pending")


class Runner(Frozen):
    """A self-hosted runner. GitHub does not tell when it was registered, nor by whom."""

    id: int
    name: str
    scope: str
    """``owner`` or ``owner/name``."""
    labels: tuple[str, ...]
    status: str
    busy: bool


class Cache(Frozen):
    """A cache entry, which later runs unpack. ``ref`` is the branch whose run saved it."""

    id: int
    key: str
    ref: str
    created_at: datetime
    size: int


class Artifact(Frozen):
    """A file that a run left. ``size`` in bytes; ``digest`` as GitHub tells it, ``sha256:...`` or empty."""

    id: int
    name: str
    run_id: int
    created_at: datetime
    size: int
    digest: str


class Run(Frozen):
    """A run of a workflow."""

    id: int
    workflow: str
    """The workflow's file: ``.github/workflows/deploy.yml``."""
    branch: str
    commit: str
    event: str
    status: str
    actor: str
    created_at: datetime

    @property
    def is_in_flight(self) -> bool:
        """Whether it waits or runs."""
        return self.status in _IN_FLIGHT


class DeployKey(Frozen):
    """An SSH key that opens one repository. ``key`` is its public half."""

    id: int
    title: str
    key: str
    can_write: bool
    created_at: datetime
    added_by: str


class Hook(Frozen):
    """A webhook. ``to`` is scheme and host alone: the rest of the address may hold a secret."""

    id: int
    to: str
    active: bool
    events: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class NewRepository(Frozen):
    """A repository of the owner."""

    full_name: str
    created_at: datetime
    visibility: str


class GitHubCi:
    """What irkit asks of GitHub about a CI. ``repository`` is ``owner/name`` or the repository's address.

    Every method raises what ``GithubApi.call`` does.
    """

    def __init__(self, api: GithubApi) -> None:
        self._api = api

    def runners(self, scope: str) -> tuple[Runner, ...]:
        """The self-hosted runners of a repository, or of an organization (``owner``)."""
        rows = self._api.rows(f"{_scoped(scope)}/actions/runners", "runners")
        return tuple(
            Runner(
                id=row["id"],
                name=row["name"],
                scope=scope,
                labels=tuple(label["name"] for label in row["labels"]),
                status=row["status"],
                busy=row["busy"],
            )
            for row in rows
        )

    def has_runner(self, scope: str, number: int) -> bool:
        """Whether a runner is registered."""
        return self._is_there(f"{_scoped(scope)}/actions/runners/{number}")

    def remove_runner(self, scope: str, number: int) -> None:
        """Take a runner's registration away; a job on it goes on to its end."""
        self._api.call("DELETE", f"{_scoped(scope)}/actions/runners/{number}")

    def caches(self, repository: str) -> tuple[Cache, ...]:
        """All cache entries."""
        rows = self._api.rows(f"{_at(repository)}/actions/caches", "actions_caches")
        return tuple(
            Cache(id=row["id"], key=row["key"], ref=row["ref"], created_at=row["created_at"], size=row["size_in_bytes"])
            for row in rows
        )

    def delete_cache(self, repository: str, number: int) -> None:
        """Delete one cache entry."""
        self._api.call("DELETE", f"{_at(repository)}/actions/caches/{number}")

    def artifacts(self, repository: str) -> tuple[Artifact, ...]:
        """All artifacts that have not expired."""
        rows = self._api.rows(f"{_at(repository)}/actions/artifacts", "artifacts")
        return tuple(_artifact(row) for row in rows if not row["expired"])

    def has_artifact(self, repository: str, number: int) -> bool:
        """Whether an artifact is there."""
        return self._is_there(f"{_at(repository)}/actions/artifacts/{number}")

    def artifact(self, repository: str, number: int) -> Iterator[bytes]:
        """An artifact as GitHub packs it: a zip, in chunks."""
        return self._api.fetch(f"{_at(repository)}/actions/artifacts/{number}/zip")

    def delete_artifact(self, repository: str, number: int) -> None:
        """Delete an artifact, for good."""
        self._api.call("DELETE", f"{_at(repository)}/actions/artifacts/{number}")

    def runs(self, repository: str, since: datetime, until: datetime | None = None) -> tuple[Run, ...]:
        """The runs created in a span, the newest first. GitHub shows 1,000 of a search at most."""
        created = f"{since:%Y-%m-%dT%H:%M:%SZ}..{'*' if until is None else format(until, '%Y-%m-%dT%H:%M:%SZ')}"
        rows = self._api.rows(f"{_at(repository)}/actions/runs", "workflow_runs", created=created)
        return tuple(_run(row) for row in rows)

    def in_flight(self, repository: str) -> tuple[Run, ...]:
        """The runs that wait or go on, whenever they were created."""
        path = f"{_at(repository)}/actions/runs"
        rows = [row for status in _IN_FLIGHT for row in self._api.rows(path, "workflow_runs", status=status)]
        return tuple({row["id"]: _run(row) for row in rows}.values())

    def run(self, repository: str, number: int) -> Run:
        """One run."""
        return _run(self._api.call("GET", f"{_at(repository)}/actions/runs/{number}"))

    def logs(self, repository: str, number: int) -> Iterator[bytes]:
        """A run's logs: a zip, in chunks. Raises ``NotFound`` when they are gone."""
        return self._api.fetch(f"{_at(repository)}/actions/runs/{number}/logs")

    def has_logs(self, repository: str, number: int) -> bool:
        """Whether a run's logs can still be had."""
        try:
            self._api.place(f"{_at(repository)}/actions/runs/{number}/logs")
        except NotFound:
            return False
        return True

    def delete_logs(self, repository: str, number: int) -> None:
        """Delete a run's logs, for good."""
        self._api.call("DELETE", f"{_at(repository)}/actions/runs/{number}/logs")

    def cancel(self, repository: str, number: int) -> None:
        """Ask a run to end. Its ``if: always()`` steps still run."""
        self._api.call("POST", f"{_at(repository)}/actions/runs/{number}/cancel")

    def deploy_keys(self, repository: str) -> tuple[DeployKey, ...]:
        """The repository's deploy keys."""
        return tuple(
            DeployKey(
                id=row["id"],
                title=row["title"],
                key=row["key"],
                can_write=not row["read_only"],
                created_at=row["created_at"],
                added_by=row.get("added_by") or "",
            )
            for row in self._api.rows(f"{_at(repository)}/keys")
        )

    def add_deploy_key(self, repository: str, key: DeployKey) -> None:
        """Put a deploy key back; GitHub gives it a new id."""
        body: dict[str, JsonValue] = {"title": key.title, "key": key.key, "read_only": not key.can_write}
        self._api.call("POST", f"{_at(repository)}/keys", body)

    def remove_deploy_key(self, repository: str, number: int) -> None:
        """Take a deploy key away."""
        self._api.call("DELETE", f"{_at(repository)}/keys/{number}")

    def hooks(self, repository: str) -> tuple[Hook, ...]:
        """The repository's webhooks."""
        return tuple(_hook(row) for row in self._api.rows(f"{_at(repository)}/hooks"))

    def hook(self, repository: str, number: int) -> Hook:
        """One webhook."""
        return _hook(self._api.call("GET", f"{_at(repository)}/hooks/{number}"))

    def switch_hook(self, repository: str, number: int, active: bool) -> None:  # noqa: FBT001 - GitHub's own field
        """Let a webhook tell, or not."""
        self._api.call("PATCH", f"{_at(repository)}/hooks/{number}", {"active": active})

    def branch(self, repository: str, branch: str) -> str:
        """The commit that a branch stands at; empty when there is no such branch."""
        try:
            found = self._api.call("GET", f"{_at(repository)}/git/ref/heads/{quote(branch)}")
        except NotFound:
            return ""
        return str(found["object"]["sha"])

    def remove_branch(self, repository: str, branch: str) -> None:
        """Remove a branch; its commits stay for a while by their ids."""
        self._api.call("DELETE", f"{_at(repository)}/git/refs/heads/{quote(branch)}")

    def make_branch(self, repository: str, branch: str, commit: str) -> None:
        """Make a branch at a commit that GitHub has."""
        self._api.call("POST", f"{_at(repository)}/git/refs", {"ref": f"refs/heads/{branch}", "sha": commit})

    def repositories(self, owner: str) -> tuple[NewRepository, ...]:
        """The repositories of an organization that the token sees."""
        rows = self._api.rows(f"/orgs/{owner}/repos", sort="created", direction="desc")
        return tuple(
            NewRepository(full_name=row["full_name"], created_at=row["created_at"], visibility=row["visibility"])
            for row in rows
        )

    def secret_names(self, repository: str) -> tuple[str, ...]:
        """The Actions secrets that a run of the repository can read: ``repository: NAME``, ``environment prod: NAME``.

        An environment's wins over the repository's, and that over the organization's.
        """
        at = _at(repository)
        names = [
            f"organization: {row['name']}" for row in self._api.rows(f"{at}/actions/organization-secrets", "secrets")
        ]
        names += [f"repository: {row['name']}" for row in self._api.rows(f"{at}/actions/secrets", "secrets")]
        for environment in self._api.rows(f"{at}/environments", "environments"):
            rows = self._api.rows(f"{at}/environments/{environment['name']}/secrets", "secrets")
            names += [f"environment {environment['name']}: {row['name']}" for row in rows]
        return tuple(names)

    def _is_there(self, path: str) -> bool:
        try:
            self._api.call("GET", path)
        except NotFound:
            return False
        return True


def _at(repository: str) -> str:
    return f"/repos/{full_name(repository)}"


def _scoped(scope: str) -> str:
    return f"/repos/{scope}" if "/" in scope else f"/orgs/{scope}"


def _artifact(row: Mapping[str, Any]) -> Artifact:
    return Artifact(
        id=row["id"],
        name=row["name"],
        run_id=(row.get("workflow_run") or {}).get("id") or 0,
        created_at=row["created_at"],
        size=row["size_in_bytes"],
        digest=row.get("digest") or "",
    )


def _run(row: Mapping[str, Any]) -> Run:
    return Run(
        id=row["id"],
        workflow=row["path"],
        branch=row["head_branch"] or "",
        commit=row["head_sha"],
        event=row["event"],
        status=row["status"] or "",
        actor=(row.get("actor") or {}).get("login", ""),
        created_at=row["created_at"],
    )


def _hook(row: Mapping[str, Any]) -> Hook:
    parts = urlsplit(row["config"].get("url") or "")
    return Hook(
        id=row["id"],
        to=f"{parts.scheme}://{parts.hostname or ''}",
        active=row["active"],
        events=tuple(row["events"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
