"""Every adversary plays, and the truth of it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from irkit.drill.world.adversaries.adversary import INTRUDER, Held, Loot
from irkit.drill.world.adversaries.cast import ADVERSARIES
from irkit.drill.world.adversaries.hand import WORKS, network
from irkit.drill.world.json_shape import JsonObject, items, mapping
from irkit.drill.world.scenarios.scenario import Door
from irkit.drill.world.settings import WorldSettings
from irkit.drill.world.signature import KeyPair
from irkit.drill.world.world import World
from irkit.secret import Secret
from tests.drill.world.accounts import becomes

NAMES = [name for name in ADVERSARIES if name]


@pytest.fixture
def started(raise_world: Callable[[WorldSettings], World]) -> Callable[[str], World]:
    def start(name: str, seed: int = 3) -> World:
        return raise_world(WorldSettings(adversary=name, seed=seed, delivery_lag=timedelta()))

    return start


def since_alarm(world: World) -> list[JsonObject]:
    return [mapping(one) for one in items(world.truth()["after_alarm"])]


def calls(world: World) -> set[str]:
    return {str(one["call"]) for one in since_alarm(world) if not one["error"]}


def test_noise_is_five_innocent_jobs_that_look_guilty(started: Callable[[str], World]) -> None:
    world = started("noise")
    assert becomes(lambda: min(int(str(mapping(one)["runs"])) for one in bystanders(world)) > 0)
    assert [(one["name"], one["refusals"]) for one in bystanders(world)] == [
        ("release bot", []),
        ("backup", []),
        ("key rotation", []),
        ("audit", []),
        ("ci reader", []),
    ]
    theirs = {entry.actor for entry in world.aws.events.everything()}
    assert {"bystander release bot", "bystander key rotation", INTRUDER} <= theirs


def bystanders(world: World) -> list[JsonObject]:
    return [mapping(one) for one in items(world.truth()["bystanders"])]


def test_the_quiet_one_is_hardly_there_and_what_is_refused_to_an_innocent_job_is_kept(
    started: Callable[[str], World],
) -> None:
    world = started("quiet")
    told = world.truth()
    assert [len(items(told[name])) for name in ("events", "decrypts", "after_alarm")] == [4, 3, 0]
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    asked = {"UserName": "svc-release", "PolicyName": "no", "PolicyDocument": json.dumps(deny)}
    world.aws.root.query("iam", "PutUserPolicy", asked)
    assert becomes(lambda: bool(bystanders(world)[0]["refusals"]))
    assert mapping(items(bystanders(world)[0]["refusals"])[0])["code"] == "AccessDeniedException"


def test_smash_mines_and_puts_a_deny_on_the_administrator(started: Callable[[str], World]) -> None:
    world = started("smash")
    assert becomes(lambda: {"ec2:RunInstances", "iam:PutUserPolicy", "iam:CreateUser"} <= calls(world))


def test_the_insider_helps_himself_only_when_he_is_cut(started: Callable[[str], World]) -> None:
    world = started("insider")
    assert becomes(lambda: "kms:Decrypt" in calls(world))
    assert calls(world) <= {"secretsmanager:ListSecrets", "kms:Decrypt"}
    named = {"UserName": "svc-deploy", "AccessKeyId": world.found.leaked.key_id, "Status": "Inactive"}
    world.aws.root.query("iam", "UpdateAccessKey", named)
    assert becomes(lambda: len(since_alarm(world)) > 6)
    assert world.intruder_tries()["session"] == WORKS


def test_the_same_seed_takes_the_same_lines() -> None:
    lines = [network(Random(seed)) for seed in (7, 7, 8)]
    assert lines[0] == lines[1]
    assert lines[0] != lines[2]


def test_a_name_that_is_taken_gets_a_number() -> None:
    loot = Loot()
    for key_id in ("one", "two"):
        loot.take(Held("session", KeyPair(key_id, Secret("s")), "arn", datetime.now(UTC)))
    assert [(name, held.keys.key_id) for name, held in loot.held.items()] == [("session", "one"), ("session 2", "two")]


def test_the_same_door_counts_once() -> None:
    loot = Loot()
    for _ in range(2):
        loot.leave(Door("trust", "ci-reader", lambda: True))
    assert len(loot.doors) == 1
