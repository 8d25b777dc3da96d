from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from irkit.actions.scan import find_value
from irkit.actions.scan.find_value import Outcome, Params
from irkit.actions.token import find_liveness
from irkit.clients.clients import Clients
from irkit.drill.world.scenarios.leak_files import write_leak
from irkit.drill.world.signature import KeyPair
from irkit.scan.example import example
from irkit.scan.leaked import Provider
from irkit.secret import Secret
from tests.forge import KEY_ID, SECRET, Forge

TOKEN = Secret(example("ghp_${github:30}", 7))


@pytest.fixture
def leak(tmp_path: Path) -> tuple[str, ...]:
    keys = KeyPair(KEY_ID, Secret(SECRET))
    return tuple(str(path) for path in write_leak(tmp_path / "leak", keys, TOKEN, datetime.now(UTC)))


@pytest.fixture
def clients(forge: Forge) -> Clients:
    return forge.clients("find_value")


def test_without_a_value_the_rules_find_both_and_who_issued_them(clients: Clients, leak: tuple[str, ...]) -> None:
    found = find_value.read(clients, Params(paths=leak))
    assert found.outcome is Outcome.FOUND
    assert found.key_ids == (KEY_ID,)
    assert [one.provider for one in found.tokens] == [Provider.GITHUB]
    assert found.not_read == ()


def test_every_copy_is_found_in_every_encoding(clients: Clients, leak: tuple[str, ...]) -> None:
    found = find_value.read(clients, Params(paths=leak))
    key = {(Path(spot.path).name, spot.via) for one in found.aws for spot in one.spots}
    token = {(Path(spot.path).name, spot.via) for one in found.tokens for spot in one.spots}
    assert {name for name, _ in key} == {"api.log", "crash-20261120.tar.gz", "api.json"}
    assert any("crash/env" in step for _, via in key for step in via)
    assert {name for name, _ in token} == {"deploy.log"}
    assert ("base64",) in {via for _, via in token}


def test_a_given_value_is_found_without_a_rule_for_it(clients: Clients, tmp_path: Path) -> None:
    text = "correct horse battery staple 7"
    (tmp_path / "app.log").write_text(f"one\ntwo password={text}\n")
    clients.known_secrets.remember("given:value", Secret(text))
    found = find_value.read(clients, Params(paths=(str(tmp_path / "app.log"),)))
    assert [(spot.line, spot.via) for one in found.values for spot in one.spots] == [(2, ())]
    assert found.values[0].provider is Provider.OTHER


def test_no_text_leaves_in_the_result_or_the_evidence(forge: Forge, clients: Clients, leak: tuple[str, ...]) -> None:
    found = find_value.read(clients, Params(paths=leak))
    told = found.model_dump_json().encode() + (forge.folder / found.evidence).read_bytes()
    assert SECRET.encode() not in told
    assert TOKEN.reveal().encode() not in told


def test_once_the_files_are_clean_the_second_look_proves_it(clients: Clients, leak: tuple[str, ...]) -> None:
    before = find_value.read(clients, Params(paths=leak))
    for folder in leak:
        for file in Path(folder).iterdir():
            file.write_text("nothing\n")
    after = find_value.read(clients, Params(paths=leak, values=before.values))
    assert after.outcome is Outcome.ABSENT
    assert after.files == 4


def test_a_copy_that_stays_is_named(clients: Clients, leak: tuple[str, ...]) -> None:
    before = find_value.read(clients, Params(paths=leak))
    (Path(leak[0]) / "api.log").write_text("nothing\n")
    after = find_value.read(clients, Params(paths=leak, values=before.values))
    assert after.outcome is Outcome.FOUND
    assert not [line for line in after.remaining if "api.log" in line]
    assert [line for line in after.remaining if "api.json" in line]


def test_after_a_restart_the_values_are_read_from_their_places_again(
    forge: Forge, clients: Clients, leak: tuple[str, ...]
) -> None:
    before = find_value.read(clients, Params(paths=leak))
    forge.outside.known_secrets._secrets.clear()
    again = find_value.read(forge.clients("again"), Params(paths=leak, values=before.values))
    assert {one.fingerprint: one.spots for one in again.values} == {one.fingerprint: one.spots for one in before.values}


def test_a_value_that_is_lost_makes_the_look_unsure(forge: Forge, clients: Clients, leak: tuple[str, ...]) -> None:
    before = find_value.read(clients, Params(paths=leak))
    forge.outside.known_secrets._secrets.clear()
    for folder in leak:
        for file in Path(folder).iterdir():
            file.unlink()
    after = find_value.read(forge.clients("again"), Params(paths=leak, values=before.values))
    assert after.outcome is Outcome.UNSURE
    assert "give it again" in after.not_read[-1]


def test_a_file_that_cannot_be_read_is_told(clients: Clients, tmp_path: Path) -> None:
    clients.known_secrets.remember("given:value", Secret("correct horse battery staple 7"))
    found = find_value.read(clients, Params(paths=(str(tmp_path / "nothing.log"),)))
    assert found.outcome is Outcome.UNSURE
    assert "nothing.log" in found.not_read[0]
    assert os.fspath(tmp_path) in found.not_read[0]


def test_a_sessions_key_and_a_secret_without_its_id_are_left_to_a_person(clients: Clients, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    session = example("${aws_key_id:ASIA}", 3)
    one, two = example("${base64:40}", 4), example("${base64:40}", 5)
    log.write_text(f"aws_access_key_id = {session}\naws_secret_access_key = {one}\n")
    (tmp_path / "other.log").write_text(f"aws_secret_access_key = {two}\n")
    found = find_value.read(clients, Params(paths=(str(tmp_path / "app.log"), str(tmp_path / "other.log"))))
    assert (found.has_aws, found.first_key) == (False, None)
    told = find_liveness.read(clients, find_liveness.Params(tokens=found.tokens))
    assert told.needs_hand
    assert sorted("session" in line for line in told.guide) == [False, True]
