"""Web identity tokens: signed by the world's GitHub Actions, believed only when all is right."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.laws.web_identity import TokenRefused, WebCaller, web_caller
from irkit.drill.world.token_issuer import AUDIENCE, HOST, Job, TokenIssuer
from irkit.drill.world.web_token import WrongToken, bare_claims, verified_claims

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
ACCOUNT = "111122223333"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"
PROVIDERS: dict[str, JsonObject] = {PROVIDER: {"ClientIDList": ["other", AUDIENCE]}}
JOB = Job("acme/payments", "refs/heads/main", "deploy", "4711", "mona")


@pytest.fixture(scope="module")
def issuer() -> TokenIssuer:
    return TokenIssuer(lambda: NOW)


def believed(token: str, issuer: TokenIssuer, providers: dict[str, JsonObject] | None = None) -> WebCaller:
    keys = {HOST: issuer.public_key}
    return web_caller(token, ACCOUNT, PROVIDERS if providers is None else providers, keys, NOW.timestamp())


def test_a_right_token_names_provider_audience_and_subject(issuer: TokenIssuer) -> None:
    caller = believed(issuer.token(JOB).reveal(), issuer)
    assert caller == WebCaller(PROVIDER, AUDIENCE, "repo:acme/payments:ref:refs/heads/main")


def test_a_job_with_an_environment_is_known_by_it(issuer: TokenIssuer) -> None:
    job = Job("acme/payments", "refs/heads/main", "deploy", "4711", "mona", environment="prod")
    assert believed(issuer.token(job).reveal(), issuer).subject == "repo:acme/payments:environment:prod"


@pytest.mark.parametrize(
    ("providers", "word"),
    [({}, "No OpenIDConnect provider"), ({PROVIDER: {"ClientIDList": ["other"]}}, "Incorrect token audience")],
)
def test_the_account_must_know_the_issuer_and_the_audience(
    issuer: TokenIssuer, providers: dict[str, JsonObject], word: str
) -> None:
    with pytest.raises(TokenRefused, match=word) as refused:
        believed(issuer.token(JOB).reveal(), issuer, providers)
    assert refused.value.code == "InvalidIdentityToken"


def test_a_token_of_another_key_is_refused(issuer: TokenIssuer) -> None:
    forged = TokenIssuer(lambda: NOW).token(JOB).reveal()
    with pytest.raises(TokenRefused, match="signature is wrong"):
        believed(forged, issuer)


def test_changed_claims_are_refused(issuer: TokenIssuer) -> None:
    header, _, seal = issuer.token(JOB).reveal().split(".")
    other = issuer.token(Job("evil/x", "r", "w", "1", "e")).reveal().split(".")[1]
    with pytest.raises(TokenRefused, match="signature is wrong"):
        believed(f"{header}.{other}.{seal}", issuer)


def test_a_token_is_in_force_for_its_lifetime(issuer: TokenIssuer) -> None:
    with pytest.raises(TokenRefused) as refused:
        believed(issuer.token(JOB, lifetime=timedelta()).reveal(), issuer)
    assert refused.value.code == "ExpiredTokenException"


@pytest.mark.parametrize("text", ["", "a.b", "a.!!.c", "e30.e30.e30"])
def test_what_is_no_token_is_refused(issuer: TokenIssuer, text: str) -> None:
    with pytest.raises(TokenRefused):
        believed(text, issuer)
    with pytest.raises(WrongToken):
        bare_claims(text)


def test_a_token_without_a_signature_is_refused(issuer: TokenIssuer) -> None:
    _, claims, seal = issuer.token(JOB).reveal().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    with pytest.raises(WrongToken, match="RS256"):
        verified_claims(f"{none}.{claims}.{seal}", issuer.public_key)
