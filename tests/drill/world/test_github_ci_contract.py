"""The CI's side of our GitHub server, and the requests of our client, held to GitHub's published description."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from irkit.clients.github_ci import GitHubCi
from irkit.drill.world.git_ci_seed import seed_ci_repository
from irkit.drill.world.github_ci_seed import STOLEN_RUN, TakenCi, seed_ci
from irkit.drill.world.github_reply import Reply
from irkit.drill.world.github_server import GithubServer
from irkit.scan.example import example
from irkit.secret import Secret
from tests.drill.world.test_github_contract import DESCRIPTION, ask, check, described, response_schema
from tests.forge import Forge

NAME = "acme/shop"
ALARM = datetime.now(UTC).replace(microsecond=0)
Recorded = list[tuple[str, str, Any, Reply]]


@pytest.fixture
def taken(forge: Forge) -> TakenCi:
    seed_ci_repository(forge.git, NAME, "arn:aws:iam::111122223333:role/ci-deploy", ALARM)
    made = seed_ci(forge.github, NAME, Secret("a stolen value 0001"), ALARM)
    made.register_runner("linux-77")
    return made


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Every request that is made, with its answer."""
    seen: Recorded = []
    reply = GithubServer.reply

    def watched(self: GithubServer, method: str, target: str, authorization: str, body: bytes) -> Reply:
        answer = reply(self, method, target, authorization, body)
        seen.append((method, target.partition("?")[0], json.loads(body) if body else None, answer))
        return answer

    monkeypatch.setattr(GithubServer, "reply", watched)
    return seen


def reads(ci: GitHubCi) -> None:
    assert len(ci.runners(NAME)) == 1
    assert len(ci.runners("acme")) == 2
    assert ci.repositories("acme")
    assert ci.secret_names(NAME)
    assert ci.runs(NAME, datetime(2020, 1, 1, tzinfo=UTC))
    assert ci.run(NAME, STOLEN_RUN).is_in_flight
    assert ci.branch(NAME, "main")
    assert ci.branch(NAME, "nothing") == ""
    assert not ci.has_runner(NAME, 1)


def writes(ci: GitHubCi) -> None:
    (key,) = ci.deploy_keys(NAME)
    ci.remove_deploy_key(NAME, key.id)
    ci.add_deploy_key(NAME, key)
    (hook,) = ci.hooks(NAME)
    ci.switch_hook(NAME, hook.id, active=False)
    assert not ci.hook(NAME, hook.id).active
    ci.cancel(NAME, STOLEN_RUN)
    (cache,) = ci.caches(NAME)
    ci.delete_cache(NAME, cache.id)
    (artifact,) = ci.artifacts(NAME)
    assert b"".join(ci.artifact(NAME, artifact.id)).startswith(b"PK")
    ci.delete_artifact(NAME, artifact.id)
    assert not ci.has_artifact(NAME, artifact.id)
    ci.delete_logs(NAME, 66011)
    assert not ci.has_logs(NAME, 66011)
    for scope in (NAME, "acme"):
        ci.remove_runner(scope, ci.runners(scope)[0].id)
    commit = ci.branch(NAME, "faster-deploy")
    ci.remove_branch(NAME, "faster-deploy")
    ci.make_branch(NAME, "faster-deploy", commit)


@pytest.mark.usefixtures("taken")
def test_every_request_about_a_ci_is_one_that_github_describes(forge: Forge, recorded: Recorded) -> None:
    ci = forge.clients().github_ci
    reads(ci)
    writes(ci)
    calls = [one for one in recorded if not one[1].startswith("/_fetch/")]
    for method, path, body, answer in calls:
        shape = described_ref(path)
        if answer.status == 410:
            continue  # of expired logs GitHub describes nothing
        schema = response_schema(shape, method, answer.status) if answer.status != 404 else None
        if schema is not None:
            check(schema, answer.body)
        wanted = DESCRIPTION["paths"][shape][method.lower()].get("requestBody")
        if wanted is not None:
            check(wanted["content"]["application/json"]["schema"], body)
    assert len({(method, described_ref(path)) for method, path, _, _ in calls}) >= 24


def described_ref(path: str) -> str:
    """GitHub's ``{ref}`` holds slashes, which the description's other names do not."""
    for word in ("/git/refs/", "/git/ref/"):
        if word in path:
            return f"/repos/{{owner}}/{{repo}}{word}{{ref}}"
    return described(path)


def revocation(forge: Forge, body: object, token: str = "") -> tuple[int, Any]:
    authorization = f"Bearer {token}" if token else ""
    answer = forge.github.reply("POST", "/credentials/revoke", authorization, json.dumps(body).encode())
    return answer.status, answer.body


def test_a_revoked_token_is_refused_from_then_on_and_others_go_on(forge: Forge) -> None:
    token = example("ghp_${github:30}", 5)
    forge.github.tokens.add(Secret(token), "bot")
    assert ask(forge, "GET", "/user", token=token)[0] == 200
    status, body = revocation(forge, {"credentials": [token, "unknown"]})
    assert status == 202
    check(response_schema("/credentials/revoke", "POST", 202) or {}, body)
    assert ask(forge, "GET", "/user", token=token)[0] == 401
    assert ask(forge, "GET", "/user")[0] == 200


def test_who_comes_with_a_token_is_refused(forge: Forge) -> None:
    assert revocation(forge, {"credentials": ["x"]}, token="anything")[0] == 403


@pytest.mark.parametrize("wrong", [{}, {"credentials": []}, {"credentials": ["x"] * 1001}])
def test_no_or_too_many_credentials_are_refused(forge: Forge, wrong: object) -> None:
    status, body = revocation(forge, wrong)
    assert status == 422
    check(response_schema("/credentials/revoke", "POST", 422) or {}, body)


def test_a_jobs_own_token_is_not_revoked_this_way(forge: Forge) -> None:
    token = example("ghs_${github:30}", 5)
    forge.github.tokens.add(Secret(token), "job")
    assert revocation(forge, {"credentials": [token]})[0] == 202
    assert ask(forge, "GET", "/user", token=token)[0] == 200


def test_a_log_is_fetched_once_by_an_address_that_needs_no_token(forge: Forge, taken: TakenCi) -> None:
    assert taken.goes_on
    answer = forge.github.reply("GET", f"/repos/{NAME}/actions/runs/66011/logs", f"Bearer {forge_token(forge)}", b"")
    assert answer.status == 302
    place = answer.headers["Location"].removeprefix(forge.github.url)
    assert forge.github.reply("GET", place, "", b"").status == 200
    assert forge.github.reply("GET", place, "", b"").status == 404


def forge_token(forge: Forge) -> str:
    return forge.github.token.reveal()


def test_a_protected_branch_is_not_removed(forge: Forge, taken: TakenCi) -> None:
    assert taken.goes_on
    assert ask(forge, "DELETE", f"/repos/{NAME}/git/refs/heads/main")[0] == 422
    assert "refs/heads/main" in forge.git.refs(NAME)
