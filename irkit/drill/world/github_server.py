"""A GitHub REST server with the routes irkit uses, over the repositories of a ``GitServer``.

Shapes follow GitHub's published OpenAPI description (``@octokit/openapi``), which a contract test holds them to.
Actions secrets are real libsodium sealed boxes: a box for another key is refused with 422, and only the
box is written to disk.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, cast
from urllib.parse import parse_qs, unquote, urlsplit

from irkit.drill.world.git_server import GitServer
from irkit.drill.world.github_access import GithubAccess
from irkit.drill.world.github_ci import GithubCi
from irkit.drill.world.github_refs import GithubRefs
from irkit.drill.world.github_reply import Json, Reply, Route, fault, page, stamp
from irkit.drill.world.github_repository import GithubRepository
from irkit.drill.world.github_shapes import branch, protection, pull_request, repository, short_branch, user
from irkit.drill.world.github_tokens import REVOKE, GithubTokens
from irkit.drill.world.loopback_server import LoopbackHandler, LoopbackServer
from irkit.secret import Secret


class _GithubHandler(LoopbackHandler):
    """One REST request: token, route, JSON."""

    def do_GET(self) -> None:
        self._serve()

    do_PUT = do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - names the parent looks up

    def _serve(self) -> None:
        owner = cast("GithubServer", self.server.owner)
        body = self.body()
        reply = owner.reply(self.command, self.path, self.headers.get("Authorization", ""), body)
        if reply.body is None or isinstance(reply.body, bytes):
            self.answer(reply.status, reply.body or b"", reply.headers)
        else:
            self.answer_json(reply.status, reply.body, {"X-GitHub-Media-Type": "github.v3; format=json"})


class GithubServer(LoopbackServer):
    """Answers ``<url>/user``, ``<url>/repos/...`` to those who hold the token."""

    handler: ClassVar[type[LoopbackHandler]] = _GithubHandler

    def __init__(self, git: GitServer, root: Path, token: Secret, login: str = "irkit-responder") -> None:
        super().__init__()
        from nacl.public import PrivateKey

        self.git_server = git
        self.root = root
        self.token = token
        self.tokens = GithubTokens()
        self.tokens.add(token, login)
        self._key = PrivateKey.generate()
        self._repositories: dict[str, GithubRepository] = {}
        self.ci = GithubCi(self._repositories, lambda: self.url)
        self.access = GithubAccess(self._repositories, lambda: self.url)
        self._routes = [
            *self._own_routes(),
            *self.ci.routes(),
            *self.access.routes(),
            *GithubRefs(git, lambda: self.url).routes(),
        ]

    def _own_routes(self) -> list[Route]:
        table: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
            ("GET", r"", self._get_repository),
            ("GET", r"/branches", self._list_branches),
            ("GET", r"/branches/([^/]+)", self._get_branch),
            ("GET", r"/branches/([^/]+)/protection", self._get_protection),
            ("PUT", r"/branches/([^/]+)/protection", self._put_protection),
            ("DELETE", r"/branches/([^/]+)/protection", self._delete_protection),
            ("POST", r"/branches/([^/]+)/protection/required_signatures", self._require_signatures),
            ("GET", r"/forks", self._list_forks),
            ("GET", r"/pulls", self._list_pulls),
            ("GET", r"/actions/secrets", self._list_secrets),
            ("GET", r"/actions/secrets/public-key", self._get_public_key),
            ("GET", r"/actions/secrets/([^/]+)", self._get_secret),
            ("PUT", r"/actions/secrets/([^/]+)", self._put_secret),
        )
        return [
            Route(method, re.compile(r"/repos/([^/]+/[^/]+)" + pattern), answer) for method, pattern, answer in table
        ]

    def add_repository(
        self, full_name: str, parent: str = "", visibility: str = "private", created_at: datetime | None = None
    ) -> GithubRepository:
        """Make a repository of the git server known here; ``parent`` says what it is a fork of."""
        added = GithubRepository(full_name, 1000 + len(self._repositories), visibility, parent)
        added.created_at = stamp(created_at) if created_at else added.created_at
        self._repositories[full_name] = added
        self._save()
        return added

    def repository(self, full_name: str) -> GithubRepository:
        """What is known of a repository. Raises KeyError."""
        return self._repositories[full_name]

    def add_pull(self, full_name: str, number: int, title: str, head_ref: str) -> None:
        """Make an open pull request known; its commits are the git server's ``refs/pull/<number>/head``."""
        self._repositories[full_name].pulls.append(
            {"number": number, "title": title, "head": head_ref, "state": "open"}
        )
        self._save()

    def protect(self, full_name: str, name: str, settings: Json) -> None:
        """Protect a branch with a body as PUT takes it, here and in the git server's hook."""
        found = self._repositories[full_name]
        found.protections[name] = settings
        self._tell_git(found)

    def seal(self, full_name: str, name: str, value: Secret, at: datetime | None = None) -> None:
        """Plant an Actions secret, as if someone had put it ``at`` (90 days ago by default)."""
        from nacl.public import SealedBox

        box = base64.b64encode(SealedBox(self._key.public_key).encrypt(value.reveal().encode())).decode()
        then = stamp(at or datetime.now(UTC) - timedelta(days=90))
        self._repositories[full_name].secrets[name] = {"box": box, "created_at": then, "updated_at": then}
        self._save()

    def unseal(self, full_name: str, name: str) -> Secret:
        """An Actions secret's value, as a workflow would see it. For tests and the drill's score."""
        from nacl.public import SealedBox

        box = base64.b64decode(str(self._repositories[full_name].secrets[name]["box"]))
        return Secret(SealedBox(self._key).decrypt(box).decode())

    def reply(self, method: str, target: str, authorization: str, body: bytes) -> Reply:
        """The answer to one request."""
        parts = urlsplit(target)
        fetched = self.ci.fetched(parts.path) if method == "GET" else None
        if fetched is not None:
            return fetched
        given: Json = cast("Json", json.loads(body)) if body else {k: v[-1] for k, v in parse_qs(parts.query).items()}
        if (method, parts.path) == ("POST", REVOKE):
            return self.tokens.revoke(authorization, given)
        login = self.tokens.login(authorization)
        if login is None:
            return fault(401, "Bad credentials")
        if (method, parts.path) == ("GET", "/user"):
            return Reply(200, user(login, 1, self.url))
        return self._routed(method, parts.path, given)

    def _routed(self, method: str, path: str, given: Json) -> Reply:
        for route in self._routes:
            found = route.pattern.fullmatch(path)
            if found is None or route.method != method:
                continue
            names = [unquote(name) for name in found.groups()]
            if not path.startswith("/repos/"):
                return route.answer(*names, given)
            if names[0] not in self._repositories:
                return fault(404, "Not Found")
            answer = route.answer(self._repositories[names[0]], *names[1:], given)
            if method != "GET":
                self._save()
            return answer
        return fault(404, "Not Found")

    def _get_repository(self, found: GithubRepository, _: Json) -> Reply:
        forks = [other for other in self._repositories.values() if other.parent == found.full_name]
        return Reply(
            200, repository(found.full_name, found.number, found.visibility, found.parent, len(forks), self.url)
        )

    def _list_branches(self, found: GithubRepository, query: Json) -> Reply:
        heads = self._heads(found)
        listed = [
            short_branch(name, oid, name in found.protections, self.url, found.full_name) for name, oid in heads.items()
        ]
        return Reply(200, page(listed, query))

    def _get_branch(self, found: GithubRepository, name: str, _: Json) -> Reply:
        oid = self._heads(found).get(name)
        if oid is None:
            return fault(404, "Branch not found")
        return Reply(
            200, branch(name, oid, self._commit_text(found, oid), name in found.protections, self.url, found.full_name)
        )

    def _get_protection(self, found: GithubRepository, name: str, _: Json) -> Reply:
        if name not in self._heads(found):
            return fault(404, "Branch not found")
        if name not in found.protections:
            return fault(404, "Branch not protected")
        return Reply(200, protection(found.protections[name], f"{self.url}/repos/{found.full_name}/branches/{name}"))

    def _put_protection(self, found: GithubRepository, name: str, given: Json) -> Reply:
        needed = {"required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions"}
        if not needed <= given.keys():
            return fault(422, f"Invalid request. {', '.join(sorted(needed - given.keys()))} wasn't supplied.")
        checks = given["required_status_checks"]
        if isinstance(checks, dict) and ("checks" in checks) == ("contexts" in checks):
            return fault(422, 'Invalid request. No subschema in "anyOf" matched.')
        if name not in self._heads(found):
            return fault(404, "Branch not found")
        self.protect(found.full_name, name, given)
        return Reply(200, protection(given, f"{self.url}/repos/{found.full_name}/branches/{name}"))

    def _delete_protection(self, found: GithubRepository, name: str, _: Json) -> Reply:
        if found.protections.pop(name, None) is None:
            return fault(404, "Branch not protected")
        self._tell_git(found)
        return Reply(204)

    def _require_signatures(self, found: GithubRepository, name: str, _: Json) -> Reply:
        if name not in found.protections:
            return fault(404, "Branch not protected")
        self.protect(found.full_name, name, found.protections[name] | {"required_signatures": True})
        here = f"{self.url}/repos/{found.full_name}/branches/{name}/protection/required_signatures"
        return Reply(200, {"url": here, "enabled": True})

    def _list_forks(self, found: GithubRepository, query: Json) -> Reply:
        forks = [other for other in self._repositories.values() if other.parent == found.full_name]
        listed = [repository(fork.full_name, fork.number, fork.visibility, "", 0, self.url) for fork in forks]
        return Reply(200, page(listed, query))

    def _list_pulls(self, found: GithubRepository, query: Json) -> Reply:
        refs = self.git_server.refs(found.full_name)
        listed = [
            pull_request(
                pull, refs, repository(found.full_name, found.number, found.visibility, "", 0, self.url), self.url
            )
            for pull in found.pulls
            if query.get("state", "open") in {"all", pull["state"]}
        ]
        return Reply(200, page(listed, query))

    def _list_secrets(self, found: GithubRepository, query: Json) -> Reply:
        listed = [_public(name, kept) for name, kept in sorted(found.secrets.items())]
        return Reply(200, {"total_count": len(listed), "secrets": page(listed, query)})

    def _get_public_key(self, _: GithubRepository, __: Json) -> Reply:
        public = bytes(self._key.public_key)
        return Reply(200, {"key_id": self._key_id, "key": base64.b64encode(public).decode()})

    def _get_secret(self, found: GithubRepository, name: str, _: Json) -> Reply:
        kept = found.secrets.get(name.upper())
        return fault(404, "Not Found") if kept is None else Reply(200, _public(name.upper(), kept))

    def _put_secret(self, found: GithubRepository, name: str, given: Json) -> Reply:
        if given.get("key_id") != self._key_id:
            return fault(422, "The provided key_id does not match the current public key.")
        if not self._opens(str(given.get("encrypted_value", ""))):
            return fault(422, "Bad request - encrypted_value could not be decrypted with the public key.")
        former = found.secrets.get(name.upper())
        now = stamp(datetime.now(UTC))
        made = former["created_at"] if former else now
        found.secrets[name.upper()] = {"box": given["encrypted_value"], "created_at": made, "updated_at": now}
        self._save()
        return Reply(204) if former else Reply(201, {})

    @property
    def _key_id(self) -> str:
        return str(int.from_bytes(bytes(self._key.public_key)[:8], "big"))

    def _opens(self, box: str) -> bool:
        from nacl.exceptions import CryptoError
        from nacl.public import SealedBox

        try:
            return bool(SealedBox(self._key).decrypt(base64.b64decode(box, validate=True)))
        except (CryptoError, ValueError):
            return False

    def _heads(self, found: GithubRepository) -> dict[str, str]:
        start = "refs/heads/"
        refs = self.git_server.refs(found.full_name)
        return {ref.removeprefix(start): oid for ref, oid in refs.items() if ref.startswith(start)}

    def _commit_text(self, found: GithubRepository, oid: str) -> str:
        return self.git_server.git("cat-file", "commit", oid, cwd=self.git_server.folder(found.full_name))

    def _tell_git(self, found: GithubRepository) -> None:
        closed = [
            name for name, settings in found.protections.items() if settings.get("allow_force_pushes") is not True
        ]
        self.git_server.protect(found.full_name, closed)
        self._save()

    def _save(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        state = {name: vars(found) for name, found in self._repositories.items()}
        (self.root / "github.json").write_text(json.dumps(state, indent=1))


def _public(name: str, kept: Json) -> Json:
    return {"name": name, "created_at": kept["created_at"], "updated_at": kept["updated_at"]}
