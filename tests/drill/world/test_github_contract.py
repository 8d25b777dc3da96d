"""Our GitHub server's answers, and the bodies our client sends, held to GitHub's published OpenAPI description."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from irkit.clients.github import Protection
from irkit.drill.world.github_reply import Reply
from irkit.drill.world.github_server import GithubServer
from irkit.secret import Secret
from tests.forge import GITHUB_TOKEN, Forge
from tests.patience import PATIENCE_S

NAME = "acme/payments"
DESCRIPTION: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data" / "github-openapi.json").read_text())
REPOSITORY = "/repos/{owner}/{repo}"
READS = {
    "/user": "/user",
    REPOSITORY: f"/repos/{NAME}",
    f"{REPOSITORY}/branches": f"/repos/{NAME}/branches",
    f"{REPOSITORY}/branches/{{branch}}": f"/repos/{NAME}/branches/main",
    f"{REPOSITORY}/branches/{{branch}}/protection": f"/repos/{NAME}/branches/main/protection",
    f"{REPOSITORY}/forks": f"/repos/{NAME}/forks",
    f"{REPOSITORY}/pulls": f"/repos/{NAME}/pulls",
    f"{REPOSITORY}/actions/secrets": f"/repos/{NAME}/actions/secrets",
    f"{REPOSITORY}/actions/secrets/public-key": f"/repos/{NAME}/actions/secrets/public-key",
    f"{REPOSITORY}/actions/secrets/{{secret_name}}": f"/repos/{NAME}/actions/secrets/AWS_ACCESS_KEY_ID",
}


def standard(schema: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """OpenAPI 3.0's ``nullable`` in JSON Schema's words; its discriminators are left out."""
    if isinstance(schema, list):
        return [standard(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: standard(value) for key, value in schema.items() if key not in {"nullable", "discriminator"}}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


COMPONENTS = {kind: standard(of_kind) for kind, of_kind in DESCRIPTION["components"].items()}


def check(schema: dict[str, Any], value: object) -> None:
    validator = jsonschema.Draft202012Validator({**standard(schema), "components": COMPONENTS})
    faults = [f"{'/'.join(map(str, fault.path))}: {fault.message[:200]}" for fault in validator.iter_errors(value)]
    assert faults == []


def response_schema(path: str, method: str, status: int) -> dict[str, Any] | None:
    described = DESCRIPTION["paths"][path][method.lower()]["responses"]
    assert str(status) in described, f"GitHub does not describe {status} for {method} {path}"
    found = described[str(status)]
    if "$ref" in found:
        found = DESCRIPTION["components"]["responses"][found["$ref"].rsplit("/", 1)[1]]
    content = found.get("content", {}).get("application/json")
    return content["schema"] if content else None


def ask(forge: Forge, method: str, path: str, body: object = None, token: str = GITHUB_TOKEN) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - loopback
        forge.github.url + path, data, {"Authorization": f"Bearer {token}"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.mark.parametrize("described", READS)
def test_what_a_read_answers_has_githubs_shape(forge: Forge, described: str) -> None:
    status, body = ask(forge, "GET", READS[described])
    assert status == 200
    schema = response_schema(described, "GET", 200)
    assert schema is not None
    check(schema, body)


@pytest.mark.parametrize("described", [path for path in READS if "{branch}" in path])
def test_a_branch_that_is_not_there_is_answered_as_github_does(forge: Forge, described: str) -> None:
    status, body = ask(forge, "GET", READS[described].replace("main", "nothing"))
    assert status == 404
    schema = response_schema(described, "GET", 404)
    assert schema is not None
    check(schema, body)


def test_without_a_good_token_the_answer_is_401(forge: Forge) -> None:
    status, body = ask(forge, "GET", "/user", token="wrong")
    assert status == 401
    schema = response_schema("/user", "GET", 401)
    assert schema is not None
    check(schema, body)


def test_the_list_of_forks_is_not_empty(forge: Forge) -> None:
    """An empty list fits every schema, so the three lists above must hold something."""
    for path in ("forks", "pulls", "branches"):
        assert ask(forge, "GET", f"/repos/{NAME}/{path}")[1]


def test_protection_without_a_needed_field_is_refused(forge: Forge) -> None:
    path = f"{REPOSITORY}/branches/{{branch}}/protection"
    status, body = ask(forge, "PUT", f"/repos/{NAME}/branches/main/protection", {"enforce_admins": True})
    assert status == 422
    schema = response_schema(path, "PUT", 422)
    assert schema is not None
    check(schema, body)


def test_a_box_sealed_for_another_key_is_refused(forge: Forge) -> None:
    import base64

    from nacl.public import PrivateKey, SealedBox

    key = ask(forge, "GET", f"/repos/{NAME}/actions/secrets/public-key")[1]
    wrong = base64.b64encode(SealedBox(PrivateKey.generate().public_key).encrypt(b"value")).decode()
    path = f"/repos/{NAME}/actions/secrets/NEW"
    assert ask(forge, "PUT", path, {"encrypted_value": wrong, "key_id": key["key_id"]})[0] == 422
    assert ask(forge, "PUT", path, {"encrypted_value": "plain text", "key_id": key["key_id"]})[0] == 422
    assert ask(forge, "GET", path)[0] == 404


@pytest.fixture
def recorded(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any, Reply]]:
    """Every request that the client makes, with its answer."""
    seen: list[tuple[str, str, Any, Reply]] = []
    reply = GithubServer.reply

    def watched(self: GithubServer, method: str, target: str, authorization: str, body: bytes) -> Reply:
        answer = reply(self, method, target, authorization, body)
        seen.append((method, target.partition("?")[0], json.loads(body) if body else None, answer))
        return answer

    monkeypatch.setattr(GithubServer, "reply", watched)
    return seen


def test_every_request_of_the_client_is_one_that_github_describes(
    forge: Forge, recorded: list[tuple[str, str, Any, Reply]]
) -> None:
    client = forge.clients().github
    client.login()
    protection = client.exposure(NAME).protections[0]
    client.unprotect(NAME, "main")
    client.protect(NAME, Protection(branch="main", settings={**protection.settings, "required_signatures": True}))
    client.put_secret(NAME, "AWS_ACCESS_KEY_ID", Secret("new"))
    client.put_secret(NAME, "BRAND_NEW", Secret("new"))
    client.secrets_updated_at(NAME)
    assert {(method, described(path)) for method, path, _, _ in recorded} >= {
        ("DELETE", f"{REPOSITORY}/branches/{{branch}}/protection"),
        ("PUT", f"{REPOSITORY}/branches/{{branch}}/protection"),
        ("POST", f"{REPOSITORY}/branches/{{branch}}/protection/required_signatures"),
        ("PUT", f"{REPOSITORY}/actions/secrets/{{secret_name}}"),
    }
    for method, path, body, answer in recorded:
        schema = response_schema(described(path), method, answer.status)
        if schema is not None:
            check(schema, answer.body)
        wanted = DESCRIPTION["paths"][described(path)][method.lower()].get("requestBody")
        if wanted is not None:
            check(as_answered(wanted["content"]["application/json"]["schema"]), body)


def as_answered(schema: dict[str, Any]) -> dict[str, Any]:
    """The description demands ``contexts`` of required checks; the service itself refuses it beside ``checks``."""
    changed: dict[str, Any] = json.loads(json.dumps(schema))
    if "required_status_checks" in changed["properties"]:
        changed["properties"]["required_status_checks"]["required"].remove("contexts")
    return changed


def test_checks_and_contexts_together_are_refused(forge: Forge) -> None:
    protection = forge.clients().github.protection(NAME, "main")
    assert protection is not None
    both = {"strict": True, "checks": [{"context": "tests"}], "contexts": ["tests"]}
    settings = {**protection.settings, "required_status_checks": both}
    assert ask(forge, "PUT", f"/repos/{NAME}/branches/main/protection", settings)[0] == 422


def described(path: str) -> str:
    """The path of the description that a request's path is one of; a literal path goes before a pattern."""
    for pattern in sorted(DESCRIPTION["paths"], key=lambda one: one.count("{")):
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path):
            return str(pattern)
    msg = f"GitHub does not describe {path}"
    raise AssertionError(msg)
