"""The innocent jobs: people who are called in while somebody is held."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree as ET

from irkit.clients.hold import LAYER
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.crew import HOLD_MARK, ONBOARDING_ROLE, crew
from irkit.drill.world.estate import LEDGERS
from irkit.drill.world.scenarios.scenario import Scene
from irkit.drill.world.settings import Membership, WorldSettings

MADE = "<a><AccessKeyId>k</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></a>"


class Calls:
    """Takes every call for well done, and keeps whom it was to make."""

    def __init__(self) -> None:
        self.users: list[str] = []

    def query(self, _: str, action: str, asked: dict[str, str]) -> ET.Element:
        self.users += [asked["UserName"]] if action == "CreateUser" else []
        return ET.fromstring(MADE)  # noqa: S314 -- our own text


def test_people_are_called_in_only_while_somebody_is_held_one_at_a_time_and_four_at_most() -> None:
    root, now, held = Calls(), Calls(), [False]
    estate = SimpleNamespace(kms_key_arn="", ciphertexts=dict.fromkeys(LEDGERS, ""))
    scene = cast("Scene", SimpleNamespace(root=root, estate=estate, random=Random(3)))
    (job,) = (one.job for one in crew(scene, "persistent", lambda: held[0]) if one.principal.endswith(ONBOARDING_ROLE))
    job(lambda _: cast("AwsCaller", now))
    assert now.users == []
    held[0] = True
    job(lambda _: cast("AwsCaller", now))
    assert now.users == ["oncall-1"]
    for _ in range(5):
        job(lambda _: cast("AwsCaller", now))
    assert now.users == [f"oncall-{number}" for number in (1, 2, 3, 4)]


def test_a_hold_is_known_by_the_denials_that_it_alone_writes() -> None:
    assert HOLD_MARK == LAYER


def test_people_are_called_in_where_there_may_be_a_hold_on_one_seed_in_three() -> None:
    assert WorldSettings(seed=3, membership=Membership.NONE).calls_people_in
    assert not WorldSettings(seed=4, membership=Membership.NONE).calls_people_in
    assert not WorldSettings(seed=3, membership=Membership.MEMBER).calls_people_in
