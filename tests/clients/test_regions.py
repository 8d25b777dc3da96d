from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from irkit.clients.regions import Regions, RegionsFound, ToldBy
from irkit.drill.world.estate import REGIONS
from irkit.errors import Denied
from tests.bench import Bench

EC2 = {"Regions": [
    {"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"},
    {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"},
    {"RegionName": "eu-south-1", "OptInStatus": "opted-in"},
]}  # fmt: skip
ACCOUNT = (
    {"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}], "NextToken": "more"},
    {"Regions": [
        {"RegionName": "me-south-1", "RegionOptStatus": "DISABLED"},
        {"RegionName": "eu-south-1", "RegionOptStatus": "ENABLED"},
    ]},
)  # fmt: skip


class Told:
    """AWS as its reference shows it; a service that is not named is denied."""

    def __init__(self, **answers: list[Mapping[str, Any]]) -> None:
        self.answers = answers
        self.session = self

    def call(self, service: str, _operation: str, **_params: object) -> Mapping[str, Any]:
        if not self.answers.get(service):
            raise Denied(service)
        return self.answers[service].pop(0)

    def known_regions(self, _service: str) -> tuple[str, ...]:
        return ("eu-west-1", "us-east-1")


def told(**answers: list[Mapping[str, Any]]) -> RegionsFound:
    return Regions(Told(**answers)).found()  # type: ignore[arg-type]


def test_ec2_is_asked_when_the_account_service_does_not_say() -> None:
    assert told(ec2=[EC2]) == RegionsFound(("eu-south-1", "eu-west-1"), ("af-south-1",), ToldBy.EC2)


def test_the_account_service_is_asked_first() -> None:
    found = told(account=list(ACCOUNT), ec2=[EC2])
    assert found == RegionsFound(("eu-south-1", "eu-west-1"), ("me-south-1",), ToldBy.ACCOUNT)


@pytest.mark.parametrize("empty", [{}, {"ec2": [{"Regions": []}]}])
def test_when_nobody_says_every_region_that_the_sdk_knows_is_taken(empty: dict[str, list[Mapping[str, Any]]]) -> None:
    assert told(**empty) == RegionsFound(("eu-west-1", "us-east-1"), (), ToldBy.SDK)


def test_the_rehearsal_account_tells_its_regions(on: Bench) -> None:
    clients = on.clients()
    found = clients.regions.found()
    assert found.told_by is ToldBy.ACCOUNT
    assert set(found.enabled) == set(REGIONS)
    (answered,) = clients.drain_calls()
    assert (answered.text, answered.error) == ("account:ListRegions", "")
    assert len(clients.aws.session.known_regions("cloudtrail")) > 25
    assert clients.aws.session.partition == "aws"


def test_a_list_that_points_back_to_itself_is_left_for_who_else_knows() -> None:
    again = {**ACCOUNT[0], "NextToken": "more"}
    assert told(account=[again, again, again], ec2=[EC2]).told_by is ToldBy.EC2
