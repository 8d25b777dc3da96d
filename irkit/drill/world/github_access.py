"""The GitHub server's room for other ways in: deploy keys, webhooks, an owner's repositories, tokens.

Source of the shapes: GitHub's published description (``@octokit/openapi``), schemas ``deploy-key``, ``hook``,
``environment``, ``minimal-repository``.
"""

from __future__ import annotations

import base64
import itertools
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from irkit.drill.world.github_reply import Json, Reply, Route, fault, page, stamp
from irkit.drill.world.github_repository import GithubRepository, numbered
from irkit.drill.world.github_shapes import repository

_REPOSITORY = r"/repos/([^/]+/[^/]+)"


class GithubAccess:
    """State and routes. ``url`` gives the server's address."""

    def __init__(self, repositories: Mapping[str, GithubRepository], url: Callable[[], str]) -> None:
        self._repositories, self._url = repositories, url
        self._numbers = itertools.count(9001)

    def add_deploy_key(self, full_name: str, title: str, at: datetime, rights: str = "write", who: str = "ada") -> int:
        """An SSH key that may fetch, and push with ``write``; gives its id."""
        public = base64.b64encode(b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00 " + secrets.token_bytes(32)).decode()
        return self._key(full_name, {"title": title, "key": f"ssh-ed25519 {public}", "read_only": rights != "write"},
                         at, who)  # fmt: skip

    def add_hook(self, full_name: str, to: str, at: datetime, events: tuple[str, ...] = ("push",)) -> int:
        """A webhook that tells an address of what happens; gives its id."""
        number = next(self._numbers)
        here = f"{self._url()}/repos/{full_name}/hooks/{number}"
        then = stamp(at)
        self._repositories[full_name].hooks.append({
            "type": "Repository", "id": number, "name": "web", "active": True, "events": list(events),
            "config": {"url": to, "content_type": "json", "insecure_ssl": "0", "secret": "********"},
            "updated_at": then, "created_at": then, "url": here, "test_url": f"{here}/test",
            "ping_url": f"{here}/pings", "deliveries_url": f"{here}/deliveries",
            "last_response": {"code": None, "status": "unused", "message": None},
        })  # fmt: skip
        return number

    def add_environment(self, full_name: str, name: str, secret_names: tuple[str, ...], at: datetime) -> None:
        """An environment with secrets of its own."""
        then = stamp(at)
        self._repositories[full_name].environments[name] = {
            one: {"name": one, "created_at": then, "updated_at": then} for one in secret_names
        }

    def routes(self) -> list[Route]:
        """What is answered here."""
        table = (
            ("GET", r"/keys", self._list_keys),
            ("POST", r"/keys", self._post_key),
            ("GET", r"/keys/(\d+)", self._get_key),
            ("DELETE", r"/keys/(\d+)", self._delete_key),
            ("GET", r"/hooks", self._list_hooks),
            ("GET", r"/hooks/(\d+)", self._get_hook),
            ("PATCH", r"/hooks/(\d+)", self._patch_hook),
            ("GET", r"/environments", self._list_environments),
            ("GET", r"/environments/([^/]+)/secrets", self._list_environment_secrets),
            ("GET", r"/actions/organization-secrets", self._list_organization_secrets),
            ("GET", r"/actions/oidc/customization/sub", self._get_subject),
        )
        return [
            Route("GET", re.compile(r"/orgs/([^/]+)/repos"), self._list_repositories),
            *(Route(method, re.compile(_REPOSITORY + pattern), answer) for method, pattern, answer in table),
        ]

    def _key(self, full_name: str, given: Json, at: datetime, who: str) -> int:
        number = next(self._numbers)
        self._repositories[full_name].keys.append({
            "id": number, "key": given["key"], "url": f"{self._url()}/repos/{full_name}/keys/{number}",
            "title": given.get("title", ""), "verified": True, "created_at": stamp(at),
            "read_only": given.get("read_only") is True, "added_by": who, "last_used": None, "enabled": True,
        })  # fmt: skip
        return number

    def _list_keys(self, found: GithubRepository, query: Json) -> Reply:
        return Reply(200, page(found.keys, query))

    def _post_key(self, found: GithubRepository, given: Json) -> Reply:
        if any(row["key"] == given.get("key") for row in found.keys) or "key" not in given:
            return fault(422, "key is already in use")
        number = self._key(found.full_name, given, datetime.now(UTC), "irkit-responder")
        return Reply(201, numbered(found.keys, str(number)))

    def _get_key(self, found: GithubRepository, number: str, _: Json) -> Reply:
        row = numbered(found.keys, number)
        return fault(404, "Not Found") if row is None else Reply(200, row)

    def _delete_key(self, found: GithubRepository, number: str, _: Json) -> Reply:
        row = numbered(found.keys, number)
        if row is None:
            return fault(404, "Not Found")
        found.keys.remove(row)
        return Reply(204)

    def _list_hooks(self, found: GithubRepository, query: Json) -> Reply:
        return Reply(200, page(found.hooks, query))

    def _get_hook(self, found: GithubRepository, number: str, _: Json) -> Reply:
        row = numbered(found.hooks, number)
        return fault(404, "Not Found") if row is None else Reply(200, row)

    def _patch_hook(self, found: GithubRepository, number: str, given: Json) -> Reply:
        row = numbered(found.hooks, number)
        if row is None:
            return fault(404, "Not Found")
        row |= {name: given[name] for name in ("active", "events") if name in given}
        row["updated_at"] = stamp(datetime.now(UTC))
        return Reply(200, row)

    def _list_environments(self, found: GithubRepository, query: Json) -> Reply:
        here = f"{self._url()}/repos/{found.full_name}/environments"
        rows: list[Json] = [
            {"id": 300 + place, "node_id": f"EN{place}", "name": name, "url": f"{here}/{name}",
             "html_url": f"{here}/{name}/html", "created_at": found.created_at, "updated_at": found.created_at}
            for place, name in enumerate(found.environments)
        ]  # fmt: skip
        return Reply(200, {"total_count": len(rows), "environments": page(rows, query)})

    def _list_environment_secrets(self, found: GithubRepository, name: str, query: Json) -> Reply:
        if name not in found.environments:
            return fault(404, "Not Found")
        rows = list(found.environments[name].values())
        return Reply(200, {"total_count": len(rows), "secrets": page(rows, query)})

    def _list_organization_secrets(self, _: GithubRepository, query: Json) -> Reply:
        return Reply(200, {"total_count": 0, "secrets": page([], query)})

    def _get_subject(self, _: GithubRepository, __: Json) -> Reply:
        return Reply(200, {"use_default": True})

    def _list_repositories(self, org: str, query: Json) -> Reply:
        rows = [
            repository(one.full_name, one.number, one.visibility, one.parent, 0, self._url())
            | {"created_at": one.created_at, "pushed_at": one.created_at}
            for one in self._repositories.values()
            if one.owner == org
        ]
        return Reply(200, page(rows, query)) if rows else fault(404, "Not Found")
