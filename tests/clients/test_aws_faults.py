"""What the clients make of a service that is out, or asks to slow down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from irkit.cloudtrail.event_history import EventHistory
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.source import found
from irkit.drill.world.loopback_server import Outage
from irkit.errors import Throttled, Unreachable
from tests.bench import Bench

MANY = 1000


@pytest.fixture
def faulty(on: Bench) -> Iterator[Bench]:
    yield on
    for service in ("iam", "cloudtrail"):
        on.world.aws.faults.outage(service, Outage.OFF)
        on.world.aws.faults.throttle(service, 0)


def test_a_call_that_is_asked_to_slow_down_is_sent_again(faulty: Bench) -> None:
    suspect = faulty.suspect()
    faulty.world.aws.faults.throttle("iam", 2)
    assert faulty.clients().iam.access_keys(suspect.user)


def test_a_call_that_is_asked_to_slow_down_for_good_is_throttled(faulty: Bench) -> None:
    faulty.world.aws.faults.throttle("iam", MANY)
    with pytest.raises(Throttled):
        faulty.clients().iam.access_keys("anyone")


def test_a_service_that_is_out_is_unreachable_and_says_nothing_of_the_state(faulty: Bench) -> None:
    faulty.world.aws.faults.outage("iam", Outage.ON)
    with pytest.raises(Unreachable) as refused:
        faulty.clients().iam.user_policy("anyone", "IrkitDenyAll")
    assert "unknown" in refused.value.hint


def test_a_key_is_not_made_twice_when_the_answer_is_an_error(faulty: Bench) -> None:
    suspect, clients = faulty.suspect(), faulty.clients()
    faulty.world.aws.faults.throttle("iam", 1)
    with pytest.raises(Throttled):
        clients.iam.create_access_key(suspect.user)
    assert len(faulty.clients().iam.access_keys(suspect.user)) == 1


def test_a_history_that_is_out_is_an_error_and_not_an_empty_answer(faulty: Bench) -> None:
    faulty.world.aws.faults.outage("cloudtrail", Outage.ON)
    now = datetime.now(UTC)
    with pytest.raises(Unreachable):
        found(EventHistory(faulty.clients(), ("eu-west-1",)), Query(windows=(Window(now - timedelta(hours=1), now),)))
