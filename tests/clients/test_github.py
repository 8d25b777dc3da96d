from __future__ import annotations

from pathlib import Path

import pytest

from irkit.clients.github import GitHubRest, Protection, full_name, put_body
from irkit.drill.world.github_server import GithubServer
from irkit.drill.world.github_shapes import protection
from irkit.drill.world.loopback_server import Outage
from irkit.errors import Denied, NotFound, Unreachable, UsageError
from irkit.secret import Secret
from tests.forge import GITHUB_TOKEN, KEY_ID, Forge

NAME = "acme/payments"


def test_it_says_who_it_acts_as(forge: Forge) -> None:
    assert forge.clients().github.login() == "irkit-responder"


def test_a_wrong_token_is_denied(forge: Forge) -> None:
    with pytest.raises(Denied, match="401"):
        GitHubRest(forge.github.url, Secret("wrong")).login()


def test_an_unknown_repository_is_not_found(forge: Forge) -> None:
    with pytest.raises(NotFound):
        forge.clients().github.exposure("acme/nothing")


def test_no_answer_is_unreachable(forge: Forge) -> None:
    forge.github.outage(Outage.ON)
    with pytest.raises(Unreachable):
        forge.clients().github.login()


def test_exposure_has_forks_pull_requests_and_protected_branches(forge: Forge) -> None:
    seen = forge.clients().github.exposure(NAME)
    assert seen.visibility == "private"
    assert seen.forks == ("dana/payments",)
    assert [(pull.number, pull.author, pull.head) for pull in seen.pulls] == [
        (1, "dana", forge.git.refs(NAME)["refs/pull/1/head"])
    ]
    assert [one.branch for one in seen.protections] == ["main"]


def test_protection_taken_away_and_put_back_is_the_same(forge: Forge) -> None:
    client = forge.clients().github
    before = client.protection(NAME, "main")
    assert before is not None
    client.unprotect(NAME, "main")
    assert client.protection(NAME, "main") is None
    client.protect(NAME, before)
    assert client.protection(NAME, "main") == before


def test_required_signatures_are_put_back_too(forge: Forge) -> None:
    client = forge.clients().github
    before = client.protection(NAME, "main")
    assert before is not None
    strict = Protection(branch="main", settings={**before.settings, "required_signatures": True})
    client.protect(NAME, strict)
    assert client.protection(NAME, "main") == strict


def test_a_branch_with_a_slash_in_its_name_can_be_protected(forge: Forge) -> None:
    client = forge.clients().github
    main = client.protection(NAME, "main")
    assert main is not None
    client.protect(NAME, Protection(branch="feature/batch-import", settings=main.settings))
    assert client.protection(NAME, "feature/batch-import") is not None


def test_people_who_may_push_are_put_back_by_their_names() -> None:
    told = {
        "restrictions": {"users": [{"login": "ada"}], "teams": [{"slug": "ops"}], "apps": []},
        "required_pull_request_reviews": {
            "required_approving_review_count": 2,
            "bypass_pull_request_allowances": {"users": [{"login": "ben"}], "teams": [], "apps": [{"slug": "bot"}]},
        },
    }
    body = put_body(told)
    assert body["restrictions"] == {"users": ["ada"], "teams": ["ops"], "apps": []}
    reviews = body["required_pull_request_reviews"]
    assert isinstance(reviews, dict)
    assert reviews["required_approving_review_count"] == 2
    assert reviews["bypass_pull_request_allowances"] == {"users": ["ben"], "teams": [], "apps": ["bot"]}


def test_a_required_check_stays_with_the_app_that_may_set_it() -> None:
    told = {"required_status_checks": {"strict": True, "contexts": ["a", "b"], "checks": [
        {"context": "a", "app_id": 15368}, {"context": "b", "app_id": None}]}}  # fmt: skip
    assert put_body(told)["required_status_checks"] == {
        "strict": True,
        "checks": [{"context": "a", "app_id": 15368}, {"context": "b", "app_id": -1}],
    }


def test_what_get_tells_becomes_the_body_that_put_took() -> None:
    body = put_body(protection({"enforce_admins": True, "allow_deletions": True}, "http://x"))
    assert body["enforce_admins"] is True
    assert body["allow_deletions"] is True
    assert put_body(protection(body, "http://x")) == body


def test_an_actions_secret_arrives_sealed_and_can_be_opened_by_github_alone(forge: Forge) -> None:
    client = forge.clients().github
    before = client.secrets_updated_at(NAME)["AWS_ACCESS_KEY_ID"]
    client.put_secret(NAME, "AWS_ACCESS_KEY_ID", Secret("AKIANEW"))
    after = client.secrets_updated_at(NAME)["AWS_ACCESS_KEY_ID"]
    assert after > before
    assert forge.github.unseal(NAME, "AWS_ACCESS_KEY_ID") == Secret("AKIANEW")
    assert b"AKIANEW" not in (forge.github.root / "github.json").read_bytes()


def test_only_the_secrets_that_are_there_are_told(forge: Forge) -> None:
    assert set(forge.clients().github.secrets_updated_at(NAME)) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_the_token_and_the_planted_key_are_in_no_file_of_the_server(forge: Forge) -> None:
    text = (forge.github.root / "github.json").read_bytes()
    assert KEY_ID.encode() not in text
    assert GITHUB_TOKEN.encode() not in text


@pytest.mark.parametrize(
    "given", ["acme/payments", "https://github.com/acme/payments.git", "http://127.0.0.1:9/acme/payments"]
)
def test_a_repository_can_be_named_or_addressed(given: str) -> None:
    assert full_name(given) == NAME


def test_a_name_without_an_owner_is_refused() -> None:
    with pytest.raises(UsageError):
        full_name("payments")


def test_the_server_can_be_made_without_being_started(tmp_path: Path, forge: Forge) -> None:
    with pytest.raises(RuntimeError, match="not started"):
        _ = GithubServer(forge.git, tmp_path / "other", Secret("x")).url
