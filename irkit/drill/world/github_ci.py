"""The GitHub server's room for Actions: runners, caches, artifacts, runs and their logs, environments.

Logs and artifacts are fetched as from GitHub: a redirect to an address that needs no token and is short-lived.
"""

from __future__ import annotations

import io
import itertools
import re
import secrets
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime

from irkit.drill.world.github_actions_shapes import RunFacts, artifact, cache, run, runner
from irkit.drill.world.github_reply import Json, Reply, Route, fault, page, stamp
from irkit.drill.world.github_repository import GithubRepository, numbered
from irkit.drill.world.github_shapes import repository

_REPOSITORY = r"/repos/([^/]+/[^/]+)"
_GONE = 410


class GithubCi:
    """State and routes. ``url`` gives the server's address; runners of an organization are kept by its name."""

    def __init__(self, repositories: Mapping[str, GithubRepository], url: Callable[[], str]) -> None:
        self._repositories, self._url = repositories, url
        self._numbers = itertools.count(7001)
        self._blobs: dict[str, bytes] = {}
        self._fetches: dict[str, str] = {}
        self.org_runners: dict[str, list[Json]] = {}

    def register_runner(self, scope: str, name: str, labels: tuple[str, ...] = (), status: str = "online") -> int:
        """A self-hosted runner of ``owner`` or of ``owner/name``; gives its id."""
        number = next(self._numbers)
        row = runner(number, name, ("self-hosted", "Linux", *labels), status)
        found = self._repositories[scope].runners if "/" in scope else self.org_runners.setdefault(scope, [])
        found.append(row)
        return number

    def save_cache(self, full_name: str, key: str, ref: str, at: datetime) -> int:
        """A cache entry; gives its id."""
        number = next(self._numbers)
        self._repositories[full_name].caches.append(cache(number, key, ref, stamp(at)))
        return number

    def add_run(  # noqa: PLR0913 - a run has so many sides
        self, full_name: str, path: str, branch: str, sha: str, at: datetime, *,
        log: str = "", actor: str = "ada", event: str = "push", status: str = "completed", number: int = 0,
    ) -> int:  # fmt: skip
        """A run of a workflow with its log; gives its id (``number`` where that is given)."""
        found = self._repositories[full_name]
        taken = number or next(self._numbers)
        whole = repository(full_name, found.number, found.visibility, found.parent, 0, self._url())
        facts = RunFacts(taken, path, branch, sha, event, status, actor, stamp(at))
        found.runs.insert(0, run(facts, whole, self._url()))
        if status == "completed":
            self._blobs[f"{full_name}/logs/{taken}"] = _zipped({"0_build.txt": log.encode()})
        return taken

    def status(self, full_name: str, run_id: int) -> str:
        """How a run stands; empty when there is none."""
        row = numbered(self._repositories[full_name].runs, str(run_id))
        return str(row["status"]) if row else ""

    def add_artifact(self, full_name: str, name: str, files: Mapping[str, bytes], at: datetime, run_id: int) -> int:
        """An artifact of a run; gives its id."""
        number = next(self._numbers)
        found = self._repositories[full_name]
        body = _zipped(files)
        of = numbered(found.runs, str(run_id)) or {"id": run_id, "head_branch": None, "head_sha": None}
        here = f"{self._url()}/repos/{full_name}"
        found.artifacts.append(artifact(number, name, body, stamp(at), of, here))
        self._blobs[f"{full_name}/artifacts/{number}"] = body
        return number

    def routes(self) -> list[Route]:
        """What is answered here."""
        table = (
            ("GET", r"/actions/runners", self._list_runners),
            ("GET", r"/actions/runners/(\d+)", self._get_runner),
            ("DELETE", r"/actions/runners/(\d+)", self._delete_runner),
            ("GET", r"/actions/caches", self._list_caches),
            ("DELETE", r"/actions/caches/(\d+)", self._delete_cache),
            ("GET", r"/actions/artifacts", self._list_artifacts),
            ("GET", r"/actions/artifacts/(\d+)", self._get_artifact),
            ("GET", r"/actions/artifacts/(\d+)/zip", self._fetch_artifact),
            ("DELETE", r"/actions/artifacts/(\d+)", self._delete_artifact),
            ("GET", r"/actions/runs", self._list_runs),
            ("GET", r"/actions/runs/(\d+)", self._get_run),
            ("GET", r"/actions/runs/(\d+)/logs", self._fetch_logs),
            ("DELETE", r"/actions/runs/(\d+)/logs", self._delete_logs),
            ("POST", r"/actions/runs/(\d+)/cancel", self._cancel_run),
        )
        return [
            Route("GET", re.compile(r"/orgs/([^/]+)/actions/runners"), self._list_org_runners),
            Route("GET", re.compile(r"/orgs/([^/]+)/actions/runners/(\d+)"), self._get_org_runner),
            Route("DELETE", re.compile(r"/orgs/([^/]+)/actions/runners/(\d+)"), self._delete_org_runner),
            *(Route(method, re.compile(_REPOSITORY + pattern), answer) for method, pattern, answer in table),
        ]

    def fetched(self, path: str) -> Reply | None:
        """What lies at a short-lived address; None when the path is none."""
        if not path.startswith("/_fetch/"):
            return None
        key = self._fetches.pop(path.removeprefix("/_fetch/"), "")
        body = self._blobs.get(key)
        return fault(404, "Not Found") if body is None else Reply(200, body, {"Content-Type": "application/zip"})

    def _list_runners(self, found: GithubRepository, query: Json) -> Reply:
        return _listed("runners", found.runners, query)

    def _get_runner(self, found: GithubRepository, number: str, _: Json) -> Reply:
        return _one(found.runners, number)

    def _delete_runner(self, found: GithubRepository, number: str, _: Json) -> Reply:
        return _taken(found.runners, number)

    def _list_org_runners(self, org: str, query: Json) -> Reply:
        return _listed("runners", self.org_runners.get(org, []), query)

    def _get_org_runner(self, org: str, number: str, _: Json) -> Reply:
        return _one(self.org_runners.get(org, []), number)

    def _delete_org_runner(self, org: str, number: str, _: Json) -> Reply:
        return _taken(self.org_runners.get(org, []), number)

    def _list_caches(self, found: GithubRepository, query: Json) -> Reply:
        return _listed("actions_caches", found.caches, query)

    def _delete_cache(self, found: GithubRepository, number: str, _: Json) -> Reply:
        return _taken(found.caches, number)

    def _list_artifacts(self, found: GithubRepository, query: Json) -> Reply:
        return _listed("artifacts", found.artifacts, query)

    def _get_artifact(self, found: GithubRepository, number: str, _: Json) -> Reply:
        return _one(found.artifacts, number)

    def _fetch_artifact(self, found: GithubRepository, number: str, _: Json) -> Reply:
        return self._redirect(f"{found.full_name}/artifacts/{number}")

    def _delete_artifact(self, found: GithubRepository, number: str, _: Json) -> Reply:
        self._blobs.pop(f"{found.full_name}/artifacts/{number}", None)
        return _taken(found.artifacts, number)

    def _list_runs(self, found: GithubRepository, query: Json) -> Reply:
        low, _, high = str(query.get("created", "")).partition("..")
        rows = [
            row
            for row in found.runs
            if (not low or low in {"*", str(row["created_at"])} or str(row["created_at"]) >= low)
            and (not high or high == "*" or str(row["created_at"]) <= high)
            and str(query.get("status", row["status"])) == row["status"]
        ]
        return _listed("workflow_runs", rows, query)

    def _get_run(self, found: GithubRepository, number: str, _: Json) -> Reply:
        return _one(found.runs, number)

    def _fetch_logs(self, found: GithubRepository, number: str, _: Json) -> Reply:
        if numbered(found.runs, number) is None:
            return fault(404, "Not Found")
        return self._redirect(f"{found.full_name}/logs/{number}")

    def _delete_logs(self, found: GithubRepository, number: str, _: Json) -> Reply:
        row = numbered(found.runs, number)
        if row is None:
            return fault(404, "Not Found")
        if row["status"] != "completed":
            return fault(403, "Cannot delete logs of a run that is in progress")
        self._blobs.pop(f"{found.full_name}/logs/{number}", None)
        return Reply(204)

    def _cancel_run(self, found: GithubRepository, number: str, _: Json) -> Reply:
        row = numbered(found.runs, number)
        if row is None:
            return fault(404, "Not Found")
        if row["status"] == "completed":
            return fault(409, "Cannot cancel a workflow run that is completed.")
        row["status"], row["conclusion"] = "completed", "cancelled"
        return Reply(202, {})

    def _redirect(self, key: str) -> Reply:
        if key not in self._blobs:
            return fault(_GONE, "Server Error: it has been deleted or has expired")
        once = secrets.token_hex(16)
        self._fetches[once] = key
        return Reply(302, b"", {"Location": f"{self._url()}/_fetch/{once}"})


def _listed(word: str, rows: list[Json], query: Json) -> Reply:
    return Reply(200, {"total_count": len(rows), word: page(rows, query)})


def _one(rows: list[Json], number: str) -> Reply:
    row = numbered(rows, number)
    return fault(404, "Not Found") if row is None else Reply(200, row)


def _taken(rows: list[Json], number: str) -> Reply:
    row = numbered(rows, number)
    if row is None:
        return fault(404, "Not Found")
    rows.remove(row)
    return Reply(204)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), body)
    return packed.getvalue()
