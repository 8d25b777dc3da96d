from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from irkit.actions.github import revoke_tokens as at_github
from irkit.actions.token import find_liveness, prove_tokens_dead
from irkit.actions.token import revoke_tokens as at_provider
from irkit.actions.token.find_liveness import Outcome, Params, Result
from irkit.clients.clients import Clients
from irkit.config import ProvidersConfig
from irkit.contract import CredentialKind, Means, Plan, Proof, Seen, Standing
from irkit.drill.world.loopback_server import Outage
from irkit.errors import NotFound, OwnIdentity
from irkit.scan.example import example
from irkit.scan.leaked import Leaked, Provider, in_text
from irkit.scan.revocation import Issuer
from irkit.scan.revocation import Params as Revoked
from irkit.secret import Secret
from tests.forge import GIT_TOKEN, GITHUB_TOKEN, SLACK_TOKEN, Forge

GITHUB, PROVIDER = at_github.GITHUB, at_provider.PROVIDER
TOKEN = Secret(example("ghp_${github:30}", 7))
Remember = Callable[[str], Leaked]


@pytest.fixture
def clients(forge: Forge) -> Clients:
    forge.github.tokens.add(TOKEN, "deploy-bot")
    return forge.clients("tokens")


@pytest.fixture
def remember(clients: Clients) -> Remember:
    def kept(text: str) -> Leaked:
        value = in_text(Secret(text), clients.fingerprint)[0]
        clients.known_secrets.remember(value.leaked.fingerprint, value.secret)
        return value.leaked

    return kept


def asked(clients: Clients, one: Leaked) -> Result:
    return find_liveness.read(clients, Params(tokens=(one,)))


def test_a_token_that_github_takes_is_alive_and_github_can_revoke_it(clients: Clients, remember: Remember) -> None:
    one = remember(TOKEN.reveal())
    found = asked(clients, one)
    assert found.outcome is Outcome.ALIVE
    assert found.by_github == (one,)
    (sighting,) = found.sightings
    assert (sighting.seen, sighting.by) == (Seen.ALIVE, Means.PROBE)
    assert (sighting.credential.kind, sighting.credential.id) == (CredentialKind.TOKEN, one.fingerprint)


def test_a_token_that_github_refuses_is_dead_and_needs_no_revocation(clients: Clients, remember: Remember) -> None:
    found = asked(clients, remember(example("ghp_${github:30}", 8)))
    assert (found.outcome, found.by_github, found.by_hand) == (Outcome.DEAD, (), ())


def test_a_github_that_cannot_be_reached_leaves_it_unknown_never_dead(
    forge: Forge, clients: Clients, remember: Remember
) -> None:
    one = remember(TOKEN.reveal())
    forge.github.outage(Outage.ON)
    found = asked(clients, one)
    assert found.outcome is Outcome.UNKNOWN
    assert found.sightings[0].seen is Seen.UNKNOWN
    assert found.by_github == (one,)


def test_a_jobs_own_token_is_left_to_a_person_with_a_word_why(clients: Clients, remember: Remember) -> None:
    found = asked(clients, remember(example("ghs_${github:30}", 9)))
    assert found.by_github == ()
    if found.outcome is not Outcome.DEAD:
        assert "ghs_" in found.guide[0]


def test_a_value_of_no_known_kind_is_unknown_and_left_to_a_person(clients: Clients, remember: Remember) -> None:
    one = remember("correct horse battery staple 7")
    found = asked(clients, one)
    assert (found.outcome, found.by_hand) == (Outcome.UNKNOWN, (one,))


def test_a_revoked_token_is_proven_dead_by_a_call_with_it(clients: Clients, remember: Remember) -> None:
    one = remember(TOKEN.reveal())
    plan = GITHUB.plan(clients, Revoked(tokens=(one,)))
    assert plan.cuts == (one.credential,)
    assert plan.phrase
    assert GITHUB.probe(clients, plan).standing is Standing.UNTOUCHED
    receipt = GITHUB.apply(clients, plan)
    verdict = GITHUB.verify(clients, receipt)
    assert verdict.proof is Proof.PROVEN
    assert [one.seen for one in verdict.sightings] == [Seen.DENIED]
    assert GITHUB.probe(clients, plan).standing is Standing.IN_PLACE
    assert asked(clients, one).outcome is Outcome.DEAD


def test_a_token_whose_text_was_lost_with_the_process_is_known_again_once_it_is_given_again(clients: Clients) -> None:
    (value, *_) = in_text(TOKEN, clients.fingerprint)
    plan = Plan(summary="", changes=(), blast="", undo="", details={"tokens": [value.leaked.model_dump(mode="json")]})
    with pytest.raises(NotFound, match="not known any more"):
        GITHUB.probe(clients, plan)
    clients.known_secrets.remember("given:value", Secret(f"token {TOKEN.reveal()} in a log"))
    assert GITHUB.probe(clients, plan).standing is Standing.UNTOUCHED
    assert clients.known_secrets.get(value.leaked.fingerprint) is not None


def test_an_unreachable_github_proves_nothing_of_a_revocation(
    forge: Forge, clients: Clients, remember: Remember
) -> None:
    one = remember(TOKEN.reveal())
    receipt = GITHUB.apply(clients, GITHUB.plan(clients, Revoked(tokens=(one,))))
    forge.github.outage(Outage.ON)
    verdict = GITHUB.verify(clients, receipt)
    assert verdict.proof is Proof.NOT_YET
    assert [one.seen for one in verdict.sightings] == [Seen.UNKNOWN]


@pytest.mark.parametrize("issuer", [GITHUB, PROVIDER], ids=["github", "provider"])
@pytest.mark.parametrize("token", [GITHUB_TOKEN, GIT_TOKEN, SLACK_TOKEN], ids=["github", "git", "slack"])
def test_irkits_own_token_is_never_revoked(clients: Clients, remember: Remember, issuer: Issuer, token: str) -> None:
    mine = remember(token)
    with pytest.raises(OwnIdentity):
        issuer.plan(clients, Revoked(tokens=(mine,)))
    approved = Plan(summary="", changes=(), blast="", undo="", details={"tokens": [mine.model_dump(mode="json")]})
    with pytest.raises(OwnIdentity):
        issuer.apply(clients, approved)
    assert clients.github.login() == "irkit-responder"


def test_an_aws_key_is_left_to_the_steps_that_guard_identities(clients: Clients, remember: Remember) -> None:
    key = remember(TOKEN.reveal()).model_copy(update={"provider": Provider.AWS})
    with pytest.raises(NotFound, match="AWS key"):
        PROVIDER.plan(clients, Revoked(tokens=(key,)))


def test_githubs_revocation_refuses_what_it_does_not_cover(clients: Clients, remember: Remember) -> None:
    with pytest.raises(NotFound, match="kind"):
        GITHUB.plan(clients, Revoked(tokens=(remember(example("ghs_${github:30}", 9)),)))


def test_no_plan_receipt_or_call_holds_the_token(clients: Clients, remember: Remember) -> None:
    plan = GITHUB.plan(clients, Revoked(tokens=(remember(TOKEN.reveal()),)))
    receipt = GITHUB.apply(clients, plan)
    told = f"{plan.model_dump_json()}{receipt.model_dump_json()}{clients.drain_calls()}"
    assert TOKEN.reveal() not in told


RULE = """
rules:
  - name: Acme token
    id: betterleaks.gitlab-pat
    pattern: |
      (?x)\\b(glpat-[A-Za-z0-9_-]{{20}})\\b
    min_entropy: 0
    confidence: high
    examples: ["{example}"]
    validation:
      type: Http
      content:
        request:
          method: GET
          url: http://127.0.0.1:{port}/user
          headers: {{Authorization: "Bearer {{{{ TOKEN }}}}"}}
          response_matcher: [{{report_response: true}}, {{type: StatusMatch, status: [200]}}]
    revocation:
      type: Http
      content:
        request:
          method: DELETE
          url: http://127.0.0.1:{port}/user
          headers: {{Authorization: "Bearer {{{{ TOKEN }}}}"}}
          response_matcher: [{{report_response: true}}, {{type: StatusMatch, status: [204]}}]
"""


class Lab(ThreadingHTTPServer):
    """A provider whose tokens live until they are revoked."""

    def __init__(self) -> None:
        self.dead: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(401 if self.token in outer.dead else 200)

            def do_DELETE(self) -> None:
                outer.dead.add(self.token)
                self.answer(204)

            @property
            def token(self) -> str:
                return self.headers.get("Authorization", "")

            def answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def lab(forge: Forge, tmp_path: Path) -> Iterator[tuple[Lab, Clients]]:
    server = Lab()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    rules = tmp_path / "lab.yml"
    rules.write_text(RULE.format(port=server.server_port, example=example("glpat-${base62:20}", 1)))
    config = replace(forge.outside.config, providers=ProvidersConfig(rules=(str(rules),)))
    yield server, replace(forge.outside, config=config).clients("lab")
    server.shutdown()
    server.server_close()
    thread.join()


def test_another_providers_token_is_asked_about_revoked_and_proven_dead(lab: tuple[Lab, Clients]) -> None:
    server, clients = lab
    value = in_text(Secret(f'token = "{example("glpat-${base62:20}", 2)}"'), clients.fingerprint)[0]
    clients.known_secrets.remember(value.leaked.fingerprint, value.secret)
    found = asked(clients, value.leaked)
    assert (found.outcome, found.by_provider) == (Outcome.ALIVE, (value.leaked,))
    plan = PROVIDER.plan(clients, Revoked(tokens=found.by_provider))
    verdict = PROVIDER.verify(clients, PROVIDER.apply(clients, plan))
    assert verdict.proof is Proof.PROVEN
    assert len(server.dead) == 1
    assert asked(clients, value.leaked).outcome is Outcome.DEAD


def test_a_provider_that_is_down_leaves_it_unknown(lab: tuple[Lab, Clients]) -> None:
    server, clients = lab
    value = in_text(Secret(example("glpat-${base62:20}", 2)), clients.fingerprint)[0]
    clients.known_secrets.remember(value.leaked.fingerprint, value.secret)
    server.server_close()
    assert asked(clients, value.leaked).outcome is Outcome.UNKNOWN


def test_scanning_loads_no_sdk() -> None:
    code = "import sys, irkit.actions.scan.find_value; print('kingfisher_sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_revoked_token_is_refused_each_time_and_so_quiet(
    clients: Clients, remember: Remember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove_tokens_dead, "_PAUSE_S", 0.0)
    one = remember(example("ghp_${github:30}", 8))
    found = prove_tokens_dead.read(clients, prove_tokens_dead.Params(tokens=(one,)))
    assert found.outcome is prove_tokens_dead.Outcome.DEAD
    assert [each.seen for each in found.sightings] == [Seen.DENIED, Seen.QUIET]
    assert "refused 3 times" in found.sightings[0].says


def test_a_living_token_is_not_proven_dead(clients: Clients, remember: Remember) -> None:
    found = prove_tokens_dead.read(clients, prove_tokens_dead.Params(tokens=(remember(TOKEN.reveal()),)))
    assert found.outcome is prove_tokens_dead.Outcome.ALIVE
    assert [each.seen for each in found.sightings] == [Seen.ALIVE]


def test_a_token_whose_issuer_is_away_is_unproven(forge: Forge, clients: Clients, remember: Remember) -> None:
    one = remember(TOKEN.reveal())
    forge.github.outage(Outage.ON)
    found = prove_tokens_dead.read(clients, prove_tokens_dead.Params(tokens=(one,)))
    assert found.outcome is prove_tokens_dead.Outcome.UNPROVEN
    assert [each.seen for each in found.sightings] == [Seen.UNKNOWN]


def test_a_token_whose_text_is_lost_is_unproven(forge: Forge, clients: Clients, remember: Remember) -> None:
    one = remember(TOKEN.reveal())
    forge.outside.known_secrets._secrets.clear()
    found = prove_tokens_dead.read(clients, prove_tokens_dead.Params(tokens=(one,)))
    assert found.outcome is prove_tokens_dead.Outcome.UNPROVEN
    assert "give it again" in found.unproven[0]
