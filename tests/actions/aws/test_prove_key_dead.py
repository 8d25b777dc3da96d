from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.clients.iam import KeyStatus
from irkit.errors import IrkitError, Unreachable
from irkit.secret import Secret
from tests.bench import Bench, asked

ID = "aws.prove_key_dead"


def test_a_refused_key_is_dead_by_probe(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    on.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    clients = on.clients()
    found = asked(clients, ID, key_id=suspect.key.key_id, probes=4, every_ms=0)
    assert (found["outcome"], found["how"]) == ("dead", "probe")
    refused = [call for call in clients.drain_calls() if call.error]
    assert len(refused) == 4


def test_a_key_that_lives_fails_the_step(on: Bench) -> None:
    suspect = on.suspect()
    on.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    with pytest.raises(IrkitError, match="ALIVE"):
        asked(on.clients(), ID, key_id=suspect.key.key_id, every_ms=0)


def test_a_key_that_is_denied_everything_but_active_is_alive(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.put_user_policy(
        suspect.user,
        "deny",
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}',
    )
    on.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    with pytest.raises(IrkitError, match="ALIVE"):
        asked(on.clients(), ID, key_id=suspect.key.key_id, every_ms=0)


def test_a_secret_that_is_not_the_keys_proves_nothing(on: Bench) -> None:
    suspect = on.suspect()
    on.outside.known_secrets.remember(suspect.key.key_id, Secret("x" * 40))
    found = asked(on.clients(), ID, key_id=suspect.key.key_id, every_ms=0)
    assert (found["outcome"], found["how"]) == ("unproven", "history")


def test_right_after_the_containment_history_proves_nothing_and_says_when_it_will(on: Bench) -> None:
    suspect = on.suspect()
    contained = datetime.now(UTC) - timedelta(minutes=2)
    found = asked(on.clients(), ID, key_id=suspect.key.key_id, contained_at=contained.isoformat())
    assert found["outcome"] == "unproven"
    assert f"not before {contained + timedelta(minutes=16):%H:%M:%SZ}" in found["seen"]


def test_long_after_the_containment_silence_in_history_is_a_proof(on: Bench) -> None:
    suspect = on.suspect()
    contained = datetime.now(UTC) - timedelta(hours=1)
    found = asked(on.clients(), ID, key_id=suspect.key.key_id, contained_at=contained.isoformat())
    assert (found["outcome"], found["how"]) == ("dead", "history")
    assert "complete until" in found["seen"]


def test_an_accepted_call_since_the_containment_fails_the_step(on: Bench) -> None:
    suspect = on.suspect()
    on.outside.clients("other").aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")
    contained = datetime.now(UTC) - timedelta(hours=1)
    with pytest.raises(IrkitError, match="ALIVE: 1 calls were accepted"):
        asked(on.clients(), ID, key_id=suspect.key.key_id, contained_at=contained.isoformat())


def test_without_a_secret_and_without_a_containment_nothing_is_proven(on: Bench) -> None:
    found = asked(on.clients(), ID, key_id=on.suspect().key.key_id)
    assert found["outcome"] == "unproven"
    assert "only once it is contained" in found["seen"]


def test_the_secret_is_read_again_from_git_where_it_was_found(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    suspect = on.suspect()
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    clients = on.clients()
    texts = {"url#a@1+40": Secret("x" * 40), "url#b@1+40": suspect.key.secret}
    monkeypatch.setattr(clients.git, "read_secret", lambda locator: texts[locator])
    on.outside.known_secrets.remember(suspect.key.key_id, Secret("y" * 40))
    found = asked(clients, ID, key_id=suspect.key.key_id, locators=list(texts), every_ms=0)
    assert (found["outcome"], found["how"]) == ("dead", "probe")


def test_a_repository_that_does_not_answer_leaves_history_to_tell(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: str) -> Secret:
        raise Unreachable("git is down")

    clients = on.clients()
    monkeypatch.setattr(clients.git, "read_secret", away)
    found = asked(clients, ID, key_id=on.suspect().key.key_id, locators=["url#a@1+40"])
    assert found["outcome"] == "unproven"
    assert any("git is down" in line for line in on.told)
