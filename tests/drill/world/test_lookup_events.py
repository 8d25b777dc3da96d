"""LookupEvents and AWS's limits on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.drill.world.event_store import EventStore, Stored
from irkit.drill.world.json_shape import Json, JsonObject, at, items, text
from irkit.drill.world.lookup_events import LookupRefused, Pace, page

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REGION = "eu-west-1"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def stored(number: int, before: timedelta, name: str = "Decrypt", region: str = REGION) -> Stored:
    record: JsonObject = {
        "eventID": f"id-{number}",
        "eventName": name,
        "awsRegion": region,
        "readOnly": True,
        "eventSource": "kms.amazonaws.com",
        "requestParameters": {"userName": f"user-{number}"},
        "userIdentity": {"type": "IAMUser", "userName": "ada", "accessKeyId": f"AKIA{number % 3}"},
    }
    return Stored(NOW - before, number, NOW - before, record)


def ids(answer: JsonObject) -> list[str]:
    return [text(at(event, "EventId")) for event in items(answer["Events"])]


def lookup(name: str, value: str) -> Json:
    return {"AttributeKey": name, "AttributeValue": value}


def test_the_newest_come_first() -> None:
    seen = [stored(1, timedelta(hours=2)), stored(2, timedelta(hours=1)), stored(3, timedelta(minutes=1))]
    assert ids(page(seen, REGION, {}, NOW)) == ["id-3", "id-2", "id-1"]


def test_only_the_asked_region_answers() -> None:
    seen = [stored(1, timedelta(hours=2)), stored(2, timedelta(hours=1), region="us-east-1")]
    assert ids(page(seen, "us-east-1", {}, NOW)) == ["id-2"]


def test_what_is_older_than_ninety_days_is_gone() -> None:
    seen = [stored(1, timedelta(days=91)), stored(2, timedelta(days=89))]
    assert ids(page(seen, REGION, {"StartTime": 0}, NOW)) == ["id-2"]


def test_a_second_attribute_is_ignored() -> None:
    seen = [stored(1, timedelta(hours=2), "CreateUser"), stored(2, timedelta(hours=1), "Decrypt")]
    asked: JsonObject = {"LookupAttributes": [lookup("EventName", "CreateUser"), lookup("EventName", "Decrypt")]}
    assert ids(page(seen, REGION, asked, NOW)) == ["id-1"]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("AccessKeyId", "AKIA2", ["id-2"]),
        ("EventId", "id-1", ["id-1"]),
        ("EventName", "Decrypt", ["id-2", "id-1"]),
        ("EventSource", "kms.amazonaws.com", ["id-2", "id-1"]),
        ("ReadOnly", "true", ["id-2", "id-1"]),
        ("ReadOnly", "false", []),
        ("Username", "ada", ["id-2", "id-1"]),
        ("ResourceName", "user-1", ["id-1"]),
        ("ResourceType", "AWS::IAM::User", ["id-2", "id-1"]),
    ],
)
def test_each_attribute_finds_its_events(name: str, value: str, found: list[str]) -> None:
    seen = [stored(1, timedelta(hours=2)), stored(2, timedelta(hours=1))]
    assert ids(page(seen, REGION, {"LookupAttributes": [lookup(name, value)]}, NOW)) == found


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"NextToken": "nonsense"}, "InvalidNextTokenException"),
        ({"StartTime": 2_000_000_000, "EndTime": 1_000_000_000}, "InvalidTimeRangeException"),
        ({"LookupAttributes": [lookup("Colour", "red")]}, "InvalidLookupAttributesException"),
    ],
)
def test_a_wrong_request_is_refused_as_aws_does(asked: JsonObject, code: str) -> None:
    with pytest.raises(LookupRefused) as refused:
        page([], REGION, asked, NOW)
    assert refused.value.code == code


def test_a_page_holds_fifty_at_most() -> None:
    seen = [stored(number, timedelta(minutes=200 - number)) for number in range(120)]
    first = page(seen, REGION, {}, NOW)
    assert len(ids(first)) == 50
    assert "NextToken" in first


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 50))
def test_pages_put_together_are_everything_once(minutes: list[int], size: int) -> None:
    seen = sorted(stored(number, timedelta(minutes=before)) for number, before in enumerate(minutes))
    told: list[str] = []
    asked: JsonObject = {"MaxResults": size}
    while True:
        answer = page(seen, REGION, asked, NOW)
        told += ids(answer)
        if "NextToken" not in answer:
            break
        asked = {"MaxResults": size, "NextToken": answer["NextToken"]}
    assert told == [entry.event_id for entry in reversed(seen)]


def test_pages_do_not_shift_when_new_events_come_in() -> None:
    seen = [stored(number, timedelta(minutes=60 - number)) for number in range(6)]
    first = page(seen, REGION, {"MaxResults": 3}, NOW)
    later = [*seen, stored(99, timedelta())]
    second = page(later, REGION, {"MaxResults": 3, "NextToken": first["NextToken"]}, NOW)
    assert ids(first) + ids(second) == ["id-5", "id-4", "id-3", "id-2", "id-1", "id-0"]


def test_the_third_request_within_a_second_is_throttled_in_that_region_alone() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.admit(REGION)
    pace.admit(REGION)
    with pytest.raises(LookupRefused) as refused:
        pace.admit(REGION)
    assert refused.value.code == "ThrottlingException"
    pace.admit("us-east-1")
    clock.now += timedelta(seconds=1)
    pace.admit(REGION)


def test_an_event_is_seen_only_after_the_delivery_lag() -> None:
    clock = Clock()
    events = EventStore(clock, timedelta(minutes=5))
    events.add(stored(1, timedelta()).record, NOW)
    assert events.seen() == []
    clock.now += timedelta(minutes=5)
    assert [entry.event_id for entry in events.seen()] == ["id-1"]


def test_an_event_of_the_past_is_seen_at_once() -> None:
    events = EventStore(Clock(), timedelta(minutes=5))
    events.add(stored(1, timedelta()).record, NOW - timedelta(hours=1))
    assert [entry.event_id for entry in events.seen()] == ["id-1"]
