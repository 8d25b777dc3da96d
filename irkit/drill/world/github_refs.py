"""The GitHub server's room for git references: read one, remove one, make one. Protected branches stay.

Source of the shapes: GitHub's published description (``@octokit/openapi``), schema ``git-ref``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from irkit.drill.world.git_server import GitServer
from irkit.drill.world.github_reply import Json, Reply, Route, fault
from irkit.drill.world.github_repository import GithubRepository

_REPOSITORY = r"/repos/([^/]+/[^/]+)"


class GithubRefs:
    """Routes over the git server's own refs."""

    def __init__(self, git: GitServer, url: Callable[[], str]) -> None:
        self._git, self._url = git, url

    def routes(self) -> list[Route]:
        """What is answered here."""
        return [
            Route("GET", re.compile(_REPOSITORY + r"/git/ref/(.+)"), self._get),
            Route("DELETE", re.compile(_REPOSITORY + r"/git/refs/(.+)"), self._delete),
            Route("POST", re.compile(_REPOSITORY + r"/git/refs"), self._post),
        ]

    def _told(self, found: GithubRepository, ref: str, oid: str) -> Json:
        here = f"{self._url()}/repos/{found.full_name}/git"
        return {
            "ref": ref,
            "node_id": f"REF_{oid[:8]}",
            "url": f"{here}/{ref}",
            "object": {"type": "commit", "sha": oid, "url": f"{here}/commits/{oid}"},
        }

    def _get(self, found: GithubRepository, name: str, _: Json) -> Reply:
        oid = self._git.refs(found.full_name).get(f"refs/{name}")
        return fault(404, "Not Found") if oid is None else Reply(200, self._told(found, f"refs/{name}", oid))

    def _delete(self, found: GithubRepository, name: str, _: Json) -> Reply:
        if name.removeprefix("heads/") in found.protections:
            return fault(422, "Cannot delete this protected branch")
        if f"refs/{name}" not in self._git.refs(found.full_name):
            return fault(422, "Reference does not exist")
        self._git.git("update-ref", "-d", f"refs/{name}", cwd=self._git.folder(found.full_name))
        return Reply(204)

    def _post(self, found: GithubRepository, given: Json) -> Reply:
        ref, oid = str(given.get("ref", "")), str(given.get("sha", ""))
        if ref in self._git.refs(found.full_name):
            return fault(422, "Reference already exists")
        try:
            self._git.git("update-ref", ref, oid, cwd=self._git.folder(found.full_name))
        except RuntimeError:
            return fault(422, "Object does not exist")
        return Reply(201, self._told(found, ref, oid))
