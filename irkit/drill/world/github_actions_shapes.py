"""Bodies of GitHub's answers on Actions: runners, caches, artifacts, runs. Every field that GitHub requires. Pure.

Source of the shapes: GitHub's published description (``@octokit/openapi``), schemas ``runner``, ``actions-cache-list``,
``artifact``, ``workflow-run``.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

from pydantic import JsonValue

from irkit.drill.world.github_reply import Json
from irkit.drill.world.github_shapes import account


class RunFacts(NamedTuple):
    """What is told of a run of a workflow."""

    number: int
    path: str
    """The workflow's file: ``.github/workflows/deploy.yml``."""
    branch: str
    sha: str
    event: str
    status: str
    """``queued``, ``in_progress``, ``completed``."""
    actor: str
    at: str


def runner(number: int, name: str, labels: tuple[str, ...], status: str) -> Json:
    """A self-hosted runner. GitHub does not tell when it was registered."""
    rows: list[JsonValue] = [
        {"id": 100 + place, "name": label, "type": "read-only" if place == 0 else "custom"}
        for place, label in enumerate(labels)
    ]
    return {"id": number, "name": name, "os": "linux", "status": status, "busy": False, "labels": rows}


def cache(number: int, key: str, ref: str, at: str) -> Json:
    """A cache entry."""
    version = hashlib.sha256(key.encode()).hexdigest()
    return {
        "id": number, "ref": ref, "key": key, "version": version, "last_accessed_at": at, "created_at": at,
        "size_in_bytes": 48_200_113,
    }  # fmt: skip


def artifact(number: int, name: str, body: bytes, at: str, run: Json, here: str) -> Json:
    """An artifact of a run."""
    self_ = f"{here}/actions/artifacts/{number}"
    return {
        "id": number, "node_id": _node("Artifact", number), "name": name, "size_in_bytes": len(body), "url": self_,
        "archive_download_url": f"{self_}/zip", "expired": False, "created_at": at, "updated_at": at,
        "expires_at": "2099-01-01T00:00:00Z", "digest": f"sha256:{hashlib.sha256(body).hexdigest()}",
        "workflow_run": {
            "id": run["id"], "head_branch": run["head_branch"], "head_sha": run["head_sha"],
            "repository_id": 1, "head_repository_id": 1,
        },
    }  # fmt: skip


def run(facts: RunFacts, whole: Json, url: str) -> Json:
    """A run of a workflow (``workflow-run``)."""
    here = f"{whole['url']}/actions/runs/{facts.number}"
    person = account(facts.actor, 11, url)
    done = facts.status == "completed"
    links: Json = {f"{word}_url": f"{here}/{word}" for word in ("jobs", "logs", "artifacts", "cancel", "rerun")}
    author: Json = {"name": facts.actor, "email": f"{facts.actor}@acme.example"}
    commit: Json = {
        "id": facts.sha, "tree_id": facts.sha, "message": "CI", "timestamp": facts.at, "author": author,
        "committer": author,
    }  # fmt: skip
    return links | {
        "id": facts.number, "name": facts.path.rpartition("/")[2], "node_id": _node("WorkflowRun", facts.number),
        "head_branch": facts.branch, "head_sha": facts.sha, "path": facts.path, "run_number": facts.number % 1000,
        "run_attempt": 1, "event": facts.event, "status": facts.status, "conclusion": "success" if done else None,
        "workflow_id": 77, "url": here, "html_url": f"{here}/html", "pull_requests": [], "created_at": facts.at,
        "updated_at": facts.at, "run_started_at": facts.at, "actor": person, "triggering_actor": person,
        "check_suite_url": f"{here}/check-suite", "previous_attempt_url": None,
        "workflow_url": f"{whole['url']}/actions/workflows/77", "head_commit": commit, "repository": whole,
        "head_repository": whole, "display_title": facts.path,
    }  # fmt: skip


def _node(kind: str, number: int) -> str:
    return base64.b64encode(f"{kind}:{number}".encode()).decode()
