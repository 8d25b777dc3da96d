"""All repositories of an owner, through the real PyGithub, from a server on loopback that answers as GitHub does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from irkit.clients.github import GitHubRest, Owned
from irkit.errors import Denied, NotFound, Throttled
from irkit.secret import Secret

TOKEN = "listing-token-for-tests"
PAGE = 2


class GitHub(ThreadingHTTPServer):
    def __init__(self, organizations: dict[str, list[str]], users: dict[str, list[str]]) -> None:
        self.organizations, self.users = organizations, users
        self.refusals: list[tuple[int, int]] = []
        """Statuses that are answered first, each with the seconds in its Retry-After."""
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                status, body, link = outer.answer(parts.path, int(parse_qs(parts.query).get("page", ["1"])[0]))
                if self.headers.get("Authorization") != f"token {TOKEN}":
                    status, body, link = 401, {"message": "Bad credentials"}, ""
                outer.asked += 1
                refused = outer.refusals.pop(0) if outer.refusals else None
                if refused:
                    status, body, link = refused[0], {"message": "You have exceeded a secondary rate limit"}, ""
                raw = json.dumps(body).encode()
                self.send_response(status)
                if refused:
                    self.send_header("Retry-After", str(refused[1]))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                if link:
                    self.send_header("Link", link)
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, page: int) -> tuple[int, object, str]:
        _, kind, owner, *rest = path.split("/")
        known = {"orgs": self.organizations, "users": self.users}[kind]
        if owner not in known:
            return 404, {"message": "Not Found"}, ""
        if not rest:
            return 200, {"login": owner, "url": f"{self.url}/{kind}/{owner}"}, ""
        names = known[owner][(page - 1) * PAGE : page * PAGE]
        link = f'<{self.url}{path}?page={page + 1}>; rel="next"' if page * PAGE < len(known[owner]) else ""
        return 200, [self.repository(owner, name) for name in names], link

    def repository(self, owner: str, name: str) -> dict[str, object]:
        return {
            "full_name": f"{owner}/{name}",
            "clone_url": f"https://github.com/{owner}/{name}.git",
            "size": 12,
            "fork": name == "forked",
            "archived": name == "old",
        }


@pytest.fixture
def github() -> Iterator[GitHub]:
    server = GitHub({"acme": ["one", "forked", "old"]}, {"ann": ["dotfiles"]})
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_all_pages_of_an_organization_are_listed(github: GitHub) -> None:
    assert list(GitHubRest(github.url, Secret(TOKEN)).owned("acme")) == [
        Owned("acme/one", "https://github.com/acme/one.git", 12 * 1024, is_fork=False, is_archived=False),
        Owned("acme/forked", "https://github.com/acme/forked.git", 12 * 1024, is_fork=True, is_archived=False),
        Owned("acme/old", "https://github.com/acme/old.git", 12 * 1024, is_fork=False, is_archived=True),
    ]


def test_an_owner_can_be_a_user(github: GitHub) -> None:
    assert [one.full_name for one in GitHubRest(github.url, Secret(TOKEN)).owned("ann")] == ["ann/dotfiles"]


def test_an_owner_that_nobody_knows_is_not_found(github: GitHub) -> None:
    with pytest.raises(NotFound):
        list(GitHubRest(github.url, Secret(TOKEN)).owned("nobody"))


def test_a_wrong_token_is_denied(github: GitHub) -> None:
    with pytest.raises(Denied):
        list(GitHubRest(github.url, Secret("wrong")).owned("acme"))


@pytest.mark.parametrize("status", [403, 429])
def test_a_short_pause_that_github_asks_for_is_made(
    github: GitHub, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", pauses.append)
    github.refusals = [(status, 7)]
    assert len(list(GitHubRest(github.url, Secret(TOKEN)).owned("acme"))) == 3
    assert pauses == [7]


@pytest.mark.parametrize("status", [403, 429])
def test_a_long_pause_is_told_at_once(github: GitHub, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib3.util.retry.time.sleep", lambda _: pytest.fail("it waited"))
    github.refusals = [(status, 3600)]
    with pytest.raises(Throttled, match=f"{status} You have exceeded a secondary rate limit"):
        list(GitHubRest(github.url, Secret(TOKEN)).owned("acme"))
    assert github.asked == 1
