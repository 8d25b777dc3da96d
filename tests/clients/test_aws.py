from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from irkit.cloudtrail.event_history import EventHistory
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import found
from irkit.config import AwsConfig
from irkit.errors import ConfigInvalid, Denied, NotFound, OutsideError, Unreachable
from tests.bench import Bench, bench

if TYPE_CHECKING:
    from irkit.drill.world.world import World


def test_each_call_carries_the_incident_and_the_step(on: Bench) -> None:
    clients = on.clients("identify")
    own = clients.sts.own_identity()
    now = datetime.now(UTC)
    window = Window(now - timedelta(minutes=5), now + timedelta(minutes=1))
    answer = found(EventHistory(clients, ("us-east-1", "eu-west-1")), Query(windows=(window,), keys=(own.key_id,)))
    assert any(f"irkit/{on.outside.incident}/identify" in one.agent for one in answer.records)


def test_each_call_is_noted_with_its_request_id(on: Bench) -> None:
    suspect, clients = on.suspect(), on.clients()
    clients.iam.access_keys(suspect.user)
    (call,) = clients.drain_calls()
    assert call.text == f"iam:ListAccessKeys {suspect.user}"
    assert call.request_id
    assert call.error == ""
    assert clients.drain_calls() == ()


def test_a_missing_thing_is_not_found_and_noted(on: Bench) -> None:
    clients = on.clients()
    with pytest.raises(NotFound) as refused:
        clients.iam.user_arn("nobody-here")
    assert refused.value.hint
    assert clients.drain_calls()[0].error == "NoSuchEntity"


def test_a_missing_permission_is_denied_and_the_hint_names_it(on: Bench) -> None:
    suspect = on.suspect()
    on.clients("arrange").iam.delete_user_policy(suspect.user, "all")
    with pytest.raises(Denied) as refused:
        on.clients().aws.call_with(suspect.key.key_id, suspect.key.secret, "kms", "list_keys")
    assert "kms:ListKeys" in refused.value.hint


def test_another_error_keeps_the_words_of_aws(on: Bench) -> None:
    suspect = on.suspect()
    with pytest.raises(OutsideError, match="MalformedPolicyDocument"):
        on.clients().iam.put_user_policy(suspect.user, "bad", json.dumps({"Statement": []}))


def test_no_answer_is_unreachable_and_not_a_no(world: World, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\nendpoint_url = http://127.0.0.1:9\n", encoding="utf-8")
    away = bench(
        world, tmp_path, aws=AwsConfig(config_file=config, credentials_file=Path(world.facts.aws_credentials_file))
    )
    with pytest.raises(Unreachable):
        away.clients().sts.own_identity()


def test_keys_in_the_environment_do_not_replace_the_configured_ones(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAQ3EGUZ7LMN4PXWYZ")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
    assert on.clients().sts.own_identity().arn == on.world.facts.acting_as


def test_an_endpoint_in_the_environment_does_not_lead_a_rehearsal_elsewhere(
    on: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    with pytest.raises(ConfigInvalid, match="AWS_ENDPOINT_URL_STS"):
        on.clients().sts.own_identity()


def test_a_profile_that_is_not_there_is_a_wrong_configuration(on: Bench) -> None:
    wrong = bench(on.world, on.folder, aws=AwsConfig(profile="nothing", config_file=on.folder / "none"))
    with pytest.raises(ConfigInvalid):
        wrong.clients().sts.own_identity()


def test_the_clock_of_aws_is_read_from_its_answers(on: Bench) -> None:
    clients = on.clients()
    moment = clients.aws_now()
    assert moment.at.tzinfo is UTC
    assert moment.uncertainty >= timedelta(seconds=1)
    assert abs(moment.at - datetime.now(UTC)) < moment.uncertainty + timedelta(seconds=1)
    assert clients.aws_now().at >= moment.at


def test_a_secret_never_stands_in_a_calls_text(on: Bench) -> None:
    suspect, clients = on.suspect(), on.clients()
    name = on.secret_of(suspect)
    clients.secretsmanager.put_pending(name, clients.secretsmanager.read(name), "v" * 32)
    clients.sts.probe_key(suspect.key.key_id, suspect.key.secret)
    assert suspect.key.secret.reveal() not in repr(clients.drain_calls())


def test_a_token_is_the_same_for_the_same_words_and_step_alone(on: Bench) -> None:
    one, same, other = on.clients("a"), on.clients("a"), on.clients("b")
    assert one.token("x") == same.token("x")
    assert len({one.token("x"), one.token("y"), other.token("x")}) == 3
    assert len(one.token("x")) == 32
